"""The desk's own settings over the shipped ones."""

from pathlib import Path

import pytest

from extractor.errors import ConfigError
from extractor.profile import Publisher, load_profile, slug_of
from extractor.settings import load_settings


def test_the_shipped_scale_goes_from_true_to_false_and_knows_what_is_neither() -> None:
    profile = load_profile(load_settings({}))
    told = [(r.label, r.value, r.worst, r.best) for r in profile.scale.ratings]
    assert told == [
        ("True", 5, 1, 5),
        ("Mostly true", 4, 1, 5),
        ("Half true, misleading", 3, 1, 5),
        ("Mostly false", 2, 1, 5),
        ("False", 1, 1, 5),
        ("Unproven", None, 1, 5),
    ]
    assert all(r.meaning for r in profile.scale.ratings)
    assert profile.desk.missing == ("name", "url", "page_url")
    assert (profile.fact_checks.four_eyes, profile.second_look.share) == (False, 0.1)


def test_what_a_desk_says_stands_over_what_is_shipped(tmp_path: Path) -> None:
    text = """
        [desk]
        name = "Coast Check"
        url = "https://check.example.org"
        page_url = "https://check.example.org/{slug}-{id}"
        [fact_checks]
        four_eyes = true
        [scale]
        best = 10
        ratings = [{key = "yes", label = "Yes", value = 10}, {key = "no", label = "No", value = 1}]
    """
    profile = load_profile(load_settings({"CLAIMDESK_DESK": str(_written(tmp_path, text))}))
    assert (profile.desk.name, profile.desk.language, profile.desk.missing) == ("Coast Check", "en", ())
    assert profile.desk.page_of("abc", "It’s 40 % – Überall!") == "https://check.example.org/it-s-40-überall-abc"
    assert (profile.fact_checks.four_eyes, profile.second_look.share) == (True, 0.1)
    assert [(r.label, r.value, r.best) for r in profile.scale.ratings] == [("Yes", 10, 10), ("No", 1, 10)]


def _written(tmp_path: Path, text: str) -> Path:
    path = tmp_path / "desk.toml"
    path.write_text(text, encoding="utf-8")
    return path


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("[desk", "Expected"),
        ("desk = 3", "desk"),
        ('[desk]\nurl = "nowhere"', "desk.url.*no web address"),
        ('[desk]\npage_url = "https://example.org/all"', r"page_url needs \{id\}"),
        ("[second_look]\nshare = 2", "second_look.share"),
        ("[fact_checks]\nfour_eye = true", "fact_checks.four_eye"),
        ('[scale]\nratings = [{key = "yes", label = "Yes"}]', "scale.ratings"),
        ('[scale]\nratings = [{key = "a", label = "A"}, {key = "a", label = "B"}]', "two ratings have the key 'a'"),
        ('[scale]\nratings = [{key = "a", label = "A", value = 9}, {key = "b", label = "B"}]', "outside 1 to 5"),
    ],
)
def test_a_file_that_cannot_be_used_is_named_with_the_reason(tmp_path: Path, text: str, reason: str) -> None:
    with pytest.raises(ConfigError, match=rf"desk.toml' cannot be used \(.*{reason}"):
        load_profile(load_settings({"CLAIMDESK_DESK": str(_written(tmp_path, text))}))


def test_a_file_that_is_named_must_be_there(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="cannot be used"):
        load_profile(load_settings({"CLAIMDESK_DESK": str(tmp_path / "gone.toml")}))


def test_a_slug_is_made_of_whole_words() -> None:
    assert slug_of("The repairs will cost 14 million crowns, twice the first estimate, says who?") == (
        "the-repairs-will-cost-14-million-crowns-twice-the-first"
    )
    assert slug_of("¿?!") == ""
    assert Publisher(page_url="https://e.org/{slug}").page_of("abc", "?!") == "https://e.org/abc"

"""Gold cases: reading, and every way in which they can contradict themselves."""

import hashlib
import json
from pathlib import Path

import pytest

from eval.cases import SCORED, Split, load_cases, wikinews_texts
from extractor.errors import EvalError

TEXT = 'The bridge is safe, the mayor said. "We tested it twice," Ruta Osei added.'


def sha(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def span(phrase: str) -> dict[str, int]:
    start = TEXT.index(phrase)
    return {"start_char": start, "end_char": start + len(phrase)}


def claim(**changes: object) -> dict[str, object]:
    return {
        "id": "c1",
        "text": "The bridge is safe.",
        "content": [span("The bridge is safe")],
        "quotation": "indirect",
        "source": {"name": "Ruta Osei", "kind": "person", "role": "mayor", "mention": span("the mayor")},
        "cue": span("said"),
        "kind": "quotation_of_record",
        "check_worthy": True,
    } | changes


def case(**changes: object) -> dict[str, object]:
    return {
        "id": "bridge",
        "split": "dev",
        "form": "local_council",
        "language": "en",
        "article": {"text": TEXT, "text_sha256": sha(TEXT), "title": None, "origin": "own"},
        "claims": [claim()],
    } | changes


def write(path: Path, *cases: object) -> Path:
    path.write_text("".join(json.dumps(c) + "\n" for c in cases), encoding="utf-8")
    return path


def test_cases_come_sorted_by_id_with_the_hash_of_the_file(tmp_path: Path) -> None:
    path = write(tmp_path / "gold.jsonl", case(id="b"), case(id="a", split="test"))
    found = load_cases(path)
    assert [c.id for c in found.cases] == ["a", "b"]
    assert found.sha256 == hashlib.sha256(path.read_bytes()).hexdigest()
    assert found.cases[0].claims[0].content[0].of(found.cases[0].text) == "The bridge is safe"
    assert [c.id for c in found.select({Split.TEST}).cases] == ["a"]


def test_a_folder_is_read_whole_and_its_hash_covers_every_file(tmp_path: Path) -> None:
    write(tmp_path / "one.jsonl", case(id="a"))
    write(tmp_path / "two.jsonl", case(id="b"))
    (tmp_path / "GUIDELINES.md").write_text("not a case")
    before = load_cases(tmp_path)
    write(tmp_path / "two.jsonl", case(id="c"))
    after = load_cases(tmp_path)
    assert [c.id for c in before.cases] == ["a", "b"]
    assert before.sha256 != after.sha256


def test_line_separators_inside_strings_do_not_cut_a_line(tmp_path: Path) -> None:
    text = TEXT + "\u2028"
    article = {"text": text, "text_sha256": sha(text), "origin": "own"}
    path = tmp_path / "gold.jsonl"
    path.write_text("\ufeff" + json.dumps(case(article=article), ensure_ascii=False) + "\n\n", encoding="utf-8")
    assert load_cases(path).cases[0].text == text


ARTICLE = {"text": TEXT, "text_sha256": sha(TEXT), "origin": "own"}

SURROGATE = json.dumps(ARTICLE).replace("The bridge", "\\ud800")
BROKEN = {
    "half a character": (case(article=json.loads(SURROGATE)), "broken JSON"),
    "unknown field": (case(colour="red"), "unknown field 'colour'"),
    "unknown field deep": (case(claims=[claim(gist="x")]), "unknown field 'claims.0.gist'"),
    "missing field": ({k: v for k, v in case().items() if k != "form"}, "field 'form' is missing"),
    "span outside": (
        case(claims=[claim(content=[{"start_char": 70, "end_char": 700}])]),
        f"case 'bridge': claim 'c1': span [70, 700) is outside the text of {len(TEXT)} characters",
    ),
    "cue outside": (case(claims=[claim(cue={"start_char": 70, "end_char": 99})]), "span [70, 99) is outside"),
    "empty span": (case(claims=[claim(cue={"start_char": 7, "end_char": 7})]), "span [7, 7) is empty"),
    "split": (case(split="train"), "split is 'train': input should be 'examples', 'dev' or 'test'"),
    "no content": (case(claims=[claim(content=[])]), "claims.0.content"),
    "content out of order": (
        case(claims=[claim(content=[span("We tested"), span("The bridge")])]),
        "out of reading order",
    ),
    "text changed": (
        case(article=ARTICLE | {"text": TEXT + "!"}),
        f"the text's sha256 is {sha(TEXT + '!')}, but it was labelled on {sha(TEXT)}",
    ),
    "claim id twice": (case(claims=[claim(), claim()]), "claim id 'c1' is used twice"),
    "unknown split": (case(split="train"), "split"),
}


@pytest.mark.parametrize(("broken", "wrong"), BROKEN.values(), ids=BROKEN.keys())
def test_a_broken_case_is_named_by_file_and_line(tmp_path: Path, broken: object, wrong: str) -> None:
    path = write(tmp_path / "gold.jsonl", case(id="fine"), broken)
    with pytest.raises(EvalError) as caught:
        load_cases(path)
    assert str(caught.value).startswith(f"{path}:2: ")
    assert wrong in str(caught.value)


def test_broken_json_and_broken_utf8_are_named_by_line(tmp_path: Path) -> None:
    path = tmp_path / "gold.jsonl"
    path.write_bytes(json.dumps(case()).encode() + b'\n{"id": \n')
    with pytest.raises(EvalError, match=r"gold\.jsonl:2: broken JSON"):
        load_cases(path)
    path.write_bytes(json.dumps(case()).encode() + b"\n\xff\xfe\n")
    with pytest.raises(EvalError, match=r"gold\.jsonl:2: not UTF-8"):
        load_cases(path)


def test_every_problem_is_told_at_once(tmp_path: Path) -> None:
    path = write(tmp_path / "gold.jsonl", case(split="train"), case(), case())
    with pytest.raises(EvalError) as caught:
        load_cases(path)
    first, second = str(caught.value).splitlines()
    assert first.startswith(f"{path}:1: split")
    assert second == f"{path}:3: case id 'bridge' is used already at {path}:2"


def test_an_id_used_in_two_files_is_refused(tmp_path: Path) -> None:
    one, two = write(tmp_path / "one.jsonl", case()), write(tmp_path / "two.jsonl", case())
    with pytest.raises(EvalError) as caught:
        load_cases(tmp_path)
    assert str(caught.value) == f"{two}:1: case id 'bridge' is used already at {one}:1"


@pytest.mark.parametrize("content", ["", "\n \n"], ids=["empty", "blank"])
def test_an_empty_set_is_refused(tmp_path: Path, content: str) -> None:
    (tmp_path / "gold.jsonl").write_text(content)
    for path in (tmp_path, tmp_path / "gold.jsonl"):
        with pytest.raises(EvalError, match="no gold case"):
            load_cases(path)


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(EvalError, match=r"absent\.jsonl: cannot be read \(No such file"):
        load_cases(tmp_path / "absent.jsonl")


ELSEWHERE = {"text": None, "text_sha256": sha(TEXT), "origin": "wikinews_en.jsonl#w-1"}


def test_a_text_that_is_not_found_leaves_the_case_listed_with_its_reason(tmp_path: Path) -> None:
    found = load_cases(write(tmp_path / "gold.jsonl", case(id="a"), case(id="b", article=ELSEWHERE)))
    assert [c.id for c in found.cases] == ["a"]
    assert found.select({Split.TEST}).not_scored == ()
    assert [(n.case_id, n.reason) for n in found.select(SCORED).not_scored] == [
        ("b", "the text is not in the data set; it is in wikinews_en.jsonl (--texts)")
    ]


def test_texts_elsewhere_are_read_by_row_id_and_normalised(tmp_path: Path) -> None:
    rows = write(
        tmp_path / "rows.jsonl", {"id": "w-0", "text": "x"}, {"id": "w-1", "text": TEXT + "\r\n", "lang": "en"}
    )
    texts = wikinews_texts(rows, normalise=str.strip)
    found = load_cases(write(tmp_path / "gold.jsonl", case(article=ELSEWHERE)), texts)
    assert [c.text for c in found.cases] == [TEXT]
    assert found.not_scored == ()


def test_a_text_elsewhere_with_another_hash_is_refused(tmp_path: Path) -> None:
    rows = write(tmp_path / "rows.jsonl", {"id": "w-1", "text": "Another revision."})
    gold = write(tmp_path / "gold.jsonl", case(article=ELSEWHERE))
    with pytest.raises(EvalError, match=r"gold\.jsonl:1: case 'bridge': the text's sha256 is"):
        load_cases(gold, wikinews_texts(rows, normalise=str))


def test_a_row_without_text_is_named(tmp_path: Path) -> None:
    rows = write(tmp_path / "rows.jsonl", {"id": "w-1"})
    with pytest.raises(EvalError, match=r"rows\.jsonl:1: field 'text' is missing"):
        wikinews_texts(rows, normalise=str)


def test_real_wikinews_rows_are_found(tmp_path: Path, shared_data: Path) -> None:
    path = shared_data / "wikinews_en.jsonl"
    row = json.loads(path.read_text(encoding="utf-8").splitlines()[0])
    article = {"text": None, "text_sha256": sha(row["text"]), "origin": f"wikinews {row['id']}"}
    gold = write(tmp_path / "gold.jsonl", case(article=article))
    assert load_cases(gold, wikinews_texts(path, normalise=str)).cases[0].text == row["text"]


def test_the_shipped_cases_hold_together() -> None:
    found = load_cases(Path(__file__).parents[2] / "eval" / "data")
    assert found.cases
    assert {split for split in Split if found.select({split}).cases} == set(Split)

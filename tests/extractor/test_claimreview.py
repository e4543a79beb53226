"""What readers and search engines are given: valid by the documented rules, and read back by other programs."""

import json
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator, FormatChecker
from lxml import html
from pyld import jsonld

from extractor.checkpage import IndexEntry, check_page, index_page
from extractor.claimreview import as_json_ld, claim_review, data_feed, require_desk
from extractor.errors import ConfigError
from extractor.factcheck import Assessment, Evidence, Notice, Publication, Rating, Stance
from extractor.profile import Publisher, load_profile
from extractor.schema import ArticleMetadata, Claim, Source, SourceKind
from extractor.settings import load_settings
from tests.extractor.store.samples import make_claim, minutes

SCHEMA = json.loads(Path(__file__).with_name("claimreview.schema.json").read_text(encoding="utf-8"))
VALID = Draft202012Validator(SCHEMA, format_checker=FormatChecker())
SCALE = load_profile(load_settings({})).scale
RATINGS = {rating.key: rating for rating in SCALE.ratings}
DESK = Publisher(name="Coast Check", url="https://check.example.org", page_url="https://check.example.org/{slug}-{id}")
FIRST = ArticleMetadata(
    title="Bridge to close", publisher="Coast Wire", published=date(2026, 11, 20), url="https://wire.example.org/1"
)
SECOND = ArticleMetadata(title="Bridge shut", published=date(2026, 11, 23), origin="bridge.txt")
HARM = '</script><script>alert(1)</script><img src=x onerror=alert(1)> & "x" \u2028 \u202egnp'


def publication(
    claim: Claim | None = None, *, rating: Rating = RATINGS["mostly_false"], harm: str = "", **more: object
) -> Publication:
    said = Assessment(
        rating=rating,
        conclusion=f"It holds for another year only.{harm}",
        explanation=f"The report says so.{harm}\n\nAnd the city confirms it.",
        evidence=(
            Evidence(
                url="https://records.example.org/a?b=1&c=2",
                title=f"Report{harm}",
                publisher="City",
                excerpt=f"A year.{harm}",
                stance=Stance.REFUTES,
                accessed=date(2026, 11, 24),
            ),
            Evidence(url="https://records.example.org/b", publisher="City"),
        ),
    )
    values = {
        "claim": claim or make_claim("a", text=f"It holds.{harm}"),
        "assessment": said,
        "published_at": minutes(0),
        "modified_at": minutes(0),
    }
    return Publication.model_validate({**values, **more})


def told_by(source: Source) -> Claim:
    return make_claim("a").model_copy(update={"source": source})


def as_data(public: Publication, *appearances: ArticleMetadata) -> dict[str, Any]:
    data: dict[str, Any] = json.loads(as_json_ld(claim_review(public, appearances or (FIRST, SECOND), DESK)))
    return data


CORRECTED = publication(
    modified_at=minutes(60), corrections=(Notice(at=minutes(60), by="anna", text="A date was wrong."),)
)
CASES = {
    "plain": publication(),
    "unproven": publication(rating=RATINGS["unproven"]),
    "corrected": CORRECTED,
    "harmful": publication(harm=HARM),
    "organisation": publication(told_by(Source(name="City", kind=SourceKind.ORGANISATION, role="owner"))),
    "anonymous": publication(told_by(Source(name="an official", kind=SourceKind.ANONYMOUS))),
    "document": publication(told_by(Source(name="the declaration", kind=SourceKind.DOCUMENT))),
    "article": publication(told_by(Source(name="the article", kind=SourceKind.ARTICLE))),
}


@pytest.mark.parametrize("public", CASES.values(), ids=CASES)
def test_it_is_what_google_documents_in_words_that_schema_org_has(public: Publication) -> None:
    assert list(VALID.iter_errors(as_data(public))) == []
    assert list(VALID.iter_errors(as_data(public, ArticleMetadata(url="ftp://x", origin="stdin")))) == []


def test_every_field_says_what_the_desk_knows() -> None:
    data = as_data(CORRECTED)
    assert data["url"] == f"https://check.example.org/it-holds-{CORRECTED.claim.id}"
    assert data["author"] == {"@type": "Organization", "name": "Coast Check", "url": "https://check.example.org/"}
    assert data["reviewRating"] == {
        "@type": "Rating",
        "ratingValue": 2,
        "bestRating": 5,
        "worstRating": 1,
        "alternateName": "Mostly false",
        "ratingExplanation": "It holds for another year only.",
    }
    assert (data["datePublished"], data["dateModified"]) == ("2026-11-20T12:00:00Z", "2026-11-20T13:00:00Z")
    claim = data["itemReviewed"]
    assert claim["author"] == {"@type": "Person", "name": "Ines Moreau", "jobTitle": "engineer"}
    assert (claim["datePublished"], claim["firstAppearance"]["url"]) == ("2026-11-20", "https://wire.example.org/1")
    assert [work["headline"] for work in claim["appearance"]] == ["Bridge shut"]
    assert data["citation"][0]["url"] == "https://records.example.org/a?b=1&c=2"
    assert data["correction"][0]["text"] == "A date was wrong."
    assert "anna" not in json.dumps(data)


def test_a_rating_beside_the_scale_has_no_number() -> None:
    assert set(as_data(CASES["unproven"])["reviewRating"]) == {"@type", "alternateName", "ratingExplanation"}


@pytest.mark.parametrize(
    ("case", "author"),
    [
        ("organisation", {"@type": "Organization", "name": "City"}),
        ("article", {"@type": "Organization", "name": "Coast Wire"}),
        ("anonymous", None),
        ("document", None),
    ],
)
def test_nobody_is_named_whom_the_article_does_not_name(case: str, author: dict[str, str] | None) -> None:
    assert as_data(CASES[case])["itemReviewed"].get("author") == author


def test_an_address_of_its_own_stands_before_that_of_the_settings() -> None:
    public = publication()
    own = public.assessment.model_copy(update={"page_url": " https://other.example.org/x "})
    assert as_data(public.model_copy(update={"assessment": own}))["url"] == "https://other.example.org/x"


def _local(_url: str, _options: object) -> dict[str, object]:
    """Stand in for the vocabulary's own context, whose terms all lie in one space."""
    context = {
        "@vocab": "http://schema.org/",
        "url": {"@id": "http://schema.org/url", "@type": "@id"},
        "type": "@type",
    }
    return {"contextUrl": None, "documentUrl": "https://schema.org", "document": {"@context": context}}


@pytest.mark.parametrize("case", ["plain", "corrected", "harmful"])
def test_other_programs_read_it_out_of_the_page(case: str) -> None:
    page = check_page(CASES[case], (FIRST, SECOND), desk=DESK, scale=SCALE)
    found = jsonld.load_html(page.encode(), "https://check.example.org/x", None, {"base": ""})
    assert found == as_data(CASES[case])
    dropped: list[object] = []
    (expanded,) = jsonld.expand(found, {"documentLoader": _local}, on_property_dropped=dropped.append)
    assert dropped == []
    (kind,) = expanded["@type"]
    assert kind == "http://schema.org/ClaimReview"
    (claim,) = expanded["http://schema.org/claimReviewed"]
    assert claim["@value"] == CASES[case].claim.text
    (rating,) = expanded["http://schema.org/reviewRating"]
    assert rating["http://schema.org/ratingValue"] == [{"@value": 2}]


def test_a_page_shows_everything_as_text_and_loads_nothing() -> None:
    page = check_page(CASES["harmful"], (FIRST, SECOND), desk=DESK, scale=SCALE, index="index.html")
    tree = html.fromstring(page)
    assert [script.get("type") for script in tree.iter("script")] == ["application/ld+json"]
    assert list(tree.iter("img", "iframe", "object", "form")) == []
    assert not [name for element in tree.iter() for name in element.keys() if name.startswith("on")]
    assert {link.get("href").split(":")[0] for link in tree.iter("a")} == {"https", "index.html"}
    assert [link.get("rel") for link in tree.iter("link")] == ["canonical"]
    said = tree.text_content()
    assert "<img src=x onerror=alert(1)>" in said
    assert "[U+202E]gnp" in said
    assert "\u202e" not in said.replace(next(tree.iter("script")).text, "")
    assert "default-src 'none'" in page


def test_a_page_tells_of_corrections_and_a_withdrawn_one_of_nothing_else() -> None:
    corrected = check_page(CORRECTED, (FIRST,), desk=DESK, scale=SCALE)
    assert "Corrected on" in corrected
    assert "A date was wrong." in corrected
    gone = CORRECTED.model_copy(update={"withdrawn": Notice(at=minutes(90), by="ben", text="Wrong person.")})
    page = check_page(gone, (FIRST,), desk=DESK, scale=SCALE)
    assert "This fact-check was withdrawn" in page
    assert "Wrong person." in page
    assert "ld+json" not in page
    for word in ("Mostly false", "It holds for another year", "ben", "anna"):
        assert word not in html.fromstring(page).text_content()
    with pytest.raises(ValueError, match="readers see"):
        claim_review(gone, (FIRST,), DESK)


def test_the_index_lists_all_with_their_verdict() -> None:
    entries = [IndexEntry(publication=public, file_name=f"{name}.html") for name, public in CASES.items()]
    tree = html.fromstring(index_page(entries, desk=DESK))
    assert [link.get("href") for link in tree.iter("a")][1:] == [f"{name}.html" for name in CASES]
    assert "Unproven" in tree.text_content()
    assert "None has been published yet." in index_page([], desk=DESK)


def test_a_feed_holds_all_with_one_context() -> None:
    reviews = [claim_review(public, (FIRST,), DESK) for public in (CORRECTED, CASES["plain"])]
    feed = json.loads(as_json_ld(data_feed(reviews, DESK, now=minutes(500))))
    assert (feed["@type"], feed["dateModified"]) == ("DataFeed", "2026-11-20T13:00:00Z")
    items = [element["item"] for element in feed["dataFeedElement"]]
    assert ["@context" in item for item in items] == [False, False]
    for item in items:
        assert list(VALID.iter_errors({"@context": "https://schema.org", **item})) == []


def test_nobody_publishes_in_nobodys_name() -> None:
    with pytest.raises(ConfigError, match=r"set url and page_url under \[desk\] in 'desk.toml'"):
        require_desk(Publisher(name="Coast Check"), "desk.toml")
    require_desk(DESK, "desk.toml")

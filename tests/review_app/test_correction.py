import pytest

from extractor.placing import place
from extractor.schema import Claim, ClaimKind, GroundingLevel, Part, Source, SourceKind, Span
from review_app.logic.correction import Form, Problems, form_of, read_form
from tests.review_app.desk_data import bridge_article, bridge_claims

ARTICLE = bridge_article()
CLAIM = bridge_claims(ARTICLE)[1]


def find(text: str, words: str, near: Span | None) -> Part:
    return place(text, words, near=near)


def corrected(**typed: object) -> Claim | Problems:
    form = Form.model_validate({**form_of(CLAIM, ARTICLE).model_dump(), **typed})
    return read_form(form, CLAIM, ARTICLE, find)


def claim(**typed: object) -> Claim:
    read = corrected(**typed)
    assert isinstance(read, Claim), read
    return read


def test_an_untouched_form_gives_the_same_claim_without_its_flags() -> None:
    assert claim() == CLAIM.model_copy(update={"flags": ()})


def test_every_field_can_be_edited() -> None:
    edited = claim(
        text=" The repairs will cost\n14 million crowns. ",
        content="the repairs would cost 14 million crowns",
        source_name="City council",
        source_kind=SourceKind.ORGANISATION,
        source_role="",
        mention="the city's chief engineer",
        cue="",
        chain="Coast Wire; organisation; news agency\nMarit Oosthuizen; person",
        kind=ClaimKind.STATISTIC,
        check_worthiness=40,
        check_worthiness_reason="A sum.",
    )
    assert edited.id == CLAIM.id
    assert edited.text == "The repairs will cost 14 million crowns."
    assert [s.of(ARTICLE.text) for s in edited.content.spans] == ["the repairs would cost 14 million crowns"]
    assert (edited.source.name, edited.source.role) == ("City council", None)
    assert edited.source.mention is not None
    assert edited.source.mention.text == "the city's chief engineer"
    assert edited.cue is None
    assert edited.chain == (
        Source(name="Coast Wire", kind=SourceKind.ORGANISATION, role="news agency"),
        Source(name="Marit Oosthuizen", kind=SourceKind.PERSON),
    )
    assert (edited.kind, edited.check_worthiness) == (ClaimKind.STATISTIC, 0.4)


def test_words_in_several_pieces_stand_one_a_line() -> None:
    edited = claim(content="twice the first estimate\nthe repairs would cost 14 million crowns")
    assert [s.of(ARTICLE.text) for s in edited.content.spans] == [
        "the repairs would cost 14 million crowns",
        "twice the first estimate",
    ]
    again = form_of(edited, ARTICLE)
    assert again.content == "the repairs would cost 14 million crowns\ntwice the first estimate"


def test_other_quotation_marks_and_spaces_become_the_articles_own() -> None:
    edited = claim(content="the city’s  chief engineer")
    assert edited.content.text == "the city's chief engineer"
    assert edited.content.level is GroundingLevel.EXACT


def test_a_repeated_word_is_taken_near_its_place() -> None:
    edited = claim(cue="said", mention="Marit Oosthuizen")
    assert edited.cue is not None
    assert ARTICLE.text[: edited.cue.spans[0].start_char].endswith('winter," ')


@pytest.mark.parametrize(
    ("typed", "field", "message"),
    [
        pytest.param({"text": "  "}, "text", "one sentence", id="no text"),
        pytest.param({"source_name": ""}, "source_name", "who says it", id="no source"),
        pytest.param({"content": ""}, "content", "Copy the words", id="no content"),
        pytest.param({"content": "purple elephants dance"}, "content", "does not say", id="words not there"),
        pytest.param(
            {"content": "the repairs would cost 41 million crowns"}, "content", "does not say", id="number not there"
        ),
        pytest.param({"content": "14 million\n14 million crowns"}, "content", "same words", id="overlap"),
        pytest.param({"chain": "Reuters; newspaper"}, "chain", "“newspaper” is no kind", id="chain of unknown kind"),
        pytest.param({"chain": "; organisation"}, "chain", "name", id="chain without a name"),
    ],
)
def test_what_cannot_be_saved_is_said_at_its_field(typed: dict[str, str], field: str, message: str) -> None:
    read = corrected(**typed)
    assert isinstance(read, Problems)
    assert [problem.field for problem in read.items] == [field]
    assert message in read.items[0].message


def test_all_problems_are_told_at_once() -> None:
    read = corrected(text="", content="nowhere to be found at all", source_name="")
    assert isinstance(read, Problems)
    assert {problem.field for problem in read.items} == {"text", "content", "source_name"}


def test_a_part_that_was_never_found_stays_when_it_is_not_touched() -> None:
    lost = Part(text="words that are nowhere", level=GroundingLevel.NOT_FOUND)
    before = CLAIM.model_copy(update={"content": lost})
    form = form_of(before, ARTICLE).model_copy(update={"source_role": "engineer"})
    after = read_form(form, before, ARTICLE, find)
    assert isinstance(after, Claim)
    assert after.content == lost

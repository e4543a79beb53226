import hashlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from eval.bench_grounding import PlantKind, bench_placer, plant
from extractor.ground import build_index, claim_id, ground, ground_all, place
from extractor.placing import normalise_wording, place_all, place_in
from extractor.schema import (
    Article,
    ArticleMetadata,
    ClaimDraft,
    ClaimKind,
    FlagCode,
    GroundingLevel,
    PartDraft,
    Quotation,
    Sentence,
    SourceDraft,
    SourceKind,
    Span,
)

LINES = (
    "TARN — Two lanes were closed, Elena Marsh said.",
    "“We acted at once,” she said, “and we won’t stop… ever.”",
    "The crossing carried 41,000 cars a day before the crack was found by divers.",
    "Nobody was told. She said: “Nobody was told.”",
    "The theatre beside the bridge was closed by 14 firemen after the second alarm on Sunday.",
)
TEXT = "\n\n".join(LINES)


def make_article(text: str = TEXT, **metadata: str) -> Article:
    return Article(text=text, sha256=hashlib.sha256(text.encode()).hexdigest(), metadata=ArticleMetadata(**metadata))


def sentences_of(text: str = TEXT) -> tuple[Sentence, ...]:
    found, at = [], 0
    for i, line in enumerate(text.split("\n\n")):
        found.append(Sentence(index=i, paragraph=i, span=Span(start_char=at, end_char=at + len(line))))
        at += len(line) + 2
    return tuple(found)


def make_draft(content: str, **changes: object) -> ClaimDraft:
    values: dict[str, object] = {
        "text": content.capitalize() or "Empty.",
        "content": PartDraft(text=content),
        "quotation": Quotation.INDIRECT,
        "source": SourceDraft(name="Elena Marsh", kind=SourceKind.PERSON),
        "kind": ClaimKind.EVENT,
        "check_worthiness": 0.5,
        "check_worthiness_reason": "Test.",
    }
    return ClaimDraft.model_validate(values | changes)


@pytest.mark.parametrize(
    ("needle", "level", "pieces"),
    [
        pytest.param("Two lanes were closed", "exact", ["Two lanes were closed"], id="exact"),
        pytest.param(
            "and we won't stop... ever", "normalised", ["and we won’t stop… ever"], id="apostrophe-and-ellipsis"
        ),
        pytest.param(
            "The crossing\ncarried  41,000 cars", "normalised", ["The crossing carried 41,000 cars"], id="spaces"
        ),
        pytest.param("TARN - Two lanes", "normalised", ["TARN — Two lanes"], id="dash"),
        pytest.param('"Nobody was told."', "normalised", ["“Nobody was told.”"], id="marks"),
        pytest.param(
            "We acted at once, and we won't stop",
            "normalised",
            ["We acted at once", "and we won’t stop"],
            id="interrupted",
        ),
        pytest.param("Two Lanes were closed", "fuzzy", ["Two lanes were closed"], id="other-case"),
        pytest.param("The theatre was closed by 14 firemen after a second alarm on Sunday", "fuzzy", None, id="edited"),
        pytest.param(
            "The crossing carried 14,000 cars a day before the crack was found", "sentence", None, id="other-number"
        ),
        pytest.param("Purple monkeys danced over the moon all night", "not_found", [], id="invented"),
        pytest.param("he", "not_found", [], id="inside-a-word-only"),
        pytest.param("  ", "not_found", [], id="blank"),
    ],
)
def test_place_finds_what_the_text_has(needle: str, level: str, pieces: list[str] | None) -> None:
    part = place(TEXT, needle)
    assert part.level == level
    if pieces is not None:
        assert [s.of(TEXT) for s in part.spans] == pieces


def test_a_repeated_phrase_goes_to_the_nearest_place() -> None:
    last = TEXT.rindex("Nobody was told")
    part = place(TEXT, "Nobody was told", near=Span(start_char=last + 20, end_char=last + 40))
    assert part.spans == (Span(start_char=last, end_char=last + 15),)


def test_a_repeated_phrase_follows_the_order_of_the_drafts() -> None:
    claims = ground_all(make_article(), sentences_of(), [make_draft("Nobody was told"), make_draft("Nobody was told")])
    assert [c.content.spans[0].start_char for c in claims] == [TEXT.index("Nobody"), TEXT.rindex("Nobody")]


def test_the_named_sentence_decides_between_repeated_phrases_and_is_the_last_resort() -> None:
    sentences = sentences_of()
    lost = ground(make_article(), sentences, make_draft("all of it is quite different", sentences=(4,)))
    assert lost.content.level is GroundingLevel.SENTENCE
    assert lost.content.spans == (sentences[4].span,)
    gone = ground(make_article(), sentences, make_draft("all of it is quite different", sentences=(77,)))
    assert gone.content.level is GroundingLevel.NOT_FOUND
    assert FlagCode.CONTENT_NOT_FOUND in {f.code for f in gone.flags}


def test_given_spans_are_verified_not_trusted() -> None:
    right = Span(start_char=TEXT.rindex("Nobody was told"), end_char=TEXT.rindex("Nobody was told") + 15)
    wrong = Span(start_char=3, end_char=18)
    beyond = Span(start_char=5, end_char=99_999)
    for given_span, expected in (
        (right, right.start_char),
        (wrong, TEXT.index("Nobody")),
        (beyond, TEXT.index("Nobody")),
    ):
        part = PartDraft(text="Nobody was told", spans=(given_span,))
        draft = make_draft("Nobody was told").model_copy(update={"content": part})
        content = ground(make_article(), sentences_of(), draft).content
        assert content.level is GroundingLevel.EXACT
        assert content.spans[0].start_char == expected


def test_a_direct_quotation_loses_its_marks_and_its_interruption() -> None:
    draft = make_draft("“We acted at once,” she said, “and we won’t stop… ever.”", quotation=Quotation.DIRECT)
    content = ground(make_article(), sentences_of(), draft).content
    assert [s.of(TEXT) for s in content.spans] == ["We acted at once", "and we won’t stop… ever"]


def test_mention_and_cue_are_the_nearest_ones_outside_the_content() -> None:
    draft = make_draft(
        "Nobody was told",
        sentences=(3,),
        cue=PartDraft(text="said"),
        source=SourceDraft(name="Elena Marsh", kind=SourceKind.PERSON, mention=PartDraft(text="She")),
    )
    claim = ground(make_article(), sentences_of(), draft)
    assert claim.cue is not None
    assert claim.source.mention is not None
    assert claim.source.mention.spans[0].start_char == TEXT.index("She said")
    assert claim.cue.spans[0].start_char == TEXT.index("She said") + 4


@pytest.mark.parametrize(
    ("name", "kind", "flagged"),
    [
        pytest.param("Elena Marsh", SourceKind.PERSON, False, id="in-text"),
        pytest.param("Marsh Elena", SourceKind.PERSON, False, id="words-together"),
        pytest.param("theatre lanes", SourceKind.ANONYMOUS, True, id="words-apart"),
        pytest.param("Wirebird", SourceKind.ORGANISATION, False, id="publisher"),
        pytest.param("Ruud Hollis", SourceKind.PERSON, True, id="nowhere"),
        pytest.param("Marshall", SourceKind.PERSON, True, id="only-part-of-a-word"),
        pytest.param("the article", SourceKind.ARTICLE, False, id="article"),
        pytest.param(" ", SourceKind.PERSON, True, id="blank"),
    ],
)
def test_a_source_that_the_article_does_not_name_is_flagged(name: str, kind: SourceKind, flagged: bool) -> None:
    draft = make_draft("Two lanes were closed", source=SourceDraft(name=name, kind=kind))
    claim = ground(make_article(publisher="Wirebird"), sentences_of(), draft)
    assert (FlagCode.SOURCE_NOT_FOUND in {f.code for f in claim.flags}) is flagged


def test_an_inferred_source_is_flagged_with_its_reason() -> None:
    source = SourceDraft(name="Elena Marsh", kind=SourceKind.PERSON, uncertain="Taken from the sentence before.")
    claim = ground(make_article(), sentences_of(), make_draft("Two lanes were closed", source=source))
    assert [(f.code, f.detail) for f in claim.flags] == [(FlagCode.SOURCE_UNCERTAIN, "Taken from the sentence before.")]


def test_the_id_depends_on_the_find_alone() -> None:
    article, draft = make_article(), make_draft("Two lanes were closed")
    claim = ground(article, sentences_of(), draft)
    again = ground(article, sentences_of(), draft.model_copy(update={"check_worthiness": 0.9}))
    other = ground(article, sentences_of(), draft.model_copy(update={"text": "Two lanes were shut."}))
    assert claim.id == again.id != other.id
    assert len(claim.id) == 24
    assert int(claim.id, 16) >= 0
    assert claim.id == claim_id(article, claim.content.spans, "Two  lanes were closed", "Elena Marsh")


PROSE = st.text(st.sampled_from("abc AB.,'\"“”’«»—-–…\n\t\u00a0\u00ad\u200b12é"), max_size=80)


@given(PROSE, PROSE)
def test_place_never_raises_and_its_spans_name_its_text(text: str, needle: str) -> None:
    part = place(text, needle)
    assert all(s.end_char <= len(text) for s in part.spans)
    if part.level is GroundingLevel.EXACT:
        assert " ".join(s.of(text) for s in part.spans) == part.text


@given(PROSE, st.data())
def test_what_is_in_the_text_is_found_there(text: str, data: st.DataObject) -> None:
    start = data.draw(st.integers(0, len(text)))
    needle = text[start : data.draw(st.integers(start, len(text)))]
    part = place_in(build_index(text), needle, whole_words=False)
    assert (part.level is GroundingLevel.EXACT) == bool(needle.strip())


@given(PROSE, st.data())
def test_a_normalised_find_leads_back_to_the_same_wording(text: str, data: st.DataObject) -> None:
    start = data.draw(st.integers(0, len(text)))
    needle = normalise_wording(text[start : data.draw(st.integers(start, len(text)))])
    part = place_in(build_index(text), needle, whole_words=False)
    if part.level is GroundingLevel.NORMALISED and len(part.spans) == 1:
        there = normalise_wording(part.spans[0].of(text))
        assert there.strip(" ,;:.-'") == needle.strip(" ,;:.-'")


@given(PROSE, PROSE, st.lists(st.integers(0, 3), max_size=3))
def test_ground_never_raises(text: str, needle: str, named: list[int]) -> None:
    claim = ground(make_article(text), sentences_of(TEXT)[:0], make_draft(needle, sentences=tuple(named)))
    assert all(s.end_char <= len(text) for s in claim.content.spans)


def test_planted_quotations_are_placed() -> None:
    table = bench_placer("ours", place_all, n_runs=1)
    right = {r.kind: (r.n_right, r.n) for r in table.rows}
    for kind in (PlantKind.EXACT, PlantKind.NORMALISED, PlantKind.REPEATED, PlantKind.INTERRUPTED):
        assert right[kind][0] == right[kind][1] > 0
    assert right[PlantKind.EDITED][0] >= 0.9 * right[PlantKind.EDITED][1]
    assert table.n_quotations == 200


def test_planting_is_repeatable_and_true() -> None:
    planted = plant(seed=7, n_words=800)
    assert planted == plant(seed=7, n_words=800)
    assert all(p.spans[0].of(planted.text) == p.needle for p in planted.plants if p.kind is PlantKind.EXACT)

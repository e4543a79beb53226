import hashlib
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from extractor.check import check
from extractor.ground import ground
from extractor.numbers import find_numbers
from extractor.schema import (
    Article,
    ArticleMetadata,
    Claim,
    ClaimDraft,
    ClaimKind,
    FlagCode,
    PartDraft,
    Quotation,
    SourceDraft,
    SourceKind,
)

PARAGRAPHS = (
    "“The bridge is safe. We tested it twice,” Elena Marsh said on Thursday.",
    "Joren Pike said 40 percent of the 2.5 million users had not been asked.",
    "Marsh denied that the figures had been changed.",
    'Pike called the plan "a costly experiment" and the dam unsafe. The dam was built in 1987.',
    "“Two workers’ huts burned,” said Pike. Nobody was hurt, and the bakers’ hall stood.",
)
TEXT = "\n\n".join(PARAGRAPHS)


def checked(
    content: str,
    text: str | None = None,
    quotation: Quotation = Quotation.INDIRECT,
    text_of: str = TEXT,
    **draft: object,
) -> Claim:
    article = Article(
        text=text_of,
        sha256=hashlib.sha256(text_of.encode()).hexdigest(),
        metadata=ArticleMetadata(published=date(2024, 5, 18), language=str(draft.pop("language", "en"))),
    )
    values: dict[str, object] = {
        "text": text or content,
        "content": PartDraft(text=content),
        "quotation": quotation,
        "source": SourceDraft(name="Joren Pike", kind=SourceKind.PERSON),
        "kind": ClaimKind.EVENT,
        "check_worthiness": 0.5,
        "check_worthiness_reason": "Test.",
    }
    return check(article, ground(article, (), ClaimDraft.model_validate(values | draft)))


def codes(claim: Claim) -> set[FlagCode]:
    return {f.code for f in claim.flags}


@pytest.mark.parametrize(
    ("content", "quotation", "flagged"),
    [
        pytest.param("The bridge is safe", Quotation.DIRECT, False, id="after-the-mark"),
        pytest.param("We tested it twice", Quotation.DIRECT, False, id="second-sentence"),
        pytest.param('"We tested it twice."', Quotation.DIRECT, False, id="marks-given"),
        pytest.param("Two workers' huts burned", Quotation.DIRECT, False, id="apostrophe"),
        pytest.param("The bridge is quite safe", Quotation.DIRECT, True, id="word-added"),
        pytest.param("We tested it thrice", Quotation.DIRECT, True, id="word-changed"),
        pytest.param("40 percent of the 2.5 million users", Quotation.DIRECT, True, id="not-in-marks"),
        pytest.param("the bakers’ hall stood", Quotation.DIRECT, True, id="after-a-quotation"),
        pytest.param('the plan "a costly experiment"', Quotation.MIXED, False, id="mixed"),
        pytest.param('the plan "a costly adventure"', Quotation.MIXED, True, id="mixed-changed"),
    ],
)
def test_a_quotation_must_be_verbatim(content: str, quotation: Quotation, flagged: bool) -> None:
    assert (FlagCode.MISQUOTE in codes(checked(content, quotation=quotation))) is flagged


@pytest.mark.parametrize(
    ("text", "quoted"),
    [
        pytest.param("Ana: We sold the mill.\n\nBo: Why?", "We sold the mill", id="interview"),
        pytest.param("— Мы продали мельницу, — сказал Петров.", "Мы продали мельницу", id="dash"),
        pytest.param("„Wir haben die Mühle verkauft“, sagte Petra Kahn.", "Wir haben die Mühle verkauft", id="german"),
        pytest.param("« Nous avons vendu le moulin », dit-elle.", "Nous avons vendu le moulin", id="french"),
        pytest.param('He said "no" 5" long. "We sold it. It was old," he said.', "It was old", id="odd-count"),
        pytest.param("He said: 'We sold the firm's mill. It was old.'", "It was old", id="single"),
    ],
)
def test_quotation_marks_of_every_style_count(text: str, quoted: str) -> None:
    assert FlagCode.MISQUOTE not in codes(checked(quoted, quotation=Quotation.DIRECT, text_of=text))


def test_an_apostrophe_is_no_quotation_mark() -> None:
    text = "The workers' hall burned in June. It was the firm's oldest."
    assert FlagCode.MISQUOTE in codes(checked("It was the firm's oldest", quotation=Quotation.DIRECT, text_of=text))


def test_a_claim_in_the_words_of_its_passage_differs_in_nothing() -> None:
    text = "Joren Pike said the H1N1 outbreak took 19 20-year-olds and that nobody knew."
    assert not checked(
        "the H1N1 outbreak took 19 20-year-olds", "The H1N1 outbreak took 19 20-year-olds.", text_of=text
    ).flags


@pytest.mark.parametrize(
    ("text", "detail"),
    [
        pytest.param("40 % of 2,500,000 users had not been asked.", None, id="other-wording"),
        pytest.param("Forty per cent of the 2.5m users had not been asked.", None, id="words"),
        pytest.param(
            "14 % of the 2.5 million users had not been asked.", "The article says 40 %, the claim 14 %.", id="swapped"
        ),
        pytest.param(
            "40 percent of the 2.5 million users in 1987 had not been asked.",
            "The claim says 1987: not in the passage, though elsewhere in the article.",
            id="from-elsewhere",
        ),
        pytest.param(
            "40 percent of the 2.5 billion users had not been asked.",
            "The article says 2,500,000, the claim 2,500,000,000.",
            id="scale",
        ),
    ],
)
def test_numbers_of_the_claim_stand_in_the_passage(text: str, detail: str | None) -> None:
    flags = checked("40 percent of the 2.5 million users had not been asked", text).flags
    assert [f.detail for f in flags if f.code is FlagCode.NUMBER_NOT_IN_SOURCE] == ([detail] if detail else [])


def test_a_date_worked_out_from_the_day_of_publication_is_no_fault() -> None:
    claim = checked("The bridge is safe", "The bridge was safe on Thursday, 16 May 2024.", Quotation.DIRECT)
    assert FlagCode.NUMBER_NOT_IN_SOURCE not in codes(claim)


@pytest.mark.parametrize(
    ("content", "text", "flagged"),
    [
        pytest.param(
            "the figures had been changed", "The figures had not been changed.", False, id="denied-and-negated"
        ),
        pytest.param("the figures had been changed", "The figures had been changed.", True, id="denied-but-stated"),
        pytest.param("The bridge is safe", "The bridge is not safe.", True, id="put-in"),
        pytest.param("2.5 million users had not been asked", "2.5 million users had been asked.", True, id="left-out"),
        pytest.param("the dam unsafe", "The dam is not safe.", False, id="prefix"),
        pytest.param("Nobody was hurt", "No one was hurt.", False, id="other-word"),
    ],
)
def test_negations_of_claim_and_passage_agree(content: str, text: str, flagged: bool) -> None:
    cue = {"cue": PartDraft(text="denied")} if "figures" in content else {}
    assert (FlagCode.NEGATION_DIFFERS in codes(checked(content, text, **cue))) is flagged


@pytest.mark.parametrize(
    ("content", "text", "flagged"),
    [
        pytest.param("the dam unsafe", "The dam at Norrby is unsafe.", True, id="nowhere"),
        pytest.param("We tested it twice", "Elena Marsh tested it twice.", False, id="resolved"),
        pytest.param("We tested it twice", "Officials tested it twice.", False, id="a-noun-begins"),
        pytest.param(
            "Marsh denied that the figures had been changed", "Pike denied changing the figures.", True, id="swapped"
        ),
    ],
)
def test_names_of_the_claim_stand_in_the_article(content: str, text: str, flagged: bool) -> None:
    assert (FlagCode.NAME_NOT_IN_SOURCE in codes(checked(content, text))) is flagged


def test_another_name_beside_the_cue_makes_the_source_uncertain() -> None:
    source = SourceDraft(name="Elena Marsh", kind=SourceKind.PERSON)
    content = "40 percent of the 2.5 million users had not been asked"
    wrong = checked(content, source=source, cue=PartDraft(text="said"))
    assert FlagCode.SOURCE_UNCERTAIN in codes(wrong)
    assert FlagCode.SOURCE_UNCERTAIN not in codes(checked(content, cue=PartDraft(text="said")))


@pytest.mark.parametrize(
    ("text", "language", "values"),
    [
        pytest.param("two million, 2,000,000 and 2 million", "en", ["2000000"] * 3, id="million"),
        pytest.param("$2.5bn or €3 million", "en", ["2500000000", "3000000"], id="currency"),
        pytest.param("two and a half million", "en", ["2500000"], id="and-a-half"),
        pytest.param("an eleven-month-old in a ten-storey house", "en", ["11", "10"], id="hyphens"),
        pytest.param("nineteen ninety-nine", "en", ["1999"], id="year-in-words"),
        pytest.param("COVID-19, G7, F-16, mid-2021", "en", ["2021"], id="names-with-digits"),
        pytest.param("the 21st, the 1990s", "en", ["21", "1990"], id="ordinal-and-decade"),
        pytest.param("2,5 Millionen, 1.234.567, dreißig Prozent", "de", ["2500000", "1234567", "30"], id="german"),
        pytest.param("12 500 personnes", "fr", ["12500"], id="french-spaces"),
        pytest.param("2,5 млн, 40 процентов", "ru", ["2500000", "40"], id="russian"),
        pytest.param("", "en", [], id="empty"),
    ],
)
def test_numbers_are_read_in_digits_and_words(text: str, language: str, values: list[str]) -> None:
    assert [f"{n.readings[0]:f}" for n in find_numbers(text, language)] == values


def test_a_half_is_fifty_per_cent() -> None:
    half, fifty, third = (find_numbers(t)[0] for t in ("half of it", "50 %", "a third of it"))
    assert half.agrees(fifty)
    assert not half.agrees(third)


def test_checking_twice_changes_nothing() -> None:
    claim = checked("the figures had been changed", "14 figures by Norrby were changed.", Quotation.DIRECT)
    article = Article(text=TEXT, sha256="0" * 64)
    assert check(article, check(article, claim)) == check(article, claim)


@given(
    st.text(max_size=60), st.text(max_size=60), st.sampled_from(Quotation), st.sampled_from(["en", "de", "ru", "xx"])
)
def test_check_never_raises(text: str, content: str, quotation: Quotation, language: str) -> None:
    checked(content, text, quotation, text_of=f"{text[:20]}“{content}” said {text}", language=language)

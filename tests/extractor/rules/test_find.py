"""What the rules find: content, source, cue and chain, structure by structure."""

import json
from pathlib import Path

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from extractor import rules
from extractor.schema import (
    Claim,
    ClaimDraft,
    ClaimKind,
    GroundingLevel,
    Part,
    PartDraft,
    Quotation,
    Source,
    SourceKind,
)
from extractor.segment import segment
from tests.extractor.rules.found import article, found


def brief(draft: ClaimDraft) -> tuple[str, str, str]:
    return draft.source.name, draft.quotation.value, draft.content.text


def parts(draft: ClaimDraft) -> list[PartDraft]:
    chained = [source.mention for source in draft.chain]
    return [part for part in (draft.content, draft.cue, draft.source.mention, *chained) if part is not None]


def assert_spans_name_their_text(text: str, drafts: tuple[ClaimDraft, ...]) -> None:
    for draft in drafts:
        for part in parts(draft):
            assert part.spans
            assert " ".join(span.of(text) for span in part.spans) == part.text


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param(
            "Ruta Osei said the pump had failed.",
            [("Ruta Osei", "indirect", "the pump had failed")],
            id="source-cue-content",
        ),
        pytest.param(
            "On Tuesday Ruta Osei said that repairs would start in May.",
            [("Ruta Osei", "indirect", "repairs would start in May")],
            id="that",
        ),
        pytest.param(
            '"The pump failed at noon," said Ruta Osei, head of the waterworks.',
            [("Ruta Osei", "direct", "The pump failed at noon")],
            id="inverted",
        ),
        pytest.param(
            '"The pump failed," Ruta Osei said. "We lost the whole east line."',
            [("Ruta Osei", "direct", "The pump failed"), ("Ruta Osei", "direct", "We lost the whole east line")],
            id="two-sentences-around",
        ),
        pytest.param(
            '"The pump," Ruta Osei said, "failed at noon."',
            [("Ruta Osei", "direct", "The pump failed at noon")],
            id="interrupted",
        ),
        pytest.param(
            "The pump, Ruta Osei said, had failed at noon.",
            [("Ruta Osei", "indirect", "The pump had failed at noon")],
            id="interrupted-indirect",
        ),
        pytest.param(
            "The pump had failed at noon, Ruta Osei said.",
            [("Ruta Osei", "indirect", "The pump had failed at noon")],
            id="content-first",
        ),
        pytest.param(
            'Ruta Osei said the tender had been "a disgrace from start to finish".',
            [("Ruta Osei", "mixed", 'the tender had been "a disgrace from start to finish"')],
            id="mixed",
        ),
        pytest.param(
            'Ruta Osei called the tender "a disgrace".',
            [("Ruta Osei", "mixed", 'the tender "a disgrace"')],
            id="label",
        ),
        pytest.param(
            "Ruta Osei accused the contractor of hiding the test results.",
            [("Ruta Osei", "indirect", "the contractor of hiding the test results")],
            id="accuse",
        ),
        pytest.param(
            "Ruta Osei said the pump had failed and that the town would pay.",
            [("Ruta Osei", "indirect", "the pump had failed"), ("Ruta Osei", "indirect", "the town would pay")],
            id="that-again",
        ),
        pytest.param(
            "Ruta Osei said the pump had failed because nobody had oiled it.",
            [("Ruta Osei", "indirect", "the pump had failed because nobody had oiled it")],
            id="because-stays",
        ),
        pytest.param(
            "Ruta Osei said the pump had failed, adding that nobody had oiled it.",
            [("Ruta Osei", "indirect", "the pump had failed"), ("Ruta Osei", "indirect", "nobody had oiled it")],
            id="adding",
        ),
        pytest.param(
            "According to Ruta Osei, the pump had failed.",
            [("Ruta Osei", "indirect", "the pump had failed")],
            id="according-first",
        ),
        pytest.param(
            "The pump had failed, according to Ruta Osei.",
            [("Ruta Osei", "indirect", "The pump had failed")],
            id="according-last",
        ),
        pytest.param(
            "Ruta Osei arrived late. She said the pump had failed.",
            [("Ruta Osei", "indirect", "the pump had failed")],
            id="pronoun",
        ),
        pytest.param(
            'Ruta Osei was blunt. "We knew about the pump in March."',
            [("Ruta Osei", "direct", "We knew about the pump in March")],
            id="floating",
        ),
        pytest.param(
            'Transport minister Maria Lopez resigned. "The road will reopen in May," the minister said.',
            [("Maria Lopez", "direct", "The road will reopen in May")],
            id="role",
        ),
        pytest.param(
            "A senior official at the ministry said the talks had failed.",
            [("A senior official at the ministry", "indirect", "the talks had failed")],
            id="anonymous",
        ),
        pytest.param(
            "A spokeswoman for Varn Waterworks said the pump had failed.",
            [("Varn Waterworks", "indirect", "the pump had failed")],
            id="spokeswoman",
        ),
        pytest.param(
            "The annual report says the pump had failed.",
            [("annual report", "indirect", "the pump had failed")],
            id="document",
        ),
        pytest.param(
            "Florida Department of Transportation official Troy Roberts said the road was closed. "
            '"It is not safe," Roberts said.',
            [("Troy Roberts", "indirect", "the road was closed"), ("Troy Roberts", "direct", "It is not safe")],
            id="role-before-name",
        ),
        pytest.param(
            "The commission's secretary general, Ilse Tarrant, told a news conference that traffic fell.",
            [("Ilse Tarrant", "indirect", "traffic fell")],
            id="apposition",
        ),
        pytest.param(
            "The party reportedly lost two seats.", [("unnamed", "indirect", "The party lost two seats")], id="hearsay"
        ),
        pytest.param(
            'Ruta Osei: "The pump failed at noon."', [("Ruta Osei", "direct", "The pump failed at noon")], id="colon"
        ),
        pytest.param('"Who is lying?" Ruta Osei asked.', [], id="question"),
        pytest.param('The "temporary" bridge turned twenty on Friday.', [], id="scare"),
        pytest.param("Ruta Osei declined to comment.", [], id="silence"),
        pytest.param("The report was late. It's Osei's, isn't it, and the states' rights stay.", [], id="apostrophes"),
        pytest.param("", [], id="empty"),
    ],
)
def test_structures(text: str, expected: list[tuple[str, str, str]]) -> None:
    drafts = found(text)
    assert [brief(draft) for draft in drafts] == expected
    assert_spans_name_their_text(text, drafts)


@pytest.mark.parametrize(
    ("language", "text", "expected"),
    [
        pytest.param(
            "de",
            "Die Ministerin Karin Ohlsen sagte am Dienstag, die Preise seien gestiegen. "
            "„Wir haben keine Wahl“, sagte sie.",
            [
                ("Karin Ohlsen", "indirect", "die Preise seien gestiegen"),
                ("Karin Ohlsen", "direct", "Wir haben keine Wahl"),
            ],
            id="de",
        ),
        pytest.param(
            "es",
            "El ministro Juan Pérez dijo que la economía creció. «No habrá recortes», aseguró Pérez.",
            [("Juan Pérez", "indirect", "la economía creció"), ("Juan Pérez", "direct", "No habrá recortes")],
            id="es",
        ),
        pytest.param(
            "fr",
            "Le ministre Jean Dupont a déclaré que la dette avait augmenté. « Nous ne céderons pas », a-t-il dit.",
            [("Jean Dupont", "indirect", "la dette avait augmenté"), ("Jean Dupont", "direct", "Nous ne céderons pas")],
            id="fr",
        ),
        pytest.param(
            "pt",
            'Segundo a prefeita Ana Costa, a obra custará 5 milhões de reais. "É muito injusto", disse ela.',
            [
                ("Ana Costa", "indirect", "a obra custará 5 milhões de reais"),
                ("Ana Costa", "direct", "É muito injusto"),
            ],
            id="pt",
        ),
        pytest.param(
            "ru",
            "Министр Сергей Иванов заявил, что учения пройдут в сентябре. «Мы готовы», — сказал он.",
            [("Сергей Иванов", "indirect", "учения пройдут в сентябре"), ("Сергей Иванов", "direct", "Мы готовы")],
            id="ru",
        ),
    ],
)
def test_languages(language: str, text: str, expected: list[tuple[str, str, str]]) -> None:
    drafts = found(text, language=language)
    assert [brief(draft) for draft in drafts] == expected
    assert_spans_name_their_text(text, drafts)


def test_the_language_of_the_words_overrules_a_wrong_default() -> None:
    text = (
        "Die Ministerin Karin Ohlsen sagte am Dienstag in der Stadt, dass die Preise auch in diesem Jahr "
        "gestiegen seien und nicht sinken."
    )
    assert [draft.source.name for draft in found(text, language="en")] == ["Karin Ohlsen"] * len(found(text))


def test_an_outlet_that_was_told_stands_in_the_chain() -> None:
    (draft,) = found("Ruta Osei told Reuters the pump had failed.")
    assert brief(draft) == ("Ruta Osei", "indirect", "the pump had failed")
    assert [source.name for source in draft.chain] == ["Reuters"]


def test_a_quotation_over_paragraphs_keeps_its_speaker() -> None:
    text = 'Ruta Osei said: "The pump failed at noon.\n\n"We lost the whole east line."'
    assert [brief(draft) for draft in found(text)] == [
        ("Ruta Osei", "direct", "The pump failed at noon"),
        ("Ruta Osei", "direct", "We lost the whole east line"),
    ]


def test_interview_turns_belong_to_their_label_and_questions_to_nobody() -> None:
    text = "Ana Silva runs the pump.\n\n" + "\n\n".join(
        f"((WN)) What about pump {n}?\n\n((Ana Silva)) Pump number {n} failed in March." for n in range(1, 4)
    )
    drafts = [draft for draft in found(text) if draft.quotation is Quotation.DIRECT]
    assert [brief(draft) for draft in drafts] == [
        ("Ana Silva", "direct", f"Pump number {n} failed in March") for n in range(1, 4)
    ]


def test_a_credit_is_no_speaker() -> None:
    text = "Ruta Osei said the pump failed.\n\n" + "\n\n".join(
        f"Photo: Ana Silva, taken in 200{n}." for n in range(1, 5)
    )
    assert [brief(draft) for draft in found(text)] == [("Ruta Osei", "indirect", "the pump failed")]


def test_own_statements_are_narrow() -> None:
    text = (
        "Unemployment fell to 6.1 percent last year. Osei, 51, has run the plant since 2014. "
        "The council met on Tuesday."
    )
    (draft,) = found(text)
    assert draft.source.kind is SourceKind.ARTICLE
    assert draft.kind is ClaimKind.STATISTIC
    assert draft.content.text == "Unemployment fell to 6.1 percent last year"


def test_a_doubtful_pronoun_says_so_and_offers_names() -> None:
    text = 'Karl Brandt met Peter Novak on Monday. "The pump had failed in March," he said.'
    read = article(text)
    sentences = segment(read)
    drafts = rules.find(read, sentences)
    assert drafts[0].source.uncertain
    (question,) = rules.open_questions(read, sentences, drafts)
    assert question.draft == 0
    assert question.mention == "he"
    assert set(question.candidates) == {"Karl Brandt", "Peter Novak"}
    assert question.candidates[0] == drafts[0].source.name
    assert 1 in question.sentences


def test_names_with_roles_and_every_mention() -> None:
    text = (
        "Agnès Callamard, a UN rapporteur for executions, left. "
        "Callamard spoke. The World Health Organization (WHO) met. WHO agreed."
    )
    read = article(text)
    names = {name.name: name for name in rules.names(read, segment(read))}
    assert [span.of(text) for span in names["Agnès Callamard"].mentions] == ["Agnès Callamard", "Callamard"]
    assert names["Agnès Callamard"].role == "UN rapporteur for executions"
    assert len(names["World Health Organization"].mentions) >= 2


def test_check_worthiness_has_a_readable_reason() -> None:
    figure, opinion = found('Ruta Osei said prices rose 40 percent. "I love this beautiful town," she said.')
    assert figure.check_worthiness > opinion.check_worthiness
    assert "40" in figure.check_worthiness_reason
    assert "opinion" in opinion.check_worthiness_reason


def test_suspects_what_no_claim_covers() -> None:
    text = 'Ruta Osei said the pump had failed. It rained. "Nobody will ever oil this pump again."'
    read = article(text)
    sentences = segment(read)
    (first, second) = rules.suspect(read, sentences, ())
    assert [first.span, second.span] == [sentences[0].span, sentences[2].span]
    claim = Claim(
        id="0" * 24,
        text="The pump had failed.",
        content=Part(text=sentences[0].span.of(text), spans=(sentences[0].span,), level=GroundingLevel.EXACT),
        quotation=Quotation.INDIRECT,
        source=Source(name="Ruta Osei", kind=SourceKind.PERSON),
        kind=ClaimKind.EVENT,
        check_worthiness=0.5,
        check_worthiness_reason="",
    )
    assert [miss.span for miss in rules.suspect(read, sentences, (claim,))] == [sentences[2].span]


def test_data_sha256_is_stable() -> None:
    assert len(rules.data_sha256()) == 64
    assert rules.data_sha256() == rules.data_sha256()


def test_the_declaration_speaks_in_the_wire_report(shared_data: Path) -> None:
    text = (shared_data / "tass-csto-2021-09-16.txt").read_text("utf-8")
    drafts = found(text, body_start_char=text.index("Members of the Collective"))
    assert_spans_name_their_text(text, drafts)
    direct = [draft for draft in drafts if draft.quotation is Quotation.DIRECT]
    assert len(direct) == 5
    assert {(draft.source.name, draft.source.kind) for draft in drafts} == {("declaration", SourceKind.DOCUMENT)}
    behind = {source.name for draft in drafts for source in draft.chain}
    assert behind == {"Collective Security Treaty Organization"}
    assert direct[0].content.text.startswith("We express deep concern")
    assert direct[0].content.text.endswith("sovereignty of member states")


def test_every_span_of_real_articles_names_its_text(shared_data: Path) -> None:
    for line in (shared_data / "wikinews_en.jsonl").read_text("utf-8").splitlines():
        text = json.loads(line)["text"]
        drafts = found(text)
        assert_spans_name_their_text(text, drafts)
        starts = [draft.content.spans[0].start_char for draft in drafts]
        assert starts == sorted(starts)


WORDS = st.sampled_from(
    [
        *"said told that according to Osei Ruta she he they the minister report Reuters and but who which".split(),
        *", . ? ! : ; — ( ) “ ” \" ' « » „ … [...] had failed will 40 percent in a statement on Friday".split(),
        *"Dr. U.S. adding called accused of reportedly by".split(),
        "\n",
        "\n\n",
    ]
)


@settings(max_examples=300, deadline=None)
@given(st.lists(WORDS, max_size=60), st.sampled_from(["en", "de", "es", "fr", "pt", "ru", "xx"]))
@example(["Dr.", "said", ".", "”"], "en")
def test_any_order_of_words_is_survived(words: list[str], language: str) -> None:
    text = " ".join(words)
    read = article(text, language=language)
    sentences = segment(read)
    drafts = rules.find(read, sentences)
    assert_spans_name_their_text(text, drafts)
    rules.names(read, sentences)
    rules.open_questions(read, sentences, drafts)
    rules.suspect(read, sentences, ())


@settings(max_examples=100, deadline=None)
@given(st.text(max_size=200))
def test_any_text_is_survived(text: str) -> None:
    drafts = found(text)
    assert_spans_name_their_text(text, drafts)


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("He said it was so, " * 55_000, id="a-megabyte-in-one-sentence"),
        pytest.param('He said "it was so" ' * 20_000, id="quotations-in-one-sentence"),
        pytest.param("Osei said it had failed. " * 7_000, id="long"),
        pytest.param('"' * 5_000, id="marks"),
        pytest.param("(" * 5_000 + "said", id="brackets"),
        pytest.param("NAME SAID SO. " * 2_000, id="capitals"),
    ],
)
def test_long_and_odd_texts_come_through(text: str) -> None:
    assert_spans_name_their_text(text, found(text))

"""Finding claims and cutting their spans: one sentence for each mechanism."""

import pytest

from extractor.schema import SourceKind
from tests.extractor.rules.found import found


def contents(text: str, language: str = "en") -> list[str]:
    """The contents that somebody else than the article states, spans joined with a bar."""
    drafts = (draft for draft in found(text, language=language) if draft.source.kind is not SourceKind.ARTICLE)
    return [" | ".join(span.of(text) for span in draft.content.spans) for draft in drafts]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param(
            'Ruta Osei said: "The pump failed at noon [...]"', ["The pump failed at noon"], id="omission-at-the-end"
        ),
        pytest.param(
            "Ruta Osei said the pump had failed at 3.12 a.m.", ["the pump had failed at 3.12 a.m."], id="dotted"
        ),
        pytest.param(
            '"We knew it. Brandt laughed," said Ruta Osei.', ["We knew it", "Brandt laughed"], id="two-words-and-a-verb"
        ),
        pytest.param(
            "VARN, West Coast (Meridian Wire) -- The pump had failed, Ruta Osei said.",
            ["The pump had failed"],
            id="dateline",
        ),
    ],
)
def test_spans_are_cut_where_the_words_begin_and_end(text: str, expected: list[str]) -> None:
    assert contents(text) == expected


def test_no_before_a_sentence_is_an_answer() -> None:
    text = "Herald: Did you know?\n\nOsei: No. Somebody has to count.\n\nHerald: And now?\n\nOsei: Now we wait."
    text += "\n\nHerald: For whom?\n\nOsei: For the town to decide."
    assert "Somebody has to count" in contents(text)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param("Ruta Osei put the damage at 3 million crowns.", ["the damage at 3 million crowns"], id="put-at"),
        pytest.param("The contractor called the tender a disgrace.", ["the tender a disgrace"], id="label-unquoted"),
        pytest.param("Ruta Osei called a meeting for Friday.", [], id="called-a-meeting"),
        pytest.param(
            "The annual report lists Karl Brandt as the owner.", ["Karl Brandt as the owner"], id="a-document-lists"
        ),
        pytest.param("The club named Karl Brandt as coach.", [], id="a-club-names"),
        pytest.param(
            "The pump, internal files show, had failed.", ["The pump | had failed"], id="documents-in-the-middle"
        ),
        pytest.param(
            "By the following winter the number of leaks had risen to 163, the files show.",
            ["By the following winter the number of leaks had risen to 163"],
            id="a-clause-that-opens-with-an-adverbial",
        ),
    ],
)
def test_complements_and_documents(text: str, expected: list[str]) -> None:
    assert contents(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param(
            '"We lost the line," said Ruta Osei, who added that the pump had failed.',
            ["We lost the line", "the pump had failed"],
            id="who-added",
        ),
        pytest.param(
            "The pump, which Ruta Osei said had failed, was sold.", ["which | had failed"], id="which-she-said"
        ),
        pytest.param(
            "The leak, which Ruta Osei blamed on frost, was closed.", ["which | on frost"], id="which-she-blamed-on"
        ),
        pytest.param(
            "The pump had been checked in April, Ruta Osei said, and the alarms had worked.",
            ["The pump had been checked in April", "the alarms had worked"],
            id="a-second-clause-behind",
        ),
        pytest.param(
            "Farmers, Ruta Osei said, should not worry; there was enough for everybody.",
            ["Farmers | should not worry", "there was enough for everybody"],
            id="a-clause-after-the-semicolon",
        ),
        pytest.param(
            'It had, Ruta Osei wrote, "waited 400 days for a single bill to be paid".',
            ['It had | "waited 400 days for a single bill to be paid"'],
            id="a-quotation-goes-on-with-the-clause",
        ),
        pytest.param(
            "Ruta Osei disagreed: the rule had been written by lawyers.",
            ["the rule had been written by lawyers"],
            id="indirect-after-a-colon",
        ),
        pytest.param("Karl Brandt told how rats ran over the worktops.", ["rats ran over the worktops"], id="told-how"),
        pytest.param(
            'Asked by the Courier whether she knew, Ruta Osei said: "We knew nothing of it."',
            ["We knew nothing of it"],
            id="the-question-is-not-hers",
        ),
        pytest.param('"Please do not write the word pump again," Ruta Osei said.', [], id="a-request"),
    ],
)
def test_attributions_reach_what_they_cover(text: str, expected: list[str]) -> None:
    assert contents(text) == expected


def test_who_reports_an_attribution_stands_in_its_chain() -> None:
    draft = found("Ruta Osei had told members that the boats were seaworthy, Karl Brandt reminded the chamber.")[0]
    assert draft.content.text == "the boats were seaworthy"
    assert (draft.source.name, [source.name for source in draft.chain]) == ("Ruta Osei", ["Karl Brandt"])


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param("As Ruta Osei puts it, the pump is dead.", ["the pump is dead"], id="as-she-puts-it"),
        pytest.param(
            'For Ruta Osei, halving the tax is "a fire sale".', ['halving the tax is "a fire sale"'], id="for-osei"
        ),
        pytest.param("For Ruta Osei, the season is over.", [], id="for-osei-unquoted"),
        pytest.param("The council warned of more closures.", ["more closures"], id="warned-of"),
        pytest.param('The guild spoke of "regional shortages".', ['"regional shortages"'], id="spoke-of-quoted"),
        pytest.param("The guild spoke of many things.", [], id="spoke-of-unquoted"),
        pytest.param(
            "The mayor resigned, two days after the Varn Courier accused him of theft.",
            ["him of theft"],
            id="a-subordinate-clause",
        ),
        pytest.param(
            "A report dated May and seen by the Varn Courier put the losses at 7 percent.",
            ["the losses at 7 percent"],
            id="participles-before-the-verb",
        ),
        pytest.param(
            'Ruta Osei called the plan "a trap" and left for Varn.', ['the plan "a trap"'], id="the-label-ends"
        ),
        pytest.param(
            "Losses from the fires come to 2.3 million crowns, according to Ruta Osei.",
            ["Losses from the fires come to 2.3 million crowns"],
            id="any-verb-before-according",
        ),
    ],
)
def test_views_and_verbs_with_prepositions(text: str, expected: list[str]) -> None:
    assert contents(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param(
            "The depot has for decades been rumoured to be empty.", ["The depot | to be empty"], id="rumoured"
        ),
        pytest.param(
            "The mayor ran a secret kitchen, it was claimed last night.",
            ["The mayor ran a secret kitchen"],
            id="it-was-claimed",
        ),
        pytest.param(
            "A shed burned down, reportedly emptied by thieves.", ["emptied by thieves"], id="a-participle-only"
        ),
        pytest.param("The law covers people who had been accused of theft in the north.", [], id="a-relative-clause"),
    ],
)
def test_hearsay(text: str, expected: list[str]) -> None:
    assert contents(text) == expected
    assert all(draft.source.name == "unnamed" for draft in found(text))


def test_a_passive_names_its_agent() -> None:
    draft = found("Karl Brandt was accused by Ruta Osei of taking money.")[0]
    assert (draft.source.name, draft.cue and draft.cue.text) == ("Ruta Osei", "accused")


def test_the_main_clause_before_hearsay_is_the_articles() -> None:
    drafts = found("Three guards died in the attack, reportedly planned by a rival gang.")
    assert [draft.source.kind for draft in drafts] == [SourceKind.ARTICLE, SourceKind.ANONYMOUS]


def test_reported_speech_goes_on_in_the_past_future() -> None:
    text = "Ruta Osei said the bridge was unsafe. It would be closed on Monday. It would have fallen if frost had come."
    drafts = found(text)
    assert [draft.content.text for draft in drafts] == ["the bridge was unsafe", "It would be closed on Monday"]
    assert (drafts[1].source.name, drafts[1].cue) == ("Ruta Osei", None)

"""The claim's text: complements become sentences, sure pronouns become names, quotations keep their words."""

import pytest

from tests.extractor.rules.found import found

CASES = [
    ("The council promised to replace the pump by June.", "The council will replace the pump by June."),
    ('Ruta Osei called the tender "a disgrace".', "The tender is a disgrace."),
    ('Ruta Osei called the tender a "disgrace".', "The tender is a disgrace."),
    ('Ruta Osei described the letters as "a poor forgery".', "The letters are a poor forgery."),
    ("The council blamed the delay on frost.", "Frost caused the delay."),
    ("Ruta Osei denied that the pump had failed.", "The pump had not failed."),
    ("Ruta Osei denied that any pump had failed.", "No pump had failed."),
    ("The council expects costs to rise to 3 million crowns.", "Costs will rise to 3 million crowns."),
    ("Mrs Osei said she had twice asked for money.", "Osei had twice asked for money."),
]


@pytest.mark.parametrize(("text", "claim"), CASES)
def test_complements_become_sentences(text: str, claim: str) -> None:
    assert found(text)[-1].text == claim


@pytest.mark.parametrize(
    ("text", "claim"),
    [
        ("Mrs Osei said he had left early.", "He had left early."),
        ("Karl Brandt met Odo Ferris. Karl Brandt told Odo Ferris he had left early.", "He had left early."),
        ("His agent, Bunny Osei, said he had left early.", "He had left early."),
        ("Ruta Osei said it was raining.", "It was raining."),
    ],
)
def test_a_pronoun_that_may_be_another_stays(text: str, claim: str) -> None:
    assert found(text)[-1].text == claim


def test_a_direct_quotation_keeps_its_words() -> None:
    assert found("“I never ‘asked’ for it,” Ruta Osei said.")[0].text == "I never ‘asked’ for it."


def test_a_mixed_one_loses_the_inner_marks_and_keeps_apostrophes() -> None:
    drafts = found("Ruta Osei said the town’s tender had been ‘a disgrace we’ll regret’.")
    assert drafts[0].text == "The town’s tender had been a disgrace we’ll regret."

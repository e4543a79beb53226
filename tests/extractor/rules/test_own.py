"""Which of the article's own sentences count as statements."""

import pytest

from extractor.rules.language import language
from extractor.rules.own import main_clause, states_own


@pytest.mark.parametrize(
    "sentence",
    [
        pytest.param("Three lock-keepers have died", id="victims"),
        pytest.param("Another 12 were missing", id="missing"),
        pytest.param("The toll falls from 1,400 to 700 crowns in May", id="change"),
        pytest.param("The town has had four mayors in six years, more than in the century before", id="comparison"),
        pytest.param("The Varn feeds some 58 million people", id="measure"),
        pytest.param("The new boundary resulted in overlapping fishing grounds", id="cause"),
        pytest.param("In the history of the town only two mayors have been removed", id="weighed-count"),
    ],
)
def test_a_measure_a_comparison_or_a_cause_in_the_main_clause(sentence: str) -> None:
    assert states_own(sentence, language("en"))


@pytest.mark.parametrize(
    "sentence",
    [
        pytest.param("Osei, 51, has run the waterworks since 2014", id="age"),
        pytest.param("She was 101 and died in Varn", id="age-of-the-dead"),
        pytest.param("The firm, worth 12 million dollars, suspended the contract", id="aside"),
        pytest.param("Osei, whose show has 2.3 million viewers, denied it", id="relative"),
        pytest.param("The mayor went further than anyone", id="compared-with-nobody"),
        pytest.param("The council met for three hours on Tuesday", id="incidental"),
    ],
)
def test_figures_beside_the_point_do_not_count(sentence: str) -> None:
    assert not states_own(sentence, language("en"))


def test_the_main_clause_leaves_out_what_stands_beside_it() -> None:
    assert main_clause("The firm, which lost 3 million, closed", language("en")) == "The firm, closed"

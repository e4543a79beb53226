"""Which of the article's own sentences count as statements."""

import pytest

from extractor.rules.language import language
from extractor.rules.own import main_clause, states_own


@pytest.mark.parametrize(
    "sentence",
    [
        pytest.param("Three lock-keepers have died", id="victims"),
        pytest.param("Another 12 were missing", id="missing"),
        pytest.param("Brandt injured at least nineteen others", id="weighed-toll"),
        pytest.param("The toll falls from 1,400 to 700 crowns in May", id="change"),
        pytest.param("The town has had four mayors in six years, more than in the century before", id="comparison"),
        pytest.param("The Varn feeds some 58 million people", id="measure"),
        pytest.param("The new boundary resulted in overlapping fishing grounds", id="cause"),
        pytest.param("It was the second fire on a Sula ferry this year", id="place-in-an-order"),
        pytest.param("This was Osei's second attempt", id="place-of-an-owner"),
        pytest.param("The island had the most restrictive law in the country", id="superlative"),
        pytest.param("The heron and the otter are the only animals that eat it", id="only"),
        pytest.param("The limit for the next class is 130 mph", id="speed"),
        pytest.param("The crates were transported more than 500 miles", id="distance"),
        pytest.param("The crossing took 22 minutes", id="duration"),
        pytest.param("Each carrier was limited to 80 letters", id="limit"),
        pytest.param("More than 70 vendors were present", id="weighed-subject"),
        pytest.param("The hall has over 3000 seats", id="weighed-object"),
        pytest.param("The burst pipe caused a crater in the square", id="verb-of-cause"),
        pytest.param("In all those years, only two mayors have been removed", id="weighed-behind-a-comma"),
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
        pytest.param("The wreck was about 50 miles south of Varn", id="place-on-the-map"),
        pytest.param("Brandt is a fourth year student", id="year-of-study"),
        pytest.param("Brandt was released on Friday after his firm paid 2 million crowns", id="added-clause"),
        pytest.param("The town fears the virus that causes the fever", id="cause-in-a-relative-clause"),
        pytest.param("The council met for three hours on Tuesday", id="incidental"),
    ],
)
def test_figures_beside_the_point_do_not_count(sentence: str) -> None:
    assert not states_own(sentence, language("en"))


def test_the_main_clause_leaves_out_what_stands_beside_it() -> None:
    assert main_clause("The firm, which lost 3 million, closed", language("en")) == "The firm, closed"

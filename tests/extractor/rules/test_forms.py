"""Forms of attribution that news articles use, one sentence each: source, quotation type, content."""

import pytest

from tests.extractor.rules.found import found, told


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param(
            "Brandt was in court. He was also accused of taking bribes for years.",
            [("unnamed", "indirect", "taking bribes for years")],
            id="passive-with-an-adverb-in-it",
        ),
        pytest.param(
            'Osei was described by the CBCP as "a strong advocate for the river".',
            [("CBCP", "mixed", 'Osei | as "a strong advocate for the river"')],
            id="described-by",
        ),
        pytest.param(
            'The plan was called "a disgrace" by Maria Osei.',
            [("Maria Osei", "mixed", 'The plan | "a disgrace"')],
            id="called-by",
        ),
        pytest.param(
            "The death of Karl Brandt was announced by the Varn Institute.",
            [("Varn Institute", "indirect", "The death of Karl Brandt")],
            id="announced-by",
        ),
        pytest.param("The vote was announced by Maria Osei.", [], id="announced-by-but-nothing-stated"),
        pytest.param(
            "It was reported he was in a coma at the time.",
            [("unnamed", "indirect", "he was in a coma at the time")],
            id="it-was-reported-without-that",
        ),
        pytest.param(
            "The police chief, Ruta Osei, on Sunday told reporters the fire was arson.",
            [("Ruta Osei", "indirect", "the fire was arson")],
            id="time-before-the-verb",
        ),
        pytest.param(
            "State media on Saturday reported a block of flats collapsed in Varn.",
            [("State media", "indirect", "a block of flats collapsed in Varn")],
            id="time-is-no-part-of-the-name",
        ),
        pytest.param(
            "Around 50 gallons were lost; the fuel, officials said, spilled and ignited.",
            [("officials", "indirect", "the fuel | spilled and ignited")],
            id="after-a-semicolon",
        ),
        pytest.param(
            "The board asked for his papers; according to prosecutors, he owed the tax office a house.",
            [("prosecutors", "indirect", "he owed the tax office a house")],
            id="according-after-a-semicolon",
        ),
        pytest.param(
            "Local officials reported as many as 32 injured passengers.",
            [("Local officials", "indirect", "as many as 32 injured passengers")],
            id="a-number-reported",
        ),
        pytest.param("The black hole described in the study is located far away.", [], id="reduced-relative"),
        pytest.param('A man identified only as "P Wilson" was arrested.', [], id="name-instead-of-a-name"),
        pytest.param(
            "The website notes the centre is taking calls without specifying if it operates all day.",
            [("website", "indirect", "the centre is taking calls without specifying if it operates all day")],
            id="participle-inside",
        ),
        pytest.param(
            "Varn News said Thursday's accident was the fourth crash in a month.",
            [("Varn News", "indirect", "Thursday's accident was the fourth crash in a month")],
            id="possessive-day",
        ),
        pytest.param(
            'Ruta Osei did not comment, telling the Courier the company "extends its condolences".',
            [("Ruta Osei", "mixed", 'the company "extends its condolences"')],
            id="telling-somebody",
        ),
        pytest.param(
            'His daughter, and member of the party, Ruta Osei wrote, "Last year was happy for me".',
            [("Ruta Osei", "direct", "Last year was happy for me")],
            id="apposition-before-the-name",
        ),
        pytest.param(
            'Ruta Osei said about Brandt: "His fascination with fire was clear."',
            [("Ruta Osei", "direct", "His fascination with fire was clear")],
            id="said-about",
        ),
        pytest.param(
            "Ruta Osei shared that she was tired of the case.",
            [("Ruta Osei", "indirect", "she was tired of the case")],
            id="verb-with-that",
        ),
        pytest.param(
            "Officials warned residents that the roads would flood.",
            [("Officials", "indirect", "the roads would flood")],
            id="warned-somebody-that",
        ),
        pytest.param('Ruta Osei advised her to sell her "junk" stocks.', [], id="advice"),
        pytest.param("The constable found the money in the shed was wet.", [], id="somebody-found"),
    ],
)
def test_forms_of_attribution(text: str, expected: list[tuple[str, str, str]]) -> None:
    assert told(text, found(text)) == expected

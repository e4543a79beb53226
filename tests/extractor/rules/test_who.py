"""Who speaks: pronouns, roles, unnamed people, spokespeople, names that stand in pieces."""

import pytest

from extractor import rules
from extractor.rules.entities import Gender
from extractor.schema import SourceKind
from extractor.segment import segment
from tests.extractor.rules.found import article, found


@pytest.mark.parametrize(
    ("text", "source"),
    [
        pytest.param(
            "Ruta Osei runs the port. Her sister, Hanne Brandt, runs the bank. She said the port was full.",
            "Hanne Brandt",
            id="the-subject-of-the-sentence-before",
        ),
        pytest.param(
            "Ruta Osei said the port was full. Karl Brandt left early. She said nobody had asked her.",
            "Ruta Osei",
            id="never-the-wrong-gender",
        ),
        pytest.param(
            "A former engineer, who spoke because she had left, met Karl Brandt. She said the pump had failed.",
            "A former engineer",
            id="somebody-without-a-name",
        ),
        pytest.param(
            "A port inspector disagreed. Karl Brandt left. The inspector said the pump had failed.",
            "A port inspector",
            id="the-inspector-of-before",
        ),
        pytest.param(
            "A spokesman for Varn Harbour denied that the pump had failed. He said the gauge was wrong.",
            "Varn Harbour",
            id="he-is-the-spokesman",
        ),
        pytest.param(
            "Former minister Karl Brandt met the minister, Odo Ferris. The minister said the pump had failed.",
            "Odo Ferris",
            id="a-former-holder-comes-second",
        ),
        pytest.param(
            "Osei’s predecessor, Tove Ferris, went further. “The pump was never safe,” she told Radio Varn.",
            "Tove Ferris",
            id="an-owner-is-no-subject",
        ),
        pytest.param(
            "A woman in a blue coat, who gave her name as Maren, said the pump had failed.", "Maren", id="a-name-given"
        ),
        pytest.param("A source close to the council said: “The pump has failed.”", "A source close to the council"),
        pytest.param("A harbour-board spokeswoman said the pump had failed.", "harbour-board", id="body-before"),
        pytest.param(
            "The waterworks will pay the families, a spokeswoman said.", "waterworks", id="the-sentence-is-about-it"
        ),
        pytest.param(
            "The Farmers' Daily reported that the pump had failed.", "Farmers' Daily", id="possessive-in-a-name"
        ),
        pytest.param(
            "Osei sued the yard Brandt & Ferris. The yard said it was never paid.", "Brandt & Ferris", id="descriptor"
        ),
        pytest.param(
            "Authorities in Norway and Sweden announced that the pump had failed.",
            "Authorities in Norway and Sweden",
            id="two-places",
        ),
        pytest.param(
            "Ruta Osei of the Varn Institute and contributor to Tideline wrote, “The pump was never safe at all.”",
            "Ruta Osei",
            id="a-second-role",
        ),
    ],
)
def test_who_is_meant(text: str, source: str) -> None:
    assert found(text)[-1].source.name == source


def test_a_headline_may_hold_the_fullest_form() -> None:
    assert found("Osei said the pump had failed.", title="Pump was safe, says Ruta Osei")[0].source.name == "Ruta Osei"


def test_a_headline_in_capitals_tells_nothing() -> None:
    assert found("Osei said the pump had failed.", title="Embattled Osei Says Pump Failed")[0].source.name == "Osei"


def test_nobody_speaks_in_a_dateline() -> None:
    drafts = found("VARN (Interkor) - Two pumps have failed, the company Brandt & Ferris said on Monday.")
    assert "VARN" not in {draft.source.name for draft in drafts}


@pytest.mark.parametrize(
    ("text", "gender"),
    [
        ("Her husband, Odo Ferris, said the pump had failed.", Gender.HE),
        ("Ruta Osei said the pump had failed.", None),
        ("Mrs Osei said the pump had failed.", Gender.SHE),
        ("The chairman, the retired judge Tove Ferris, said the pump had failed.", Gender.HE),
    ],
)
def test_names_tell_gender(text: str, gender: Gender | None) -> None:
    read = article(text)
    assert rules.names(read, segment(read))[0].gender is gender


@pytest.mark.parametrize(
    ("text", "role"),
    [
        ("Ruta Osei of the Varn Institute said the pump had failed.", "of the Varn Institute"),
        ("Harbour engineer Dr Ruta Osei said the pump had failed.", "Harbour engineer"),
        ("The town's mayor, Ruta Osei, said the pump had failed.", "town's mayor"),
    ],
)
def test_roles_as_the_guidelines_write_them(text: str, role: str) -> None:
    assert found(text)[0].source.role == role


def test_prosecutors_are_a_body() -> None:
    assert found("Prosecutors in Varn said the pump had failed.")[0].source.kind is SourceKind.ORGANISATION


def test_an_apposition_tells_a_body() -> None:
    source = found("On Monday Interkor, a private agency, said the pump had failed.")[0].source
    assert (source.name, source.kind) == ("Interkor", SourceKind.ORGANISATION)

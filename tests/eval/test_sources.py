"""Who agrees with whom."""

from typing import Any

import pytest

from eval.cases import GoldSource
from eval.sources import Roster
from extractor.schema import Source, SourceKind

PERSON, ORGANISATION, DOCUMENT = SourceKind.PERSON, SourceKind.ORGANISATION, SourceKind.DOCUMENT
LOPEZ = GoldSource(name="Maria Elena Lopez", aliases=("transport minister",), kind=PERSON, role="transport minister")
UN = GoldSource(name="United Nations", aliases=("U.N.",), kind=ORGANISATION)
MAYOR = GoldSource(name="mayor of Varn", kind=PERSON)
ARTICLE = GoldSource(name="the article", kind=SourceKind.ARTICLE)
OFFICIAL = GoldSource(name="a senior official", kind=SourceKind.ANONYMOUS)
DECLARATION = GoldSource(name="declaration", aliases=("CSTO",), kind=DOCUMENT)
LETTER = GoldSource(name="letter", aliases=("Juan Torres",), kind=DOCUMENT)

AGREE = {
    "same": ("Maria Elena Lopez", LOPEZ),
    "case and spaces": ("MARIA  ELENA LOPEZ", LOPEZ),
    "honorific": ("Dr. Maria Elena Lopez", LOPEZ),
    "two titles": ("Prime Minister Dr Maria Elena Lopez", LOPEZ),
    "role before the name": ("Transport Minister Maria Elena Lopez", LOPEZ),
    "surname": ("Lopez", LOPEZ),
    "surname with honorific": ("Ms Lopez", LOPEZ),
    "middle name left out": ("Maria Lopez", LOPEZ),
    "role after a comma": ("Maria Lopez, transport minister", LOPEZ),
    "alias": ("the transport minister", LOPEZ),
    "acronym": ("UN", UN),
    "acronym with article": ("the U.N.", UN),
    "acronym in brackets": ("the United Nations (UN)", UN),
    "office": ("the mayor of Varn", MAYOR),
    "unnamed": ("senior official", OFFICIAL),
    "body behind a document": ("the CSTO", DECLARATION),
    "the person behind a document": ("Mr Juan Torres", LETTER),
    "initials": ("J. K. Osei", GoldSource(name="J.K. Osei", kind=PERSON)),
    "longer form": ("Ruta Osei", GoldSource(name="Osei", kind=PERSON)),
}
DIFFER = {
    "other person": ("Juan Torres", LOPEZ),
    "first name": ("Maria", LOPEZ),
    "other first name": ("Juan Lopez", LOPEZ),
    "surname inside": ("Maria Lopez Obrador", LOPEZ),
    "other minister": ("the foreign minister", LOPEZ),
    "other organisation": ("United States", UN),
    "part of an organisation": ("Nations", UN),
    "other office": ("the governor of Varn", MAYOR),
    "the town": ("Varn", MAYOR),
    "no letters": ("...", LOPEZ),
    "the article": ("the article", LOPEZ),
}


def agree(build: Any, name: str, gold: GoldSource, *others: GoldSource) -> bool:
    claims = [build.gold("bridge", id=str(n), source=source) for n, source in enumerate((gold, *others))]
    kind = SourceKind.ARTICLE if name == "the article" else PERSON
    return Roster(build.case(*claims)).agree(Source(name=name, kind=kind), gold)


@pytest.mark.parametrize(("name", "gold"), AGREE.values(), ids=AGREE.keys())
def test_the_same_voice(build: Any, name: str, gold: GoldSource) -> None:
    assert agree(build, name, gold)


@pytest.mark.parametrize(("name", "gold"), DIFFER.values(), ids=DIFFER.keys())
def test_another_voice(build: Any, name: str, gold: GoldSource) -> None:
    assert not agree(build, name, gold)


def test_a_surname_that_two_people_share_means_neither(build: Any) -> None:
    juan = GoldSource(name="Juan Lopez", kind=PERSON)
    assert not agree(build, "Lopez", LOPEZ, juan)
    assert agree(build, "Maria Lopez", LOPEZ, juan)
    assert agree(build, "Juan Lopez", juan, LOPEZ)


def test_a_person_labelled_in_two_forms_is_one_person(build: Any) -> None:
    again = GoldSource(name="Maria Lopez", aliases=("Maria Elena Lopez",), kind=PERSON)
    assert agree(build, "Lopez", LOPEZ, again)


def test_people_in_chains_make_a_surname_ambiguous(build: Any) -> None:
    claim = build.gold("bridge", source=LOPEZ, chain=(GoldSource(name="Juan Lopez", kind=PERSON),))
    assert not Roster(build.case(claim)).agree(Source(name="Lopez", kind=PERSON), LOPEZ)


def test_the_articles_own_voice_agrees_only_with_itself(build: Any) -> None:
    roster = Roster(build.case())
    publisher = Source(name="Varn Courier", kind=SourceKind.ARTICLE)
    assert roster.agree(publisher, ARTICLE)
    assert not roster.agree(publisher, GoldSource(name="Varn Courier", kind=ORGANISATION))
    assert not roster.agree(Source(name="the article", kind=PERSON), ARTICLE)


def test_articles_are_those_of_the_language(build: Any) -> None:
    council = GoldSource(name="Stadtrat", kind=ORGANISATION)
    german = Roster(build.case(build.gold("bridge", source=council), language="de"))
    french = Roster(build.case(language="fr"))
    assert german.agree(Source(name="Der Stadtrat", kind=ORGANISATION), council)
    onu = GoldSource(name="ONU", kind=ORGANISATION)
    assert french.agree(Source(name="L’ONU", kind=ORGANISATION), onu)

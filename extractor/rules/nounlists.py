"""Word lists of nouns and pronouns, each with what the rules use it for."""

from collections.abc import Mapping
from functools import cached_property
from typing import Self

from pydantic import model_validator

from extractor.rules.wordtypes import OpenWords, Words
from extractor.schema import Value


class Pronouns(Value):
    """Pronouns by who they stand for."""

    he: Words
    she: Words
    they: Words
    it: Words = frozenset()
    who: Words = frozenset()
    relative: Words = frozenset()
    """Of the relative pronouns, those that can be the subject of what somebody said: which."""
    expletive: Words = frozenset()
    """"there were": stands where the subject would."""
    speaker: Words = frozenset()
    """First person: inside a quotation it is the source."""
    first: Words = frozenset()
    """First person singular."""
    second: Words = frozenset()
    fused: Words = frozenset()
    """Noun and relative pronoun in one: "what Osei called a farce"."""
    no_role: Words = frozenset()
    """Open a relative clause after a name, which is no role: who, whose."""
    possessive_he: Words = frozenset()
    possessive_she: Words = frozenset()
    other: Words = frozenset()


class Nouns(Value):
    """Nouns that tell what kind of source a phrase is."""

    roles: Words
    anonymous: Words
    organisations: Words
    documents: Words
    bodies: Words
    """Bodies known by one name."""
    offices: Words = frozenset()
    """What one can be secretary of: state, defence."""
    captions: Words = frozenset()
    """What labels a picture or its credit: "Photo: ..."."""
    portfolios: Words = frozenset()
    """Bodies with several fields: "Department of Forestry and Fire Protection"."""
    forums: Words = frozenset()
    """Hearers that do not publish."""
    definite: Words = frozenset()
    """Determiners that point back: the, this, his."""
    claims: Words = frozenset()
    """Nouns that carry what is said in a clause: "the claim that"."""
    claimed: Words = frozenset()
    """What one says that one has, without a clause: "claimed responsibility"."""
    accounts: Words = frozenset()
    """Plurals that attribute behind "by": "by early reports"."""
    unsaid: Words = frozenset()
    """Nouns that state nothing when announced: "announced the winners"."""
    press: Words = frozenset()
    """Who passes on what others say: agency, newspaper, Reuters."""
    works: Words = frozenset()
    """Documents with findings of their own: study, ruling; not a statement, behind which somebody speaks."""
    rumoured: Words = frozenset()
    """Carry a clause of somebody unnamed: "amid allegations that"."""
    pledges: Words = frozenset()
    """Nouns that bind their owner to do something: "his pledge to"."""
    intentions: Words = frozenset()
    """Carry what somebody says that he will do, after a verb of saying: "stated her intention to"."""
    generic_documents: Words = frozenset()
    """Stand for any document named before."""
    generic_bodies: Words = frozenset()
    """Stand for any organisation named before."""
    spokespeople: Words = frozenset()
    he_titles: Words = frozenset()
    she_titles: Words = frozenset()
    titles: Words
    """Written with a capital before a name."""
    not_names: Words = frozenset()
    name_links: Words = frozenset()
    """After a title they show that no name follows: "Secretary of State"."""
    places: Words = frozenset()
    he_nouns: Words = frozenset()
    """Kinship and occupations that tell a man: husband, actor."""
    she_nouns: Words = frozenset()
    ranks: Words = frozenset()
    """Before a role they make it another one: prime, deputy, foreign."""
    parties: Words = frozenset()
    """Letters that stand for a party before a seat: D-Carver."""
    honorifics: Words = frozenset()
    """Belong to no role: Dr, Professor."""
    individuals: Words = frozenset()
    """Nouns for one person that are no roles: source, witness, resident."""
    company_words: Words = frozenset()
    """Last words of the names of companies and papers that are no nouns for a body: Lines, Daily."""
    spokes_adjectives: Words = frozenset()
    """Before "spokesman" they name no body: senior, chief."""
    groups: Words = frozenset()
    """Plurals without s that own a body: "the Women's League"."""
    demonyms: Words = frozenset()
    """Adjectives that with "the" stand for a person or a government: "the German"."""
    he_names: Words = frozenset()
    she_names: Words = frozenset()
    plural_endings: Mapping[str, str] = {}
    """Endings of nouns in the plural and in the singular, longest first."""
    agent_endings: tuple[str, ...] = ()
    """Of nouns for people: "-ologist"."""
    no_agents: Words = frozenset()
    """Words that only end so."""

    @cached_property
    def given(self) -> frozenset[str]:
        """Given names."""
        return self.he_names | self.she_names

    @cached_property
    def callings(self) -> frozenset[str]:
        """What a person is called by a role or a title."""
        return self.roles | self.titles

    @cached_property
    def common(self) -> frozenset[str]:
        """Nouns that are written like names where all nouns have capitals."""
        return self.roles | self.anonymous | self.documents

    @cached_property
    def kinds(self) -> frozenset[str]:
        """Nouns for whoever and whatever speaks, which are no names by themselves."""
        return self.common | self.organisations

    @cached_property
    def unlikely(self) -> frozenset[str]:
        """Words with a capital that alone are no names."""
        return self.demonyms | self.not_names

    @cached_property
    def places_and_bodies(self) -> frozenset[str]:
        """After them an office or a name may be complete."""
        return self.places | self.organisations | self.offices

    @cached_property
    def people(self) -> frozenset[str]:
        """Every noun that stands for one person."""
        return self.callings | self.individuals | self.he_nouns | self.she_nouns | self.demonyms

    @cached_property
    def address(self) -> frozenset[str]:
        """Titles and forms of address, which stand before a name."""
        return self.titles | self.he_titles | self.she_titles

    @model_validator(mode="after")
    def _open(self) -> Self:
        """Let the roles hold every noun for an agent, and the groups the plurals of all who can speak."""
        listed = self.organisations | self.documents | self.anonymous | self.places | self.claims
        if self.agent_endings:
            roles = OpenWords(self.roles)
            roles.endings, roles.closed = self.agent_endings, self.no_agents | (listed - self.roles)
            object.__setattr__(self, "roles", roles)
        singular = frozenset(
            self.roles | self.individuals | self.titles | self.organisations | self.he_nouns | self.she_nouns
        )
        plurals = {plural for noun in singular for plural in self._plurals(noun)}
        papers = {plural for noun in self.documents for plural in self._plurals(noun)}
        object.__setattr__(self, "documents", self.documents | (papers - self.organisations - self.anonymous))
        object.__setattr__(self, "anonymous", self.anonymous | (plurals - singular - listed))
        return self

    def _plurals(self, noun: str) -> tuple[str, ...]:
        ending = next((pair for pair in self.plural_endings.items() if noun.endswith(pair[1])), None)
        return () if ending is None else (noun.removesuffix(ending[1]) + ending[0],)

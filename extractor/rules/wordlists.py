"""What a language's TOML file holds: its word lists, each with what the rules use it for."""

from collections.abc import Mapping
from collections.abc import Set as AbstractSet
from functools import cached_property
from typing import Annotated, Any, Self

from pydantic import BeforeValidator, model_validator

from extractor.schema import Value


def _words(value: object) -> frozenset[str]:
    if isinstance(value, str):
        return frozenset(value.split())
    if isinstance(value, (list, tuple)):
        return frozenset(word for entry in value for word in str(entry).split())
    raise ValueError(f"expected words in a string or a list of strings, got {value!r}")


def _phrases(value: object) -> tuple[tuple[str, ...], ...]:
    if not isinstance(value, (list, tuple)):
        raise ValueError(f"expected a list of phrases, got {value!r}")
    return tuple(sorted((tuple(str(phrase).split()) for phrase in value), key=len, reverse=True))


Words = Annotated[frozenset[str], BeforeValidator(_words)]
"""Lower-case words, written in the file as one string or a list of strings."""
Phrases = Annotated[tuple[tuple[str, ...], ...], BeforeValidator(_phrases)]
"""Phrases as tuples of lower-case words, longest first."""


class OpenWords(frozenset[str]):
    """A word list that is open at its end: it also holds what ends like an agent ("seismologist")."""

    endings: tuple[str, ...] = ()
    closed: frozenset[str] = frozenset()
    """Words that only end so: "list", "human"."""

    def __contains__(self, word: object) -> bool:
        if super().__contains__(word):
            return True
        return isinstance(word, str) and word.endswith(self.endings) and word not in self.closed

    def __or__(self, other: AbstractSet[Any]) -> "OpenWords":
        return self.opened(frozenset.__or__(self, other), self)

    __ror__ = __or__

    def __sub__(self, other: AbstractSet[Any]) -> "OpenWords":
        kept = self.opened(frozenset.__sub__(self, other), self)
        kept.closed |= other
        return kept

    @classmethod
    def opened(cls, words: frozenset[str], like: Self) -> Self:
        """Return words as a list that is open like another one."""
        made = cls(words)
        made.endings, made.closed = like.endings, like.closed
        return made


class Segmentation(Value):
    """What a full stop may belong to."""

    abbreviations: Words
    """Never the end of a sentence."""
    maybe_abbreviations: Words
    """The end of a sentence only before a word that often opens one."""
    before_numbers: Words = frozenset()
    """Of the abbreviations, those that are another word unless a number follows: "No. 4", but "No. Never."."""
    after_question: Words
    """Verbs that go on with a sentence after a quotation ending in ? or !."""
    ordinals: bool = False
    """A number with a full stop is an ordinal before a noun or a month (German)."""


class Marks(Value):
    """Quotation marks."""

    pairs: tuple[str, ...]
    """Opening and closing mark, two characters each."""
    dialogue_dash: bool = False
    """A paragraph that opens with a dash is spoken."""


class Linked(Value):
    """Verbs whose complement is an object and a preposition with what is said of it."""

    verbs: Words
    links: Words
    """One of these stands between the object and the rest: "put the damage at 3 million"."""
    subjects: Words = frozenset()
    """If told, only these attribute so: of others it is an act."""
    documents_only: bool = False
    """Only of documents: "the file lists him as the owner"; of people it is an act."""


class Verbs(Value):
    """Verb forms that attribute, by what they need beside them."""

    say: Words
    tell: Words
    """The hearer stands between verb and content."""
    addressing: Words = frozenset()
    """Of the others, those that may have a hearer before "that": "warned residents that"."""
    show: Words
    """Of documents and studies; need a clause."""
    with_that: Words = frozenset()
    """Attribute a clause only after "that": "shared that"."""
    quote: Words
    """Only together with a quotation."""
    label: Words = frozenset()
    """Object and predicate follow: "called it a disgrace"."""
    accuse: Words = frozenset()
    """Object and deed follow; which words link them is told under `linked`."""
    mental: Words = frozenset()
    """Of thinking: nested under another cue they stay part of what is said."""
    promise: Words = frozenset()
    """Also with an infinitive."""
    hearsay: Words = frozenset()
    """Participles that attribute in the passive without an agent: "is alleged to"."""
    particles: Words = frozenset()
    """Second words of a verb: "pointed out"."""
    with_particle: Words = frozenset()
    """Attribute only together with their particle."""
    backshift: Words = frozenset()
    """Verb forms that only reported speech has (Konjunktiv I)."""
    participles: tuple[str, ...] = ()
    """Endings of participles, which attribute only behind a form of `perfect`: "a déclaré"."""
    perfect: Words = frozenset()
    """Auxiliaries of the perfect tense."""
    reflexive: Words = frozenset()
    """Before a form of "be" they show that it makes a perfect, not a passive: "s'est réjoui"."""
    future_past: Words = frozenset()
    """In the main clause after reported speech only the speaker can mean it: would."""
    conditions: Words = frozenset()
    """With these it may be the reporter's own: "would ... if"."""
    auxiliaries: Words
    """May stand between subject and verb."""
    passive: Words = frozenset()
    """Forms of "be" that turn a participle into a passive."""
    reduced_before: Words = frozenset()
    """Right behind a participle of calling or accusing they show that it hangs on a noun: "described in the study"."""
    helping: Words = frozenset()
    """Of the auxiliaries, the verbs: after one of them a form of "be" before it makes no passive any more."""
    before_participle: Words = frozenset()
    """Prepositions before a participle that attributes: "by saying"; any where none are told."""
    negations: Words
    finite: Words
    """Finite forms that are no other part of speech."""
    past_endings: tuple[str, ...] = ()
    """Endings that make a lower-case word a likely finite verb."""
    to: Words = frozenset()
    """The infinitive's particle."""
    label_as: Words = frozenset()
    """Of the labels, those that need "as": "rejected it as a farce"."""
    as_word: Words = frozenset()
    deny: Words = frozenset()
    silent: Words = frozenset()
    """After a negation they tell that somebody kept silent: "would not confirm"."""
    inverts: bool = False
    """The verb may stand before its subject anywhere, as in German and Spanish."""
    drops_subject: bool = False
    """A verb may stand without any subject: Spanish "dijo"."""
    bare: Words = frozenset()
    """Forms after which any clause is content."""
    expecting: Words = frozenset()
    """Take an object with an infinitive: "expects costs to rise"."""
    being: Words = frozenset()
    """Infinitives that go with the object of any verb: "found the valve to be sound"."""
    heard: Words = frozenset()
    """Of courts and inquiries: what was said there, by somebody unnamed: "the jury heard that"."""
    carrying: Words = frozenset()
    """With a noun that carries a clause: "expressed concern that", "made the claim that"."""
    counting: Words = frozenset()
    """Take a number of something: "reported 36 infections"."""
    announce: Words = frozenset()
    """Take a noun phrase that says what happened: "announced the closure of ..."."""
    announced: Words = frozenset()
    """Participles that attribute a noun to their agent: "the death of Osei was announced by"."""
    vague: Words = frozenset()
    """Attributing verbs that mostly mean something else, unless "that" follows: agreed, posted."""
    puts: Words = frozenset()
    """With "it": "as Osei puts it"."""
    linked: tuple[Linked, ...] = ()
    """Object, preposition, deed or figure: "accused them of lying", "put the damage at 3 million"."""
    describe: Words = frozenset()
    """Of the labels, those that attribute without quoted words: "called the tender a disgrace"."""
    speak_of: Words = frozenset()
    """Take what is said behind a preposition: "warned of closures"; of other kinds of verb only if it is quoted."""
    warn_links: Words = frozenset()
    """Prepositions that hang on the cue: "warned of"."""


class Wording(Value):
    """Fixed phrases."""

    according: Phrases
    according_after: Phrases = ()
    """Postpositions: "Angaben zufolge"."""
    according_opening: Words = frozenset()
    """Prepositions that attribute where they open a sentence or follow a comma: per."""
    as_told: Words = frozenset()
    """Open a clause that attributes: "как сообщил мэр", "wie die Polizei mitteilte", "según informó"."""
    back: Phrases = ()
    """Before a verb of saying they stand for the sentence before: "das", "об этом"."""
    back_from: Phrases = ()
    """The same with the verb, before the source: "das geht aus"."""
    inside: Words = frozenset()
    """Prepositions before a body that speaks: "В министерстве заявили"."""
    after_content: Words = frozenset()
    """Phrases of one word that attribute only after a comma or quotation: German "so"."""
    that: Words
    reportedly: Words = frozenset()
    view: Phrases = ()
    """"in her view" without the pronoun."""
    holding: Words = frozenset()
    """Before a name they open that person's view: "For Osei, ..."."""
    media: Words = frozenset()
    """Nouns for the form in which something is said: statement, interview, tweet."""
    manner: Words = frozenset()
    """Prepositions that open an adverbial between verb and content, or after the verb."""
    on_medium: Words = frozenset()
    """Prepositions that open an adverbial between subject and verb: "in a statement", "on Sunday"."""
    hearers: Words = frozenset()
    declined: Words = frozenset()
    """Verbs of silence."""
    whether: Words = frozenset()
    """Open indirect questions."""
    asked: Words = frozenset()
    """Participles that open the circumstances of the speaking: "Asked about the pump, ..."."""
    how: Words = frozenset()
    """After a verb of telling it opens a statement: "told how"."""
    requests: Words = frozenset()
    """Open a request or an order inside a quotation."""
    asides: Words = frozenset()
    """After a comma they go on in the article's own voice."""


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


class Grammar(Value):
    """Closed word classes."""

    determiners: Words
    masculine: Words = frozenset()
    """Of the determiners, those that stand before a man."""
    feminine: Words = frozenset()
    prepositions: Words
    conjunctions: Words
    coordinators: Words = frozenset()
    """Of the conjunctions, those that belong to no clause: and, but, so."""
    splitters: Words = frozenset()
    """Join two main clauses: and, but, while."""
    name_particles: Words
    name_joiners: Words
    possessive: Words = frozenset()
    """Endings written apart: 's."""
    owners: Words = frozenset()
    """Possessives before a noun: his, 's."""
    owner_of: Mapping[str, str] = {}
    """The pronoun that a possessive stands for: their, they."""
    of: Words
    by: Words = frozenset()
    indefinite: Words = frozenset()
    """Articles that open a predicate: "called the tender a disgrace"."""
    introducing: Words = frozenset()
    """Introduce somebody: a, an, one."""
    as_or_be: Words = frozenset()
    """Before "a" they make a noun a predicate: "was a teacher", "as a teacher"."""
    plural: Words = frozenset()
    """Determiners of groups: two, some, several."""
    naming: Words = frozenset()
    """Introduce the name of somebody unnamed: "gave her name as"."""
    former: Words = frozenset()
    """Say of a role that it is over."""
    membership: Words = frozenset()
    """Join a person to a body: "Osei of the Institute"."""
    to_adjectives: Words = frozenset()
    """Take "to" inside a noun phrase: "a source close to the council"."""
    contrasting: Words = frozenset()
    """Conjunctions before a main clause of its own: but, though."""
    including: Words = frozenset()
    """Open a list of examples after a group: "many generals, including Osei"."""
    adjective_endings: tuple[str, ...] = ()
    """Endings of adjectives, which may stand before a name: "the controversial Osei"."""
    trailing: Words = frozenset()
    """Adverbs and pronouns that end a noun phrase and belong to no name: "residents there"."""
    subordinators: Words = frozenset()
    openers: Words = frozenset()
    """Prepositions that may open a content clause."""
    partitives: Words = frozenset()
    """"part of": what follows is the source."""
    quantities: Words = frozenset()
    """"one of": what follows is a group, the source is unnamed."""
    absolute: Words = frozenset()
    """Open a participle with a subject of its own: "with Osei calling it ..."."""
    pairing: Words = frozenset()
    """Joins two sources: "Osei and Brandt"."""
    enclitics: Words = frozenset()
    """Pronouns hung on the verb with a hyphen: "dit-il"."""
    elisions: Words = frozenset()
    """Shortened words written together with the next one: ``l'``, ``qu'``."""


class Worth(Value):
    """Words that tell the kind of a claim and whether it is worth checking."""

    comparison: Words
    ranking: Words
    cause: Words
    prediction: Words
    forecasts: Words = frozenset()
    """Cue verbs of prediction."""
    promise: Words
    opinion: Words
    vague: Words
    units: Words
    """What figures measure."""
    votes: Words = frozenset()
    tolls: Words = frozenset()
    """Verbs that turn a number into a toll: killed, injured."""
    since: Words = frozenset()
    """Words that give a ranking its range: "since", "years"."""
    numbers: Words
    """Numbers in words."""
    than: Words = frozenset()
    anybody: Words = frozenset()
    """After "than" they compare nothing that could be checked: anyone, usual."""
    ages: Words = frozenset()
    """After these a number is an age."""
    effects: Phrases = ()
    """Verbs of cause with their preposition: "resulted in"."""
    about: Words = frozenset()
    """May stand before a number: at least, as many as, a total of."""
    reckoning: Words = frozenset()
    """Before a number they make it the point: only, nearly, estimated."""
    comparative_endings: tuple[str, ...] = ()
    asides: Words = frozenset()
    """Open what stands beside the main clause: "worth 12 million", "resulting in", "with"."""
    rates: Words = frozenset()
    """Verbs of change and measure: a figure beside them is the point of the sentence."""
    victims: Words = frozenset()
    """Verbs and participles of victims, whose subject is counted: died, missing."""
    parts: Words = frozenset()
    """Fractions and multiples: fifth, double, handful."""
    because: Words = frozenset()
    """Of the words of cause, the conjunction."""
    would: Words = frozenset()
    may: Words = frozenset()
    must: Words = frozenset()
    """Say what ought to be."""
    judgement: Words = frozenset()
    """Nouns and adjectives of praise and blame."""
    conditional: Words = frozenset()
    announcing: Words = frozenset()
    """Cue verbs of what is to come: announce."""
    stance: Words = frozenset()
    """Cue verbs of an official position: warn, reject, reaffirm."""
    blame: Words = frozenset()
    record: Words
    thanks: Words
    courtesies: Phrases = ()
    """Open thanks, condolences and feelings, which state nothing: "our thoughts"."""
    questions: Words
    """Words that open a question."""


class Compose(Value):
    """Words to make a sentence of a complement; empty where a language has none of it."""

    will: str = ""
    on: str = ""
    caused: str = ""
    be: str = ""
    are: str = ""
    the: str = ""
    not_: str = ""
    nobody: Mapping[str, str] = {}
    """First words of a denied clause and what they become: any, no."""
    objects: Words = frozenset()
    """Pronouns that are no subject as they stand: them."""
    negatable: Words = frozenset()
    """Auxiliaries that take a negation after them."""
    acting: Words = frozenset()
    """After "it" they show that a body is meant, not the weather or a clause: "it would halve its grant"."""


class Lexicon(Value):
    """Verbs, so that a finite form can be told from a noun; empty where a list of forms has to do."""

    verbs: Words = frozenset()
    """Base forms; the regular ones are inflected by rule."""
    doubled: Words = frozenset()
    """Verbs that double their last consonant."""
    irregular: tuple[str, ...] = ()
    """Base form, past tense, and the participle if it is another word."""
    singular: Words = frozenset()
    """Pronouns before a verb in the third person singular."""
    plural: Words = frozenset()
    """Pronouns and nouns without s before a verb in the plural."""
    also_nouns: Words = frozenset()
    """Base forms that are as often nouns: report, claim."""
    adverb_endings: tuple[str, ...] = ()
    no_adverbs: Words = frozenset()
    """Nouns and adjectives that only end so: family, daily."""
    behind: Words = frozenset()
    """Words that follow a verb and no noun."""
    no_verbs: Words = frozenset()
    """Words that only end like a past tense: hundred."""

    def is_adverb(self, word: str) -> bool:
        """Tell whether a lower-case word is an adverb by its ending."""
        return bool(self.adverb_endings) and word.endswith(self.adverb_endings) and word not in self.no_adverbs


class Language(Value):
    """Everything the rules know about one language."""

    code: str
    nouns_capitalised: bool = False
    function_words: Words
    """Frequent words that are never names; they also tell which language a text is in."""
    months: Words
    weekdays: Words
    times: Words
    """Words of adverbials of time."""
    participle_endings: tuple[str, ...] = ()
    cases: Mapping[str, str] = {}
    """Endings of listed nouns in the nominative, longest first, and those of the other cases."""
    name_endings: tuple[str, ...] = ()
    """Endings of names in all cases, longest first, without accents."""
    segmentation: Segmentation
    quotation: Marks
    verbs: Verbs
    phrases: Wording
    pronouns: Pronouns
    nouns: Nouns
    grammar: Grammar
    worth: Worth
    compose: Compose = Compose()
    lexicon: Lexicon = Lexicon()

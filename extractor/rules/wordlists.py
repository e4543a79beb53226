"""What a language's TOML file holds: its word lists, each with what the rules use it for."""

from collections.abc import Mapping

from extractor.rules.nounlists import Nouns, Pronouns
from extractor.rules.verblists import Lexicon, Verbs
from extractor.rules.wordtypes import Phrases, Words
from extractor.schema import Value


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
    anonymity: Phrases = ()
    """Ask for no name, and tell nothing: "who asked not to be named"."""
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
    appeals: Words = frozenset()
    """Behind "I" or "we" they ask somebody to do something: urge."""
    asides: Words = frozenset()
    """After a comma they go on in the article's own voice."""


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
    object_marks: Words = frozenset()
    """Stand before a person who is the object: Spanish "a"."""
    to_adjectives: Words = frozenset()
    """Take "to" inside a noun phrase: "a source close to the council"."""
    contrasting: Words = frozenset()
    """Conjunctions before a main clause of its own: but, though."""
    including: Words = frozenset()
    """Open a list of examples after a group: "many generals, including Osei"."""
    adjective_endings: tuple[str, ...] = ()
    """Endings of adjectives, which may stand before a name: "the controversial Osei"."""
    and_others: Phrases = ()
    """Behind a name: "et al"; the phrase stands for its whole group."""
    interval_ends: Words = frozenset()
    """End what tells how long before or after: "two days later"."""
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
    aimed: Words = frozenset()
    """Behind a document, before whom or what it is aimed at: "the complaint against Osei"."""
    amounting: Words = frozenset()
    """Between a noun and its number: "winds of 100 mph"."""
    masses: Words = frozenset()
    """Open a count of everybody, who say nothing together: "half of all people"."""
    amounts: Words = frozenset()
    """Say how many of a group: "a number of senators"."""
    rest: Words = frozenset()
    """Behind it the rest of a group: "the CIA and other agencies"."""
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
    copulas: Words = frozenset()
    """Verbs that give a subject its place: was, became, marks."""
    ordinals: Words = frozenset()
    endmost: Words = frozenset()
    """Of the ordinals, those that tell no rank behind an owner: "her last film"."""
    superlatives: Words = frozenset()
    estimates: Phrases = ()
    """Before a number they weigh it: more than, over, an estimated."""
    having: Words = frozenset()
    """Verbs whose object is what there is: has, contains."""
    measures: Words = frozenset()
    """Units of length, speed, weight: miles, mph."""
    spans: Words = frozenset()
    """Units of time."""
    lasting: Words = frozenset()
    """Verbs whose object is a time: took, lasted."""
    moving: Words = frozenset()
    """Words before a distance or a speed that is the point: transported, at."""
    directions: Words = frozenset()
    """Behind a distance they say that it only places something: south, from."""
    limits: Words = frozenset()
    """With "to" and a number: limited, restricted."""
    standing: Words = frozenset()
    """With "at" and a number they tell a level: "stood at 5.2"."""
    causing: Words = frozenset()
    """Verbs of cause that take an object: caused, triggered."""
    comparative_endings: tuple[str, ...] = ()
    subordinate: Words = frozenset()
    """Open a clause that adds to the main clause without a comma: after, when, who."""
    asides: Words = frozenset()
    """Open what stands beside the main clause: "worth 12 million", "resulting in", "with"."""
    rates: Words = frozenset()
    """Verbs of change and measure: a figure beside them is the point of the sentence."""
    counted: Words = frozenset()
    """What authorities report by number: "its first death", "one more case"."""
    uncounted: Words = frozenset()
    """Stand for a number before them: "no new cases"."""
    observed: Words = frozenset()
    """Nouns for what is so: with "of" or "in" behind them they are a statement: "a rise in thefts"."""
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
    untrue: str = ""
    """Opens the denial of a clause that cannot take a "not": "It is not true that"."""
    denies: str = ""
    nobody: Mapping[str, str] = {}
    """First words of a denied clause and what they become: any, no."""
    objects: Words = frozenset()
    """Pronouns that are no subject as they stand: them."""
    negatable: Words = frozenset()
    """Auxiliaries that take a negation after them."""
    acting: Words = frozenset()
    """After "it" they show that a body is meant, not the weather or a clause: "it would halve its grant"."""


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
    case_endings: tuple[str, ...] = ()
    """What a listed noun takes in other cases or in the plural, longest first, where nothing else changes."""
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

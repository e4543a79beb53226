"""Word lists of verbs, each with what the rules use it for."""

from extractor.rules.wordtypes import Words
from extractor.schema import Value


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
    citing: Words = frozenset()
    """Name behind a report who said so: "Reuters reported, citing officials"."""
    citing_as: Words = frozenset()
    """Before somebody and "as saying": quoted, cited."""
    told: Words = frozenset()
    """Participles of telling that attribute without an agent: "jurors were told that"."""
    passing_on: Words = frozenset()
    """Verbs with which the press passes on what others say."""
    publishing: Words = frozenset()
    """With a work for object; what follows it in a participle the work says: "published a study saying"."""
    observing: Words = frozenset()
    """Take a noun for what is so: "reported a rise in thefts", "found no evidence of fraud"."""
    contracted: Words = frozenset()
    """Auxiliaries written as one word with a pronoun: "they've said"."""
    predicates: Words = frozenset()
    """Adjectives that somebody calls something: "called the claim false"."""
    of_things: Words = frozenset()
    """Their subject is as often a thing: "the virus claimed lives", "the move underlined"."""
    mental: Words = frozenset()
    """Of thinking: nested under another cue they stay part of what is said."""
    avowed: Words = frozenset()
    """Of those, what another can report as told: "said the police believe him to be 25"; not "the men thought"."""
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
    relating: Words = frozenset()
    """Take a form in -ing for what somebody did or saw: recalled, described, admitted."""
    answering: Words = frozenset()
    """With "to" and a noun they say that there was an answer, not which: responded."""
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

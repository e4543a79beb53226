"""Judge stretches of a frame: is this a clause, can it be said, where does it divide."""

from dataclasses import dataclass
from itertools import pairwise

from extractor.rules.cues import Cue, CueKind
from extractor.rules.language import Language
from extractor.rules.nounphrases import is_person
from extractor.rules.reading import Token, TokenKind
from extractor.rules.verbforms import verb_forms

_MIN_PRE_TOKENS = 6
"""An opening shorter than this and without a verb is an adverbial, not what is said."""
_MIN_ANNOUNCED_TOKENS = 4
_HEARER_REACH = 6
_OBSERVED_REACH = 6
"""So many words from the determiner to the noun of what is reported."""
_COUNT_REACH = 4
"""Words such as "at least" may stand before a number."""
_PRONOUN_REACH = 3
_SUBJECT_REACH = 7
"""So many words from the first of a subject its verb is looked for."""
_NEVER = ("\0",)
"""An ending that no word has, for languages without the form."""


@dataclass(frozen=True, slots=True)
class Stretch:
    """A range of frame tokens, half-open."""

    first: int
    last: int


class ClauseReader:
    """Reads clauses in the frame of one unit."""

    def __init__(self, frame: tuple[Token, ...], language: Language) -> None:
        self._frame = frame
        self._language = language
        pronouns = language.pronouns
        self.subjects = pronouns.he | pronouns.she | pronouns.they | pronouns.it | pronouns.speaker
        """Pronouns that open a clause."""

    def without_final_marks(self, first: int, last: int) -> Stretch:
        """Leave out separators at the end that no quotation holds."""
        while last > first and (self._frame[last - 1].text in ".,;:—–…" and self._frame[last - 1].quote < 0):
            last -= 1
        return Stretch(first, last)

    def has_finite(self, stretch: Stretch) -> bool:
        """Tell whether a word in it looks like a finite verb."""
        words = self._frame[stretch.first : stretch.last]
        return any(token.finite for token in words) or not self._language.verbs.finite

    def _has_clause(self, stretch: Stretch) -> bool:
        """A finite verb after something that can be its subject, not after "who" or "which"."""
        language = self._language
        index = stretch.first + 1
        relatives = 0
        while index < stretch.last:
            token = self._frame[index]
            if token.lower in language.pronouns.who:
                if not language.lexicon.verbs:
                    return False
                relatives += 1
            if token.text == ",":
                after = self._past_comma(index, stretch)
                if after is None or after == index:
                    return after is not None
                index = after
                continue
            if token.text == ";":
                return False
            joins = token.lower in language.grammar.splitters and self.own_subject(index + 1, stretch.last)
            apart = self._frame[index - 1].text == "," or not self._language.lexicon.verbs
            if joins and (apart or self._frame[index + 1].lower in self.subjects):
                return False
            if self._is_verb(index, stretch.first):
                if not relatives:
                    return True
                relatives -= 1
                index = self._past_verb(index, stretch.last)
                continue
            index += 1
        return False

    def _past_comma(self, index: int, stretch: Stretch) -> int | None:
        """Where to go on behind a comma; itself where a clause is told already, None where there is none."""
        finite = bool(self._language.lexicon.verbs)
        # "declared an emergency, shut the schools": the subject is that of the cue.
        if finite and self._is_verb(index + 1, stretch.first):
            return None
        closing = next((n for n in range(index + 1, stretch.last) if self._frame[n].text == ","), None)
        if closing is None:
            return None
        return index if finite and self._frame[min(closing + 1, stretch.last - 1)].finite else closing + 1

    def _past_verb(self, index: int, last: int) -> int:
        """``the pumps which had been sold``: step over the whole verb."""
        forms, auxiliaries = verb_forms(self._language.code), self._language.verbs.auxiliaries
        index += 1
        while index < last and (self._frame[index].lower in auxiliaries or self._frame[index].lower in forms.both):
            index += 1
        return index

    def _is_verb(self, index: int, first: int) -> bool:
        """Tell whether a word makes a clause of the words from `first` on."""
        verbs, token = self._language.verbs, self._frame[index]
        if token.kind is not TokenKind.WORD or token.capital:
            return False
        if token.finite:
            return True
        if token.lower not in verbs.to or not first:
            return False
        following = self._frame[index + 1].lower if index + 1 < len(self._frame) else ""
        return self._frame[first - 1].lower in verbs.expecting or following in verbs.being

    def is_content(self, cue: Cue, stretch: Stretch) -> bool:
        """Tell whether what follows a cue is something said, not only its object."""
        language, verbs = self._language, self._language.verbs
        words = self._frame[stretch.first : stretch.last]
        quoted = any(token.quote >= 0 for token in words)
        if words and words[0].lower in language.nouns.claimed and cue.kind is CueKind.SAY:
            return cue.word in verbs.promise | verbs.carrying
        if (len(words) < 2 and not quoted) or self._asks(words[0].lower if words else "", stretch):
            return False
        match cue.kind:
            case CueKind.LABEL:
                return self._is_label(cue, stretch, quoted=quoted)
            case CueKind.ACCUSE:
                return not cue.negated and self._is_linked(cue, stretch)
            case CueKind.NOUN:
                return True
            case CueKind.QUOTE if self._frame[stretch.first - 1].lower in verbs.warn_links:
                return quoted or words[0].lower.endswith(language.participle_endings or _NEVER)
            case CueKind.QUOTE:
                return self._frame[stretch.first - 1].text == ":" and self.has_finite(stretch)
            case CueKind.SHOW if self._by_person(cue):
                return self._frame[stretch.first - 1].lower in language.phrases.that or self._predicated(words)
            case CueKind.SAY if self._is_linked(cue, stretch):
                return True
            case _:
                opener = stretch.first - 1 - (self._frame[stretch.first - 1].text == ",")
                that = self._frame[opener].lower in language.phrases.that | language.phrases.how
                bare = cue.kind is CueKind.SAY and cue.word in verbs.bare and words[0].text not in ",("
                return that or bare or self._is_complement(cue, stretch, quoted=quoted)

    def _is_label(self, cue: Cue, stretch: Stretch, *, quoted: bool) -> bool:
        """An object and what it is called: quoted words, or "as" and a predicate, or a second noun phrase."""
        verbs, grammar = self._language.verbs, self._language.grammar
        words = self._frame[stretch.first : stretch.last]
        if words[0].lower in grammar.prepositions - grammar.of - verbs.as_word or words[0].lower in ("for", "in"):
            return False
        linked = any(one.lower in verbs.as_word and two.lower not in verbs.finite for one, two in pairwise(words[1:]))
        if self._frame[stretch.first - 1].lower in self._language.phrases.that:
            return True
        if quoted and words[0].quote < 0:
            return linked or cue.word not in verbs.label_as
        if cue.word not in verbs.describe and cue.word not in verbs.label_as:
            return False
        if linked or cue.word in verbs.label_as:
            return linked and len(words) > 3
        if self._predicated(words):
            return True
        bound = grammar.prepositions | grammar.conjunctions
        for before, token in pairwise(words):
            if before.lower in bound - grammar.of or before.finite or before.kind is not TokenKind.WORD:
                return False
            if token.lower in grammar.indefinite and before.lower not in grammar.of | grammar.determiners:
                return True
        return False

    def _predicated(self, words: tuple[Token, ...]) -> bool:
        """``called the claim false``, ``called its raid defensive in nature``: an object and an adjective behind it."""
        grammar = self._language.grammar
        for before, token, after in zip(words, words[1:], (*words[2:], None), strict=False):
            if before.kind is not TokenKind.WORD or before.finite or before.lower in self._language.pronouns.who:
                return False
            if before.lower in grammar.determiners | grammar.possessive | grammar.conjunctions or token.capital:
                continue
            closes = after is None or after.text in ",;" or after.lower in grammar.prepositions | grammar.conjunctions
            if closes and token.lower in self._language.verbs.predicates:
                return True
        return False

    def _is_linked(self, cue: Cue, stretch: Stretch) -> bool:
        """An object, and behind its preposition the deed, the figure or the cause."""
        words = self._frame[stretch.first + 1 - 2 * cue.inverted : stretch.last]
        for linked in self._language.verbs.linked:
            if cue.word not in linked.verbs or (linked.documents_only and self._by_person(cue)):
                continue
            if linked.subjects and (cue.subject is None or linked.subjects.isdisjoint(cue.subject.words)):
                continue
            if any(token.lower in linked.links for token in words):
                return True
        return False

    def hangs_on(self, cue: Cue, stretch: Stretch) -> bool:
        """``warned of closures``, ``spoke of "bottlenecks"``: a preposition that belongs to the cue."""
        verbs = self._language.verbs
        return cue.word in verbs.speak_of and self._frame[stretch.first].lower in verbs.warn_links

    def _by_person(self, cue: Cue) -> bool:
        subject, language = cue.subject, self._language
        if subject is None:
            return False
        if subject.pronoun:
            return subject.head in (language.pronouns.he | language.pronouns.she) - language.pronouns.they
        if subject.entity is None:
            return subject.head in language.nouns.callings and subject.head not in language.nouns.documents
        return is_person(subject.entity)

    def _asks(self, opener: str, stretch: Stretch) -> bool:
        """An indirect question; "when fish were plentiful, they ..." is none."""
        if opener not in self._language.worth.questions | self._language.phrases.whether:
            return False
        return not (opener in self._language.grammar.conjunctions and bool(self._comma_inside(stretch)))

    def _is_complement(self, cue: Cue, stretch: Stretch, *, quoted: bool) -> bool:
        """Tell whether a clause without "that" is what is said."""
        verbs, grammar = self._language.verbs, self._language.grammar
        first, length = self._frame[stretch.first], stretch.last - stretch.first
        counted = cue.kind is CueKind.SAY and cue.word in verbs.counting
        if counted and length >= _MIN_ANNOUNCED_TOKENS and self._counts(stretch):
            return True
        if (cue.word in verbs.deny or cue.word in verbs.relating) and first.lower.endswith(
            self._language.participle_endings or _NEVER
        ):
            return length > 1
        if first.lower in verbs.to:
            nouns = self._language.nouns
            noun = self._frame[stretch.first - 1].lower in nouns.pledges | nouns.intentions
            return (cue.word in verbs.promise or noun) and length > 3
        if first.lower in grammar.conjunctions and self._comma_inside(stretch):
            return first.lower in grammar.subordinators and self.has_finite(stretch)
        if first.text in ",(" or first.lower in grammar.conjunctions or self._requests(cue, stretch):
            return False
        if first.lower in grammar.prepositions and first.lower not in verbs.warn_links:
            return self._opens_clause(stretch)
        if first.lower in verbs.finite:
            return False
        if cue.word in verbs.speak_of and self._frame[stretch.first - 1].lower in verbs.warn_links:
            return length > 1
        if self._names_event(cue, stretch):
            return True
        speaks = cue.kind in (CueKind.SAY, CueKind.TELL, CueKind.PARTICIPLE)
        return self._has_clause(stretch) or (quoted and speaks and length > 2)

    def _opens_clause(self, stretch: Stretch) -> bool:
        """``said in May, the board had met``, but not "established in 1939, which pays for it"."""
        comma = self._comma_inside(stretch)
        if not comma or self._frame[comma + 1].lower in self._language.pronouns.who:
            return False
        return self._frame[stretch.first].lower in self._language.grammar.openers and self.has_finite(stretch)

    def _names_event(self, cue: Cue, stretch: Stretch) -> bool:
        """``announced the closure of two libraries``, ``found no evidence of fraud``: a noun tells what is so."""
        verbs = self._language.verbs
        opens = cue.kind is CueKind.PARTICIPLE and cue.first < 2
        if cue.word in verbs.announce and not opens and self._tells(stretch):
            return True
        observes = cue.word in verbs.observing and cue.kind in (CueKind.SAY, CueKind.SHOW)
        return observes and self._observes(stretch)

    def _observes(self, stretch: Stretch) -> bool:
        """``reported a sharp rise in thefts``, ``found no evidence of fraud``: a noun for what is so, and of what."""
        grammar, worth = self._language.grammar, self._language.worth
        first = self._frame[stretch.first]
        if first.lower not in grammar.determiners | worth.uncounted or first.lower in grammar.owners:
            return False
        for index in range(stretch.first + 1, min(stretch.last - 2, stretch.first + _OBSERVED_REACH)):
            token = self._frame[index]
            if token.kind is not TokenKind.WORD or token.finite or token.lower in grammar.prepositions:
                return False
            if self._frame[index + 1].lower in grammar.prepositions:
                return token.lower in worth.observed
        return False

    def _tells(self, stretch: Stretch) -> bool:
        """``announced the closure of two libraries``, ``his resignation``, but not "the vote", "the winners of"."""
        grammar, nouns = self._language.grammar, self._language.nouns
        words = self._frame[stretch.first : stretch.last]
        if any(token.text == ":" for token in words):
            return False
        if words[0].lower in grammar.owners:
            return True
        head = next((n for n, t in enumerate(words) if t.lower in grammar.prepositions), len(words)) - 1
        return len(words) >= _MIN_ANNOUNCED_TOKENS and words[max(head, 0)].lower not in nouns.unsaid

    def _counts(self, stretch: Stretch) -> bool:
        """``36 infections at the base``, ``as many as 32 injured``, ``its first death``: what is told is counted."""
        worth, grammar = self._language.worth, self._language.grammar
        for place, token in enumerate(self._frame[stretch.first : stretch.first + _COUNT_REACH]):
            if token.kind is TokenKind.NUMBER or token.lower in worth.numbers:
                return True
            if place and token.lower in worth.counted:
                return True
            if self._measures(stretch, stretch.first + place):
                return True
            if token.lower in worth.ordinals or token.lower in grammar.owners | worth.uncounted:
                continue
            if token.lower not in worth.about:
                return False
        return False

    def _measures(self, stretch: Stretch, place: int) -> bool:
        """``winds of 100 mph``, ``a value of at least $473``: a noun, "of" and a number."""
        frame, worth = self._frame, self._language.worth
        if place + 2 >= stretch.last or frame[place].kind is not TokenKind.WORD:
            return False
        if frame[place + 1].lower not in self._language.grammar.amounting:
            return False
        index = place + 2
        while index < stretch.last - 1 and frame[index].lower in worth.about:
            index += 1
        return (
            frame[index].kind is TokenKind.NUMBER or frame[index].lower in worth.numbers or frame[index].text in "$€£"
        )

    def _requests(self, cue: Cue, stretch: Stretch) -> bool:
        """``advised her to sell "junk" stocks``: a hearer and what to do; ``responded to her letter``: no words."""
        if cue.word in self._language.verbs.answering and self._frame[cue.last].lower in self._language.verbs.to:
            return not self._has_clause(stretch)
        if cue.word not in self._language.verbs.addressing:
            return False
        for token in self._frame[stretch.first : min(stretch.last, stretch.first + _HEARER_REACH)]:
            if token.lower in self._language.verbs.to:
                return True
            known = self._language.grammar.prepositions | self._language.verbs.finite
            if token.kind is not TokenKind.WORD or token.lower in known:
                return False
        return False

    def content_of(self, stretch: Stretch, *, labels: bool = False) -> Stretch:
        """End the content where the article's own voice goes on: ", but would not confirm ...", ", and thanked ..."."""
        language, frame = self._language, self._frame
        verbs = language.verbs
        if frame[stretch.first].lower in language.nouns.claimed:
            ends = (n for n in range(stretch.first, stretch.last) if frame[n].lower in language.grammar.splitters)
            return self.without_final_marks(stretch.first, next(ends, stretch.last))
        for index in range(stretch.first + 1, stretch.last - 1):
            joins = frame[index].lower in language.grammar.pairing or frame[index].text == ","
            joins = joins and frame[index].quote < 0
            if labels and joins and frame[index - 1].quote >= 0 and frame[index + 1].quote < 0:
                return Stretch(stretch.first, index)
            if labels and frame[index].text == "," and frame[index].quote < 0 and self._trails(stretch.first, index):
                return Stretch(stretch.first, index)
        for index in range(stretch.first + 2, stretch.last - 1):
            if frame[index].text != "," or frame[index].quote >= 0:
                continue
            joint = index + 1
            if frame[joint].lower not in language.grammar.splitters or joint + 2 >= stretch.last:
                continue
            following = frame[joint + 1 : joint + 4]
            silent = following[0].lower in verbs.finite and any(t.lower in verbs.negations for t in following[1:])
            acts = following[0].lower in verbs.quote | verbs.label | verbs.accuse | language.phrases.declined
            if (silent and following[-1].lower in verbs.silent) or acts:
                return Stretch(stretch.first, index)
        return stretch

    def _trails(self, first: int, comma: int) -> bool:
        """``called the raid defensive, pointing to ...``: behind the comma the article says what was done besides.

        Not in "slammed Osei, viewing her as weak": before the comma nobody is called anything.
        """
        word, language = self._frame[comma + 1].lower, self._language
        called = language.verbs.as_word | language.verbs.predicates | language.grammar.indefinite
        if not any(token.quote >= 0 or token.lower in called for token in self._frame[first + 1 : comma]):
            return False
        return word.endswith(language.participle_endings or _NEVER) or word in language.grammar.absolute & {"with"}

    def split(self, stretch: Stretch) -> list[Stretch]:
        """Divide indirect speech where "that" opens again, or a second main clause has its own subject."""
        parts: list[Stretch] = []
        first = stretch.first
        if [token.lower for token in self._frame[first : first + 2]] == ["not", "only"]:
            return [stretch]
        index = first + 2
        while index < stretch.last - 1:
            after = self._clause_start(first, index, stretch.last)
            if after is None:
                index += 1
                continue
            parts.append(self.without_final_marks(first, index))
            first, index = after, after + 2
        parts.append(self.without_final_marks(first, stretch.last))
        return [part for part in parts if part.last > part.first]

    def _clause_start(self, first: int, index: int, last: int) -> int | None:
        """Return where a new content clause begins if `index` is the joint before it."""
        language, frame = self._language, self._frame
        token = frame[index]
        if token.quote >= 0:
            return None
        comma = token.text in ",;"
        joint = index + 1 if comma else index
        if joint >= last - 1:
            return None
        joined = frame[joint].lower in language.grammar.splitters
        if token.text != ";" and not joined:
            return None
        after = joint + 1 if joined else joint
        if frame[after].lower in language.phrases.that:
            pronoun = after + 1 < last and frame[after + 1].lower in language.verbs.finite
            return None if pronoun else after + 1
        if not self.has_finite(Stretch(first, index)):
            return None
        if token.text == ";" and self.has_finite(Stretch(after, last)):
            return after
        if not self.own_subject(after, last):
            return None
        return None if not comma and self._subordinates(first, index) else after

    def _subordinates(self, first: int, last: int) -> bool:
        """Tell whether a subordinate clause opens between two places; "as long as two years" is none."""
        words = [token.lower for token in self._frame[first:last]]
        alike = self._language.verbs.as_word
        return any(
            word in self._language.grammar.subordinators
            and not (
                word in alike and any(other in alike for other in (*words[max(0, n - 2) : n], *words[n + 1 : n + 3]))
            )
            for n, word in enumerate(words)
        )

    def own_subject(self, index: int, last: int, *, past: bool = False) -> bool:
        """A pronoun, determiner or name, and soon a finite verb.

        Args:
            index: Where the subject would begin.
            last: Where to stop.
            past: A word that ends like a past tense counts as a verb.
        """
        language, frame = self._language, self._frame
        if index >= last:
            return False
        token, pronouns = frame[index], language.pronouns
        pronoun = token.lower in self.subjects | pronouns.expletive
        marked = pronoun or token.lower in language.grammar.determiners or token.capital
        marked = marked or token.kind is TokenKind.NUMBER or token.lower in language.worth.numbers
        if not marked and (token.kind is not TokenKind.WORD or token.lower in language.function_words or token.finite):
            return False
        reach = _PRONOUN_REACH if pronoun or not marked else _SUBJECT_REACH
        for later in range(index + 1, min(last, index + reach)):
            following = frame[later]
            if following.text in ",;":
                return False
            if following.lower in language.grammar.possessive or following.capital:
                continue
            plain = past or not following.lower.endswith(language.verbs.past_endings or _NEVER) or pronoun
            if following.finite and plain:
                return True
        return False

    def ends_as_clause(self, stretch: Stretch) -> bool:
        """``By the following winter the number had risen``: an adverbial, and then a clause with its own subject."""
        grammar, frame = self._language.grammar, self._frame
        if frame[stretch.first].lower not in grammar.prepositions - grammar.conjunctions:
            return False
        return any(
            frame[index].lower in grammar.determiners and self.own_subject(index, stretch.last)
            for index in range(stretch.first + 2, stretch.last)
            if frame[index - 1].lower not in grammar.prepositions | grammar.conjunctions
        )

    def is_adverbial(self, stretch: Stretch, *, clauseless: bool = True) -> bool:
        """``In a statement on Friday,``, ``When asked about it,``, ``Yesterday,``: not what is said.

        Args:
            stretch: What stands before the attribution.
            clauseless: A few words without a verb are an adverbial too.
        """
        language = self._language
        lead = self._frame[stretch.first]
        if lead.lower in language.phrases.asked:
            return True
        if self._counts(stretch) or self._gerund_speaks(stretch):
            return False
        if clauseless and not self.has_finite(stretch) and stretch.last - stretch.first < _MIN_PRE_TOKENS:
            return True
        if lead.lower in language.grammar.prepositions and not self.has_finite(stretch):
            return True
        if lead.lower in language.times and not self.has_finite(stretch):
            return True
        opener = lead.lower in language.grammar.prepositions or lead.lower in language.grammar.conjunctions
        return (opener or lead.lower.endswith(language.participle_endings or _NEVER)) and not self._comma_inside(
            stretch
        )

    def _gerund_speaks(self, stretch: Stretch) -> bool:
        """``Eating walnuts may slow memory loss``: a form in -ing that is the subject of a verb."""
        language = self._language
        if not self._frame[stretch.first].lower.endswith(language.participle_endings or _NEVER):
            return False
        joints = language.grammar.conjunctions - language.grammar.coordinators - language.grammar.prepositions
        joints |= language.pronouns.who | language.phrases.that | self.subjects
        for index in range(stretch.first + 1, stretch.last):
            token = self._frame[index]
            if token.lower in joints or token.text == ",":
                return False
            if token.finite and token.lower in language.verbs.helping | language.verbs.passive:
                return not self._frame[index - 1].capital
        return False

    def _comma_inside(self, stretch: Stretch) -> int:
        """Where the first comma stands; 0 for nowhere."""
        return next((n for n in range(stretch.first + 1, stretch.last) if self._frame[n].text == ","), 0)

    def is_connective(self, stretch: Stretch) -> bool:
        """``However,``, ``In 2016``-like openings of one word carry nothing."""
        return stretch.last - stretch.first == 1 and self._frame[stretch.first].lower in self._language.function_words

    def resumes(self, post: Stretch, leading: Stretch | None = None) -> bool:
        """``The pump, Osei said, had failed``: a comma after the cue and the rest of the clause."""
        if self._frame[post.first].text != "," or post.last - post.first < 3:
            return False
        following = self._frame[post.first + 1].lower
        if following in self._language.pronouns.who:
            return False
        if not following.endswith(self._language.participle_endings or _NEVER):
            return True
        if leading is None or self._frame[leading.first].lower not in self._language.grammar.subordinators:
            return False
        return self.has_finite(post) and following not in self._language.verbs.say

    def after_semicolon(self, low: int, stop: int) -> int:
        """``The tank leaked; the fuel, officials said, ignited``: the clause begins behind the semicolon."""
        for index in range(stop - 1, low, -1):
            if self._frame[index].text == ";" and self._frame[index].quote < 0:
                joined = self._frame[index + 1].lower in self._language.grammar.splitters
                return low if joined and not self.own_subject(index + 2, stop, past=True) else index + 1
        return low

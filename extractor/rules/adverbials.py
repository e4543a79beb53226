"""Step over what stands between a cue and its content: hearers, time, place, the medium."""

from extractor.rules.chunks import EntityKind
from extractor.rules.clauses import ClauseReader, Stretch
from extractor.rules.cues import Cue, CueKind
from extractor.rules.language import Language
from extractor.rules.phrases import Phrase, PhraseReader
from extractor.rules.reading import Token, TokenKind
from extractor.rules.verbforms import verb_forms

_MAX_LEAD_TOKENS = 12
_MAX_CARRYING_TOKENS = 5
"""From a verb to the noun that carries its clause."""
_MAX_ASIDE_TOKENS = 10
"""Between the commas of an aside behind the verb."""
_MAX_INSERTED_TOKENS = 7
_MAX_VOTE_TOKENS = 6
"""From the first number of a vote to "that"."""
_MAX_APPOSITION_TOKENS = 16
_MAX_RELATIVE_TOKENS = 40
"""Between the commas around "who" behind a source."""


class AdverbialReader:
    """Reads adverbials in the frame of one unit."""

    def __init__(
        self, frame: tuple[Token, ...], phrases: PhraseReader, clauses: ClauseReader, language: Language
    ) -> None:
        self._frame = frame
        self._phrases = phrases
        self._clauses = clauses
        self._language = language

    def content_start(self, cue: Cue, high: int) -> tuple[int, list[Phrase]]:
        """Step over hearers and adverbials after the verb, then over "that" or a colon."""
        index = cue.end
        chain: list[Phrase] = []
        frame, language = self._frame, self._language
        carried = self._carried(cue, high)
        if carried is not None:
            return carried, chain
        if self._tells_how(cue, high) or self._linked_to_agent(cue, high):
            return index + 1, chain
        addressed = self._is_addressed(cue, high)
        if index < high and frame[index].lower in language.verbs.to:
            hearer = self._phrases.starting(index + 1, stop=high)
            if hearer is not None and not (index + 1 < high and frame[index + 1].lower in language.verbs.finite):
                index += 1
                addressed = True
        if addressed and index < high:
            index, chain = self._after_hearer(index, high)
        index = self._past_circumstances(cue, index, high)
        index = self._past_votes(index, high)
        if index < high and (addressed or frame[index].lower in language.phrases.manner):
            index = self._at_that(index, high)
        if cue.kind is CueKind.LABEL:
            return self._over_comma(index, high), chain
        if language.verbs.inverts:
            index = self._over_insertion(index, high)
        index = self._over_comma(self._over_aside(index, high), high)
        while index < high and (frame[index].text == ":" or frame[index].lower in language.phrases.that):
            index += 1
        return index, chain

    def _past_votes(self, index: int, high: int) -> int:
        """``ruled 6-3 that``, ``agreed 5 votes to 4 that``: step over a count of votes to "that"."""
        if index >= high or self._frame[index].kind is not TokenKind.NUMBER:
            return index
        ahead = range(index + 1, min(high, index + _MAX_VOTE_TOKENS))
        return next((n for n in ahead if self._frame[n].lower in self._language.phrases.that), index)

    def _past_circumstances(self, cue: Cue, index: int, high: int) -> int:
        """Step over time, place and medium; in "acusó a la alcaldesa" only over what marks the object."""
        marks = self._language.grammar.object_marks
        if cue.kind is not CueKind.ACCUSE or not marks:
            return self._past_adverbials(index, high)
        return index + (index < high and self._frame[index].lower in marks)

    def _over_comma(self, index: int, high: int) -> int:
        if index + 1 >= high or self._frame[index].text != ",":
            return index
        return index + 1 if self._that_or_quote(index + 1) else index

    def _over_aside(self, index: int, high: int) -> int:
        """``suggested, in all likelihood, "next to ..."``, ``alleges, among other things, that``."""
        if index >= high or self._frame[index].text != ",":
            return index
        for close in range(index + 1, min(high - 1, index + _MAX_ASIDE_TOKENS)):
            token, after = self._frame[close], self._frame[close + 1]
            if token.finite or token.kind is TokenKind.QUOTE or token.quote >= 0:
                return index
            if token.text == ",":
                led = self._frame[index + 1].lower in self._language.phrases.manner | self._language.verbs.as_word
                content = led and self._clauses.own_subject(close + 1, high, past=True)
                return close + 1 if after.quote >= 0 or content or self._that_or_quote(close + 1) else index
        return index

    def _is_addressed(self, cue: Cue, high: int) -> bool:
        """Tell whether a hearer follows the verb."""
        verbs = self._language.verbs
        if cue.word in verbs.addressing:
            return self._addresses(cue.end, high)
        return cue.kind is CueKind.TELL or cue.word in verbs.tell

    def _over_insertion(self, index: int, high: int) -> int:
        """Step to "that" over adverbs: ``precisó también que``, ``ha dicho, por su parte, que``."""
        verbs, that = self._language.verbs, self._language.phrases.that
        for later in range(index, min(high, index + _MAX_INSERTED_TOKENS)):
            token = self._frame[later]
            if token.lower in that:
                return later
            if token.kind is TokenKind.QUOTE or token.quote >= 0 or token.text in ".:;" or token.lower in verbs.finite:
                break
        return index

    def _carried(self, cue: Cue, high: int) -> int | None:
        """Step over the noun that carries the clause: "expressed [concern that]", "stated [her intention] to"."""
        language, frame = self._language, self._frame
        if cue.word not in language.verbs.carrying and cue.kind is not CueKind.NOUN:
            return None
        nouns = language.nouns
        for index in range(cue.first, min(high - 1, cue.first + _MAX_CARRYING_TOKENS)):
            token, following = frame[index], frame[index + 1].lower
            if following in language.phrases.that and token.lower in nouns.claims | nouns.pledges:
                return index + 2
            if following in language.verbs.to and token.lower in nouns.pledges | nouns.intentions:
                return index + 1
        if cue.inverted and cue.end < high and frame[cue.end].lower in language.phrases.that:
            return cue.end + 1
        return None

    def _addresses(self, index: int, high: int) -> bool:
        """``warned residents that``: a hearer and then a clause."""
        hearer = None if index >= high else self._phrases.starting(index, stop=high, lenient=True)
        last = hearer.last if hearer is not None else index + 1
        return last < high and self._frame[last].lower in self._language.phrases.that

    def _past_adverbials(self, index: int, high: int) -> int:
        while index < high:
            step = self.adverbial_end(index, high)
            if step == index:
                break
            index = step
        return index

    def _tells_how(self, cue: Cue, high: int) -> bool:
        """``told how rats ran over the worktops``."""
        follows = cue.end < high and self._frame[cue.end].lower in self._language.phrases.how
        return follows and cue.kind is CueKind.TELL

    def _linked_to_agent(self, cue: Cue, high: int) -> bool:
        """``was accused by Osei of taking money``: the preposition hangs on the cue."""
        if cue.kind is not CueKind.ACCUSE or not cue.inverted or cue.end >= high:
            return False
        return any(self._frame[cue.end].lower in linked.links for linked in self._language.verbs.linked)

    def _at_that(self, index: int, high: int) -> int:
        """Step to "that" over what is left of an adverbial: "in a letter [seen by a paper] that"."""
        language = self._language
        for later in range(index, min(high, index + _MAX_LEAD_TOKENS)):
            token = self._frame[later]
            if token.lower in language.phrases.that:
                grammar = language.grammar
                bound = later > index and self._frame[later - 1].lower in grammar.conjunctions | grammar.prepositions
                return index if bound else later
            if token.kind is not TokenKind.WORD and token.kind is not TokenKind.NUMBER:
                break
            if token.lower in language.verbs.finite or token.lower in self._clauses.subjects:
                break
        return index

    def _that_or_quote(self, index: int) -> bool:
        return self._frame[index].lower in self._language.phrases.that or self._frame[index].kind is TokenKind.QUOTE

    def _after_hearer(self, index: int, high: int) -> tuple[int, list[Phrase]]:
        if self._frame[index].lower in self._language.phrases.hearers:
            return index + 1, []
        hearer = self._phrases.starting(index, stop=high, lenient=True)
        named = self._names_behind(index, high)
        if named is not None:
            return named, []
        if hearer is None:
            return index, []
        outlet = hearer.entity is not None and hearer.entity.kind not in (EntityKind.PERSON, EntityKind.PLACE)
        outlet = outlet and hearer.head not in self._language.nouns.forums
        return hearer.last, [hearer] if outlet else []

    def _names_behind(self, index: int, high: int) -> int | None:
        """``told local media Osei had left``: a common noun for the hearers, then the subject of what is said."""
        nouns, phrases = self._language.nouns, self._language.phrases
        for later in range(index, min(high - 1, index + 4)):
            token = self._frame[later]
            if token.kind is not TokenKind.WORD or token.capital:
                return None
            known = (
                token.lower in phrases.hearers | nouns.forums | (nouns.organisations | nouns.anonymous) - nouns.roles
            )
            if known and self._phrases.chunk_at(later + 1) is not None:
                return later + 1
        return None

    def adverbial_end(self, index: int, high: int) -> int:
        """Return the index after an adverbial of the speaking at `index`; `index` when there is none."""
        frame, language = self._frame, self._language
        token = frame[index]
        timed = language.times | language.weekdays
        if index + 1 < high and frame[index + 1].lower in language.grammar.possessive:
            return index
        if token.lower in language.months and not token.capital and language.code == "en":
            return index
        if (
            token.lower in timed
            and token.lower not in language.grammar.determiners
            and not self._starts_clause(index, high)
        ):
            end = index
            while end < high and (frame[end].lower in timed or frame[end].kind is TokenKind.NUMBER):
                end += 1
            return end
        if token.lower not in language.phrases.manner or index + 1 >= high:
            return index
        end = index + 1
        while end < high and (frame[end].lower in timed or frame[end].kind is TokenKind.NUMBER):
            end += 1
        if end > index + 1 and any(frame[n].lower in timed for n in range(index + 1, end)):
            year = end < high - 1 and frame[end + 1].kind is TokenKind.NUMBER and len(frame[end + 1].text) == 4
            if year and frame[end].text == ",":
                end += 2
            return end
        return self._medium_end(index, high)

    def _starts_clause(self, index: int, high: int) -> bool:
        """``said this was``, ``said next year will``: a word of time that is the subject."""
        following = self._frame[index + 1 : min(high, index + 3)]
        if following and following[0].lower in self._clauses.subjects:
            return False
        return any(token.lower in self._language.verbs.finite for token in following)

    def _medium_end(self, index: int, high: int) -> int:
        """``in a statement``, ``in an interview with CNN``, ``on Twitter``."""
        frame, language = self._frame, self._language
        for end in range(index + 1, min(high, index + 7)):
            lower = frame[end].lower
            if frame[end].kind is not TokenKind.WORD or lower in language.verbs.finite or lower in language.pronouns.he:
                return index
            following = frame[end + 1].lower if end + 1 < high else ""
            if lower in language.phrases.media and following not in language.phrases.media:
                return self._past_participle(end + 1, high)
        phrase = self._phrases.starting(index + 1, stop=high)
        if phrase is None or phrase.last >= high:
            return phrase.last if phrase is not None else index
        after = frame[phrase.last]
        closes = after.text in ":," or after.kind is TokenKind.QUOTE or after.lower in language.phrases.that
        return phrase.last if closes else index

    def _past_participle(self, index: int, high: int) -> int:
        """``in a report [published on Thursday] that``: what hangs on the medium, up to "that" or a comma."""
        forms = verb_forms(self._language.code)
        if index >= high or self._frame[index].lower not in forms.both | {"read", "seen", "shown"}:
            return index
        for later in range(index + 1, min(high, index + _MAX_LEAD_TOKENS)):
            token = self._frame[later]
            if token.lower in self._language.phrases.that or token.text == ",":
                return later
            if token.finite or token.kind is TokenKind.QUOTE or token.lower in self._clauses.subjects:
                break
        return index

    def after_apposition(self, index: int, high: int) -> int:
        """Step over ", a cybersecurity firm," and "(NASA)" after a source."""
        frame = self._frame
        if index < high and frame[index].text == "(":
            close = next((n for n in range(index, high) if frame[n].text == ")"), None)
            index = close + 1 if close is not None else index
        if index + 2 >= high or frame[index].text != ",":
            return index
        lead = frame[index + 1].lower
        nouns = self._language.nouns
        relative = lead in self._language.pronouns.who
        reach = _MAX_RELATIVE_TOKENS if relative else _MAX_APPOSITION_TOKENS
        close = next((n for n in range(index + 1, min(high, index + reach)) if frame[n].text == ","), None)
        if close is not None and relative:
            return close
        if close is None or self._clauses.has_finite(Stretch(index + 1, close)):
            return index
        inside = {token.lower for token in frame[index + 1 : close]}
        apposed = (
            lead in self._language.grammar.determiners
            or lead in nouns.roles
            or self._phrases.chunk_at(index + 1) is not None
        )
        chunk = self._phrases.chunk_at(index + 1)
        if chunk is not None and chunk.kind is EntityKind.PLACE and index + 1 + chunk.last - chunk.first == close:
            return close
        known = inside & (nouns.roles | nouns.organisations | nouns.documents | nouns.titles)
        return close if apposed and known else index

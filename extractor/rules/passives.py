"""What passives and adverbs of hearsay attribute: the subject belongs to what is said."""

from extractor.rules.clauses import ClauseReader, Stretch
from extractor.rules.cues import Cue
from extractor.rules.language import Language
from extractor.rules.reading import Token, TokenKind

_NEVER = ("\0",)
"""An ending that no word has, for languages without the form."""


def past_time(frame: tuple[Token, ...], index: int, language: Language) -> int:
    """Step over a time: "It was reported [on Saturday] that", "announced [on Friday] by".

    Args:
        frame: Of one unit.
        index: Behind the verb.
        language: Its language.

    Returns:
        The index behind the time; `index` where none stands there.
    """
    led = language.phrases.on_medium | {"on"}
    timed = language.times | language.weekdays | language.months
    end = index + (index < len(frame) and frame[index].lower in led)
    first = end
    while end < len(frame) and (frame[end].lower in timed or (end > first and frame[end].kind is TokenKind.NUMBER)):
        end += 1
    return end if end > first else index


class PassiveReader:
    """Reads what passives attribute in the frame of one unit."""

    def __init__(self, frame: tuple[Token, ...], clauses: ClauseReader, language: Language) -> None:
        self._frame = frame
        self._clauses = clauses
        self._language = language

    def hearsay(self, cue: Cue, low: int, high: int) -> list[tuple[Stretch, ...]]:
        """Return what a passive without an agent or an adverb attributes: "the depot is said to have burned".

        Args:
            cue: The hearsay.
            low: Where the words before it begin.
            high: Where the words behind it end.
        """
        frame, language = self._frame, self._language
        if frame[cue.first].lower in language.phrases.reportedly:
            return self._around_adverb(cue, low, high)
        subject = self._clauses.without_final_marks(low, cue.first)
        if frame[cue.first].lower in language.pronouns.it and self._clauses.has_finite(subject):
            return [(part,) for part in self._clauses.split(subject)]
        to = cue.last < high and frame[cue.last].lower in language.verbs.to
        start = cue.last
        if frame[cue.first].lower in language.pronouns.it:
            start = past_time(frame, cue.last, language)
        hangs = start < high and frame[start].lower in {"of", *language.phrases.that}
        post = self._clauses.without_final_marks(min(start + hangs, high), high)
        if post.last - post.first <= 2:
            return []
        if to and subject.last > subject.first:
            return [(subject, post)]
        return [(part,) for part in self._clauses.split(post)]

    def with_agent(self, cue: Cue, low: int, high: int) -> list[tuple[Stretch, ...]]:
        """Return what is attributed to the agent: "the tender was called a disgrace by Osei".

        Args:
            cue: The passive, whose subject is the agent.
            low: Where the words before it begin.
            high: Where the words behind it end.
        """
        agent = cue.subject
        subject = self._subject(low, cue.first)
        if agent is None or subject.last <= subject.first:
            return []
        if agent.last < high and self._frame[agent.last].lower in self._language.verbs.to:
            return [(subject, self._clauses.without_final_marks(agent.last, high))]
        if cue.word in self._language.verbs.announced:
            return [] if self._frame[subject.first].lower in self._language.pronouns.who else [(subject,)]
        by = next(n for n in range(agent.first - 1, cue.first, -1) if self._frame[n].lower in self._language.grammar.by)
        inside = self._clauses.without_final_marks(cue.last, by)
        called = inside if inside.last > inside.first else self._clauses.without_final_marks(agent.last, high)
        words = self._frame[called.first : called.last]
        linked = bool(words) and words[0].lower in self._language.verbs.as_word
        if not linked and not any(token.quote >= 0 for token in words):
            return []
        return [(subject, called)]

    def _subject(self, low: int, stop: int) -> Stretch:
        """The words before a passive, without an opening adverbial; only the pronoun of a relative clause."""
        if stop > low and self._frame[stop - 1].lower in self._language.pronouns.who:
            return Stretch(stop - 1, stop)
        whole = self._clauses.without_final_marks(low, stop)
        comma = next((n for n in range(whole.first, whole.last) if self._frame[n].text == ","), None)
        opener = self._frame[low].lower in self._language.grammar.prepositions | self._language.times
        return Stretch(comma + 1, whole.last) if comma is not None and opener else whole

    def _around_adverb(self, cue: Cue, low: int, high: int) -> list[tuple[Stretch, ...]]:
        """``the depot reportedly burned``; between commas up to the next one; before a participle only that."""
        frame, clauses = self._frame, self._clauses
        apart = frame[cue.first - 1].text == "," if cue.first else False
        closed = cue.last < high and frame[cue.last].text == ","
        before = clauses.without_final_marks(clauses.after_semicolon(low, cue.first), cue.first)
        after = clauses.without_final_marks(cue.last + closed, high)
        if apart and closed:
            end = next((n for n in range(after.first, after.last) if frame[n].text == ","), after.last)
            first = before.first + (frame[before.first].lower in self._language.grammar.subordinators)
            before, after = Stretch(first, before.last), Stretch(after.first, end)
        elif (
            apart
            and after.last > after.first
            and frame[after.first].lower.endswith(self._language.verbs.past_endings or _NEVER)
        ):
            return [(after,)]
        parts = tuple(part for part in (before, after) if part.last > part.first)
        if after.last <= after.first or not clauses.has_finite(Stretch(low, high)):
            return []
        return [parts]

"""Find passives that attribute: "is alleged to", "was told by Osei that", "was called a disgrace by Osei"."""

from dataclasses import replace

from extractor.rules.cues import Cue, CueKind, cue_at
from extractor.rules.language import Language
from extractor.rules.passives import past_time
from extractor.rules.phrases import PhraseReader
from extractor.rules.reading import Token
from extractor.rules.verbreader import VerbReader
from extractor.schema import Span


class PassiveCueFinder:
    """Finds passives in one frame."""

    def __init__(self, frame: tuple[Token, ...], phrases: PhraseReader, words: VerbReader, language: Language) -> None:
        self._frame = frame
        self._phrases = phrases
        self._words = words
        self._language = language

    def at(self, index: int, before: int | None) -> Cue | None:
        """``was quoted as saying``, ``is accused of``, ``is believed to``; other passives need an agent."""
        frame, verbs = self._frame, self._language.verbs
        following = frame[index + 1].lower if index + 1 < len(frame) else ""
        if frame[index].lower in verbs.announced:
            timed = past_time(frame, index + 1, self._language)
            following = frame[timed].lower if timed < len(frame) else ""
        if following == "as" and index + 2 < len(frame) and self._words.is_ing(index + 2) and before is not None:
            subject = self._phrases.before(before)
            return cue_at(self._frame, index, index + 3, CueKind.SAY, subject) if subject else None
        if following in self._language.grammar.by or self._words.kind(index) is CueKind.LABEL:
            return self._by_agent(index)
        if frame[index].lower in verbs.told and before:
            that = following in self._language.phrases.that
            behind = index + 1 + that
            told = behind < len(frame) and frame[behind].quote < 0 and (that or self._opens_clause(behind))
            return cue_at(frame, index, index + 1, CueKind.HEARSAY, None) if told else None
        if frame[index].lower not in verbs.hearsay or before is None:
            return None
        relative = frame[before - 1].lower in self._language.pronouns.who if before else False
        impersonal = bool(before) and frame[before - 1].lower in self._language.pronouns.it
        ends = impersonal and before > 1 and frame[before - 2].text == ","
        links = following in (*verbs.to, "of", *self._language.phrases.that) and not relative
        timed = past_time(frame, index + 1, self._language) if impersonal else index + 1
        told = frame[timed].lower in self._language.phrases.that if timed < len(frame) else False
        if ends or links or (impersonal and (told or self._opens_clause(timed))):
            span = Span(start_char=frame[index].start, end_char=frame[index].end)
            first = before - 1 if impersonal else self._first_auxiliary(index)
            return replace(cue_at(self._frame, first, index + 1, CueKind.HEARSAY, None), span=span)
        return None

    def _opens_clause(self, index: int) -> bool:
        """``It was reported he was in a coma``: what can be a subject follows."""
        if index >= len(self._frame):
            return False
        token, pronouns = self._frame[index], self._language.pronouns
        subjects = pronouns.he | pronouns.she | pronouns.they | pronouns.expletive
        return token.capital or token.lower in subjects | self._language.grammar.determiners

    def _by_agent(self, index: int) -> Cue | None:
        """``was accused by Osei of ...``, ``was told by Osei that ...``, ``was called "a disgrace" by Osei``."""
        kind, grammar = self._words.kind(index), self._language.grammar
        by = self._agent_word(index, kind)
        if kind is None or by is None:
            return None
        links = {link for linked in self._language.verbs.linked for link in linked.links}
        if kind is CueKind.LABEL:
            links = links | self._language.verbs.as_word
        stop = next((n for n in range(by + 1, len(self._frame)) if self._frame[n].lower in links), None)
        agent = self._phrases.starting(by + 1, stop=stop)
        if agent is None:
            return None
        if kind in (CueKind.TELL, CueKind.ACCUSE):
            return cue_at(self._frame, index, index + 1, kind, agent, inverted=True)
        announced = self._frame[index].lower in self._language.verbs.announced
        after = self._frame[agent.last].lower if agent.last < len(self._frame) else ""
        infinitive = kind in (CueKind.SAY, CueKind.SHOW) and after in self._language.verbs.to
        if kind is not CueKind.LABEL and not (announced or (infinitive and by == index + 1)):
            return None
        first = self._first_auxiliary(index)
        told = self._frame[:first]
        whose = infinitive or any(t.lower in grammar.of | grammar.owners for t in told)
        if kind is not CueKind.LABEL and not whose:
            return None
        span = Span(start_char=self._frame[index].start, end_char=self._frame[index].end)
        cue = cue_at(self._frame, first, index + 1, CueKind.PASSIVE, agent, inverted=True)
        return replace(cue, span=span, word=self._frame[index].lower)

    def _agent_word(self, index: int, kind: CueKind | None) -> int | None:
        """Index of "by" after a passive: right behind it, or behind what somebody is called."""
        by = self._language.grammar.by
        start = (
            past_time(self._frame, index + 1, self._language)
            if self._frame[index].lower in self._language.verbs.announced
            else index + 1
        )
        reach = len(self._frame) if kind is CueKind.LABEL else start + 1
        for later in range(index + 1, min(reach, len(self._frame))):
            token = self._frame[later]
            if token.quote < 0 and token.lower in by:
                return later
            if token.quote < 0 and (token.text in ",;:" or token.lower in self._language.verbs.finite):
                return None
        return None

    def _first_auxiliary(self, index: int) -> int:
        """``has for decades been rumoured``: back over auxiliaries and what stands between them."""
        first = index - 1
        for earlier in range(index - 1, max(-1, index - 6), -1):
            lower = self._frame[earlier].lower
            between = self._language.times | self._language.grammar.prepositions | {"decades"}
            if lower in self._language.verbs.auxiliaries:
                first = earlier
            elif lower not in between:
                break
        return first

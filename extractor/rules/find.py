"""Find the claims of an article: attributions, floating quotations, interview turns, the article's own figures."""

from collections.abc import Sequence
from dataclasses import dataclass

from extractor.rules.attribution import Attributor
from extractor.rules.candidates import of_entity
from extractor.rules.compose import Saying, claim_text
from extractor.rules.contents import Content, ContentReader
from extractor.rules.cues import Cue, CueKind
from extractor.rules.features import Statement
from extractor.rules.judged import judge
from extractor.rules.names import registry
from extractor.rules.nesting import Attribution
from extractor.rules.own import states_own
from extractor.rules.phrases import Phrase, PhraseReader
from extractor.rules.reading import Reading, TokenKind, Unit, read
from extractor.rules.resolve import Resolved, Resolver
from extractor.rules.turns import Turn, turns
from extractor.schema import (
    Article,
    ClaimDraft,
    PartDraft,
    Quotation,
    Sentence,
    SourceDraft,
    SourceKind,
    Span,
)

_ANONYMOUS = "unnamed"
_MIN_FLOATING_WORDS = 4
_MIN_GOING_ON_WORDS = 3
"""Right after another quotation of the same paragraph."""
_MAIN_VERB_TOKENS = 7
"""The main verb of a sentence that goes on with reported speech stands among so many words."""
_MIN_OWN_WORDS = 3
_MAX_OWN_WORDS = 60


@dataclass(frozen=True, slots=True)
class Found:
    """A draft with the names its source might also be."""

    draft: ClaimDraft
    candidates: tuple[str, ...]


@dataclass(slots=True)
class _LastQuoted:
    """Who spoke in the unit before, and whether that was in quotation marks."""

    resolved: Resolved
    cue: PartDraft | None
    paragraph: int
    quoted: bool
    unit: int


def find_all(article: Article, sentences: Sequence[Sentence]) -> tuple[Found, ...]:
    """Find the claims with everything known about their sources, in reading order.

    Args:
        article: The article.
        sentences: Its sentences as `segment` gave them; empty ones give no claims.
    """
    if not sentences:
        return ()
    return _Finder(read(article, sentences)).find()


class _Finder:
    """Goes through the units of one article in reading order."""

    def __init__(self, reading: Reading) -> None:
        self._reading = reading
        self._language = reading.language
        self._names = registry(reading)
        self._resolver = Resolver(reading, self._names)
        self._contents = ContentReader(reading)
        self._found: list[Found] = []
        self._last: _LastQuoted | None = None

    def find(self) -> tuple[Found, ...]:
        by_sentence = {turn.sentence: turn for turn in turns(self._reading, self._names)}
        for number, unit in enumerate(self._reading.units):
            turn = by_sentence.get(unit.sentences[0].index)
            if turn is not None:
                self._turn(unit, by_sentence)
            else:
                self._unit(number, unit)
        ordered = sorted(self._found, key=lambda found: found.draft.content.spans[0].start_char)
        return tuple(ordered)

    def _turn(self, unit: Unit, by_sentence: dict[int, Turn]) -> None:
        for sentence in unit.sentences:
            turn = by_sentence[sentence.index]
            content = self._contents.of_sentence(sentence.index, Quotation.DIRECT)
            if content is None or not turn.answers:
                continue
            if turn.body_start is not None:
                content = self._contents.after(content, turn.body_start)
            if content is not None and turn.source is not None:
                self._add(content, Resolved(turn.source), None)

    def _unit(self, number: int, unit: Unit) -> None:
        phrases = PhraseReader(unit.frame, self._names, self._language)
        attributor = Attributor(unit.frame, phrases, self._language)
        back = attributor.pointing_back() if number else None
        if back is not None and self._pointed_back(number, unit, back):
            return
        attributions = attributor.read()
        subject = self._resolver.current = attributor.main_subject()
        spoke: _LastQuoted | None = None
        for attribution in attributions:
            spoke = self._attribution(number, unit, attribution) or spoke
        taken = {block for attribution in attributions for block in attribution.blocks}
        free = [token.quote for token in unit.frame if token.kind is TokenKind.QUOTE and token.quote not in taken]
        if free:
            spoke = self._floating(number, unit, free, attributor.introduction()) or spoke
        if spoke is not None:
            self._last = spoke
        if subject is not None:
            self._resolver.subjects.append((unit.sentences[0].index, subject))
        if not free and self._names_only(attributions, unit):
            self._own(unit)
        elif not attributions and not free and not self._backshifted(number, unit):
            self._own(unit)
        elif attributions and not free:
            self._own_before(unit, attributions[0].cue)

    def _names_only(self, attributions: Sequence[Attribution], unit: Unit) -> bool:
        """``Cases of what the board called a fever rose by 9 per cent``: the sentence stays the article's own."""
        firsts = [unit.frame[clause[0].first].lower for found in attributions for clause in found.clauses]
        return bool(firsts) and self._language.pronouns.fused.issuperset(firsts)

    def _pointed_back(self, number: int, unit: Unit, cue: Cue) -> bool:
        """Attribute the sentence before, unless somebody has said it already."""
        sentence = self._reading.units[number - 1].sentences[-1]
        content = self._contents.of_sentence(sentence.index, Quotation.INDIRECT)
        told = [found for found in self._found if sentence.index in found.draft.sentences]
        if content is None or any(found.draft.source.kind is not SourceKind.ARTICLE for found in told):
            return False
        self._found = [found for found in self._found if found not in told]
        resolved, part = self._source(cue, unit), self._cue_part(cue)
        self._add(content, resolved, part)
        self._last = _LastQuoted(resolved, part, unit.paragraph, False, number)
        return True

    def _attribution(self, number: int, unit: Unit, attribution: Attribution) -> _LastQuoted | None:
        cue = attribution.cue
        resolved = self._source(cue, unit)
        chain = tuple(self._chained(phrase, unit) for phrase in attribution.chain)
        part = self._cue_part(cue)
        contents = self._contents.of_blocks(unit, attribution.blocks)
        for clause in attribution.clauses:
            content = self._contents.of_clause(unit.frame, clause)
            if content is not None:
                contents.append(self._contents.running_on(unit.frame, clause[-1], content, contents))
        for content in contents:
            self._add(content, resolved, part, chain)
        return _LastQuoted(resolved, part, unit.paragraph, bool(attribution.blocks), number)

    def _backshifted(self, number: int, unit: Unit) -> bool:
        """Go on with the speaker of the sentence before where the verb can only be reported speech."""
        last = self._last
        verbs = self._language.verbs
        if last is None or last.unit < number - 1 or last.paragraph != unit.paragraph:
            return False
        plain = [token.lower for token in unit.frame if not token.capital]
        hedged = verbs.conditions | verbs.negations
        conditional = not hedged.isdisjoint(token.lower for token in unit.frame)
        future = not conditional and not verbs.future_past.isdisjoint(plain[:_MAIN_VERB_TOKENS])
        if not future and verbs.backshift.isdisjoint(plain):
            return False
        for sentence in unit.sentences:
            quoted = self._reading.quotes_between(sentence.span.start_char, sentence.span.end_char)
            kind = Quotation.MIXED if quoted else Quotation.INDIRECT
            content = self._contents.of_sentence(sentence.index, kind)
            if content is not None:
                self._add(content, last.resolved, None)
        self._last = _LastQuoted(last.resolved, None, unit.paragraph, False, number)
        return True

    def _chained(self, phrase: Phrase, unit: Unit) -> SourceDraft:
        resolver = Resolver(self._reading, self._names)
        return resolver.resolve(phrase, unit.sentences[0].index).source

    def _source(self, cue: Cue, unit: Unit) -> Resolved:
        if cue.subject is None and cue.kind is not CueKind.HEARSAY and self._last is not None:
            return _doubted(self._last.resolved, f"“{cue.word}” has no subject; this is who spoke before")
        if cue.subject is None or cue.word in self._language.verbs.heard:
            return Resolved(SourceDraft(name=_ANONYMOUS, kind=SourceKind.ANONYMOUS))
        sentence = unit.frame[min(cue.subject.first, len(unit.frame) - 1)].sentence
        return self._resolver.resolve(cue.subject, sentence)

    def _cue_part(self, cue: Cue) -> PartDraft | None:
        if cue.span is None:
            return None
        return PartDraft(text=cue.span.of(self._reading.text), spans=(cue.span,))

    def _floating(self, number: int, unit: Unit, free: Sequence[int], introduction: Cue | None) -> _LastQuoted | None:
        """Quotations without an attribution of their own."""
        contents = self._contents.of_blocks(unit, free)
        last = self._last
        goes_on = last is not None and last.quoted and last.unit == number - 1 and last.paragraph == unit.paragraph
        least = _MIN_GOING_ON_WORDS if goes_on else _MIN_FLOATING_WORDS
        long_enough = [c for c in contents if len(c.draft(self._reading.text).text.split()) >= least]
        if not long_enough:
            return None
        spoke = self._speaker_of_floating(number, unit, free[0], introduction)
        if spoke is None:
            return None
        for content in contents:
            self._add(content, spoke.resolved, spoke.cue)
        return spoke

    def _speaker_of_floating(self, number: int, unit: Unit, first: int, introduction: Cue | None) -> _LastQuoted | None:
        quote = self._reading.quotes[first]
        last = self._last
        if quote.continues and last is not None:
            return _LastQuoted(last.resolved, last.cue, unit.paragraph, True, number)
        if introduction is not None and introduction.subject is not None:
            resolved = self._source(introduction, unit)
            return _LastQuoted(resolved, None, unit.paragraph, True, number)
        if last is not None and last.unit == number - 1 and last.paragraph == unit.paragraph:
            cue = last.cue if last.quoted else None
            return _LastQuoted(last.resolved, cue, unit.paragraph, True, number)
        return self._neighbour(number, unit)

    def _neighbour(self, number: int, unit: Unit) -> _LastQuoted | None:
        """Who speaks in a floating quotation, by the sentences around it."""
        before = self._reading.units[number - 1] if number else None
        start = unit.sentences[0].span.start_char
        index = unit.sentences[0].index
        if before is not None and before.paragraph == unit.paragraph:
            phrases = PhraseReader(before.frame, self._names, self._language)
            introduction = Attributor(before.frame, phrases, self._language).main_subject()
            if introduction is not None:
                resolved = self._resolver.resolve(introduction, index - 1)
                resolved = _doubted(resolved, "the quotation names nobody; the sentence before does")
                return _LastQuoted(resolved, None, unit.paragraph, True, number)
        if self._last is not None and self._last.unit >= number - 2:
            resolved = _doubted(self._last.resolved, "the quotation names nobody; this is who spoke before")
            return _LastQuoted(resolved, None, unit.paragraph, True, number)
        people = self._resolver.last_named(start, index)
        if not people:
            return None
        names = tuple(entity.name for entity in people[:4])
        mention = max((s for s in people[0].mentions if s.start_char < start), key=lambda s: s.start_char)
        part = PartDraft(text=mention.of(self._reading.text), spans=(mention,))
        note = "the quotation names nobody; this is who was named last"
        resolved = of_entity(people[0], part, note)
        resolved = Resolved(resolved.source, resolved.entity, names)
        return _LastQuoted(resolved, None, unit.paragraph, True, number)

    def _own(self, unit: Unit) -> None:
        """The article's own statements: narrow on purpose."""
        for sentence in unit.sentences:
            content = self._contents.of_sentence(sentence.index, Quotation.NONE)
            if content is None:
                continue
            text = content.draft(self._reading.text).text
            words = text.split()
            if not _MIN_OWN_WORDS <= len(words) <= _MAX_OWN_WORDS or not self._is_sentence(sentence):
                continue
            if not states_own(text, self._language):
                continue
            name = self._reading.article.metadata.publisher or "the article"
            self._add(content, Resolved(SourceDraft(name=name, kind=SourceKind.ARTICLE)), None)

    def _own_before(self, unit: Unit, cue: Cue) -> None:
        """``Two men died in the fire, reportedly set by ...``: the main clause that the attribution leaves alone."""
        trailing = cue.kind in (CueKind.HEARSAY, CueKind.PARTICIPLE) or cue.shared
        if not trailing or cue.first < _MIN_OWN_WORDS or unit.frame[cue.first - 1].text != ",":
            return
        span = Span(start_char=unit.frame[0].start, end_char=unit.frame[cue.first - 2].end)
        taken = any(s.overlaps(span) for found in self._found for s in found.draft.content.spans)
        if taken or not states_own(span.of(self._reading.text), self._language):
            return
        name = self._reading.article.metadata.publisher or "the article"
        content = Content((span,), Quotation.NONE, (unit.sentences[0].index,))
        self._add(content, Resolved(SourceDraft(name=name, kind=SourceKind.ARTICLE)), None)

    def _is_sentence(self, sentence: Sentence) -> bool:
        """Lines without a full stop or a verb are captions, tables and navigation."""
        tokens = self._reading.tokens[sentence.index]
        ended = self._reading.text[sentence.span.end_char - 1] in ".!…\"”»'’)"
        verbs = self._language.verbs
        known = verbs.finite | self._language.worth.rates
        finite = any(t.lower in known or (verbs.past_endings and t.lower.endswith(verbs.past_endings)) for t in tokens)
        return ended and finite

    def _add(
        self, content: Content, resolved: Resolved, cue: PartDraft | None, chain: tuple[SourceDraft, ...] = ()
    ) -> None:
        text = content.draft(self._reading.text)
        source = resolved.source
        statement = Statement(
            text=text.text, cue=cue.text if cue else "", quotation=content.quotation, source=source.kind
        )
        judgement = judge(statement, self._language)
        saying = Saying(
            content=text.text,
            quotation=content.quotation,
            cue=statement.cue,
            source=source,
            pronoun=self._resolver.only_pronoun(resolved, text.text, content.sentences),
            determined=resolved.entity is not None and resolved.entity.determined > 0,
        )
        draft = ClaimDraft(
            text=claim_text(saying, self._language),
            content=text,
            quotation=content.quotation,
            source=source,
            cue=cue,
            chain=(*chain, *resolved.chain),
            kind=judgement.kind,
            check_worthiness=judgement.score,
            check_worthiness_reason=judgement.reason,
            sentences=content.sentences,
        )
        self._found.append(Found(draft, resolved.candidates))


def _doubted(resolved: Resolved, note: str) -> Resolved:
    source = resolved.source.model_copy(update={"uncertain": resolved.source.uncertain or note})
    return Resolved(source, resolved.entity, resolved.candidates, resolved.chain)

"""Decide which cues hold in a unit, and what each of them attributes."""

from extractor.rules.according import AccordingReader
from extractor.rules.adverbials import AdverbialReader
from extractor.rules.chunks import EntityKind
from extractor.rules.clauses import ClauseReader, Stretch
from extractor.rules.cuefinder import CueFinder
from extractor.rules.cues import Cue, CueKind, cue_at, follows_block
from extractor.rules.language import Language
from extractor.rules.nesting import Attribution, Nesting
from extractor.rules.passives import PassiveReader
from extractor.rules.phrases import Phrase, PhraseReader
from extractor.rules.reading import Token, TokenKind
from extractor.rules.relatives import RelativeReader
from extractor.rules.subjects import SubjectReader

_MAX_AUXILIARIES = 4
"""So many words may stand between "who" and its verb: "who has since repeatedly said"."""


class Attributor:
    """Reads the attributions of one frame."""

    def __init__(self, frame: tuple[Token, ...], phrases: PhraseReader, language: Language) -> None:
        self._frame = frame
        self._phrases = phrases
        self._language = language
        self._finder = CueFinder(frame, phrases, language)
        self._subjects = SubjectReader(frame, phrases, language)
        self._clauses = ClauseReader(frame, language)
        self._adverbials = AdverbialReader(frame, phrases, self._clauses, language)
        self._according = AccordingReader(frame, self._clauses, self._adverbials, language)
        self._passives = PassiveReader(frame, self._clauses, language)
        self._relatives = RelativeReader(frame, language)
        self._nesting = Nesting(frame, self._adverbials, language)
        self._inserted: dict[int, Cue] = {}
        """What reports a cue from between its subject and its verb, by where the cue begins."""
        self._end = self._clauses.without_final_marks(0, len(frame)).last

    def read(self) -> list[Attribution]:
        """Return the attributions in reading order; each attributes something."""
        cues = self._finder.find()
        found: list[Attribution] = []
        while cues:
            found = self._attributions(self._holding(cues))
            empty = [
                a.cue for n, a in enumerate(found) if not a.clauses and not a.blocks and not self._passes_on(found, n)
            ]
            if not empty:
                break
            idle = next((cue for cue in reversed(empty) if cue.kind is not CueKind.ACCORDING), empty[-1])
            # A word that attributes nothing here must not cut short what another one attributes.
            cues = [cue for cue in cues if cue is not idle]
            found = []
        self._nesting.settle(found)
        self._part_blocks(found)
        self._deny(found)
        found = [a for a in found if a.clauses or a.blocks]
        self._give_blocks(found)
        for attribution in found:
            self._cite(attribution)
        return found

    def _cite(self, attribution: Attribution) -> None:
        """``Reuters reported the pump had failed, citing officials``: they say it, the agency passes it on."""
        cue, verbs, frame = attribution.cue, self._language.verbs, self._frame
        if cue.subject is None or cue.subject.pronoun or not (cue.word in verbs.passing_on or self._prints(cue)):
            return
        for index in range(1, len(frame) - 1):
            if frame[index].lower not in verbs.citing or frame[index - 1].text != "," or frame[index].quote >= 0:
                continue
            inside = cue.subject.last == index - 1 and index < cue.first
            cited = self._phrases.starting(index + 1) if inside or index > cue.end else None
            if cited is None or not self._speaks(cited):
                continue
            attribution.chain.append(cue.subject)
            attribution.cue = cue_at(frame, index, index + 1, CueKind.PARTICIPLE, cited)
            attribution.clauses = [self._up_to(clause, index - 1) for clause in attribution.clauses]
            return

    def _prints(self, cue: Cue) -> bool:
        """``the paper said, citing officials``: the press says what others told it."""
        press = cue.subject is not None and bool(self._language.nouns.press.intersection(cue.subject.words))
        return press and cue.kind in (CueKind.SAY, CueKind.TELL)

    def _speaks(self, phrase: Phrase) -> bool:
        """Tell whether a phrase is of people, bodies or documents, not "health reasons"."""
        if phrase.entity is not None:
            return phrase.entity.kind is not EntityKind.PLACE
        return not phrase.pronoun and self._phrases.can_speak(phrase)

    def _up_to(self, clause: tuple[Stretch, ...], stop: int) -> tuple[Stretch, ...]:
        """End a content that lies before a place there."""
        return tuple(Stretch(s.first, min(s.last, stop)) if s.first < stop else s for s in clause)

    def _passes_on(self, found: list[Attribution], number: int) -> bool:
        """``Reuters reported Osei said``: what one reports the next one says."""
        cue = found[number].cue
        blames = cue.kind is CueKind.ACCUSE and not cue.word.endswith(self._language.participle_endings or ("\0",))
        return number + 1 < len(found) and not blames and self._nesting.nested(cue, found[number + 1].cue)

    def _attributions(self, cues: list[Cue]) -> list[Attribution]:
        found = [Attribution(cue) for cue in cues]
        for attribution in found:
            reporter = self._inserted.get(attribution.cue.first)
            if reporter is not None and reporter.subject is not None:
                attribution.chain.append(reporter.subject)
        for number, attribution in enumerate(found):
            last = found[number - 1].cue if number else None
            low = 0 if last is None else last.end
            if last is not None and last.subject is not None and self._opens(last):
                low = last.subject.first
            if attribution.cue.kind is CueKind.HEARSAY:
                joint = self._joint(low, attribution.cue.first)
                low = low if joint is None else joint + 1
            high = self._boundary(found[number + 1].cue) if number + 1 < len(found) else self._end
            self._attribute(attribution, low, high, first=number == 0)
        return found

    def _boundary(self, cue: Cue) -> int:
        """Where the content before a cue's attribution ends: before its comma and conjunction."""
        index = cue.start
        if cue.kind is CueKind.HEARSAY:
            index = self._joint(0, cue.first) or index
        joiners = self._language.grammar.conjunctions | self._language.grammar.absolute
        verbs = self._language.verbs
        while cue.kind is CueKind.PARTICIPLE and index > 1 and self._frame[index - 1].lower in verbs.auxiliaries:
            index -= 1
        while index > 0 and (self._frame[index - 1].text in ",;—–" or self._frame[index - 1].lower in joiners):
            index -= 1
        return index

    def _holding(self, cues: list[Cue]) -> list[Cue]:
        """Leave out cues that are part of what another cue says."""
        held: list[Cue] = []
        for cue in cues:
            if not held:
                held.append(cue)
                continue
            last = held[-1]
            if self._holds_inserted(cue, last):
                held[-1] = cue
                self._inserted[cue.first] = last
                continue
            if cue.start < last.end and cue.kind is not CueKind.ACCORDING:
                if last.kind in (CueKind.QUOTE, CueKind.HEARSAY) and cue.kind in (
                    CueKind.SAY,
                    CueKind.TELL,
                    CueKind.PARTICIPLE,
                ):
                    held[-1] = cue
                elif cue.kind is CueKind.PARTICIPLE and cue.first >= last.end and self._opens_freshly(cue):
                    held.append(cue)
                continue
            if (
                self._opens_freshly(cue)
                or self._nesting.nested(last, cue)
                or last.kind in (CueKind.QUOTE, CueKind.HEARSAY)
            ):
                held.append(cue)
        named = [cue for cue in held if cue.kind is not CueKind.HEARSAY]
        if not named:
            return held
        return [cue for n, cue in enumerate(held) if cue.kind is not CueKind.HEARSAY or self._stands_apart(held, n)]

    def _stands_apart(self, cues: list[Cue], number: int) -> bool:
        """Tell whether hearsay has a main clause of its own, so that no other cue attributes it."""
        cue, last = cues[number], len(cues) - 1
        opens = number == 0 or self._joint(cues[number - 1].end, cue.first) is not None
        return opens and (number == last or self._joint(cue.last, cues[number + 1].start + 1) is not None)

    def _joint(self, low: int, high: int) -> int | None:
        """Where the last main clause between two places begins: behind a semicolon or a conjunction."""
        grammar = self._language.grammar
        for index in range(high - 1, low - 1, -1):
            token = self._frame[index]
            if token.quote >= 0:
                continue
            joins = token.lower in grammar.splitters and self._frame[index - 1].text == ","
            if token.lower in grammar.contrasting or (joins and self._clauses.own_subject(index + 1, self._end)):
                return index
            if token.text == ";":
                return index
        return None

    def _holds_inserted(self, cue: Cue, last: Cue) -> bool:
        """``Witnesses, according to the Courier, said``: who is inserted reports them."""
        inside = last.kind is CueKind.ACCORDING and not cue.inverted and cue.subject is not None
        return inside and cue.subject is not None and cue.subject.last <= last.first and last.end <= cue.first

    def _opens_freshly(self, cue: Cue) -> bool:
        """Tell whether a cue's attribution stands at a clause boundary."""
        start = cue.first if cue.kind is CueKind.PARTICIPLE else cue.start
        if start <= 0:
            return True
        before = self._frame[start - 1]
        if before.kind is TokenKind.QUOTE or before.text in ",;:—–()":
            return True
        if cue.kind in (CueKind.ACCORDING, CueKind.PARTICIPLE, CueKind.HEARSAY):
            return cue.kind is not CueKind.HEARSAY
        follows = cue.shared and before.lower in self._language.pronouns.who
        grammar = self._language.grammar
        if before.lower in grammar.absolute and self._frame[cue.first].lower.endswith(
            self._language.participle_endings or ("\0",)
        ):
            return True
        return follows or before.lower in grammar.splitters | grammar.contrasting

    def _attribute(self, attribution: Attribution, low: int, high: int, *, first: bool) -> None:
        cue = attribution.cue
        match cue.kind:
            case CueKind.ACCORDING:
                attribution.blocks = [t.quote for t in self._frame[low:high] if t.kind is TokenKind.QUOTE]
                attribution.clauses = self._according.contents(cue, low, self._colon(cue, high))
                return
            case CueKind.HEARSAY:
                attribution.clauses = self._passives.hearsay(cue, low, high)
                return
            case CueKind.PASSIVE:
                attribution.clauses = self._passives.with_agent(cue, low, high)
                return
            case _:
                pass
        if self._opens(cue):
            high = self._clause_end(cue, high)
        before = [t.quote for t in self._frame[low : cue.start] if t.kind is TokenKind.QUOTE]
        after = [t.quote for t in self._frame[cue.end : max(high, cue.end)] if t.kind is TokenKind.QUOTE]
        high = self._clause_end(cue, high)
        start, hearers = self._adverbials.content_start(cue, high)
        attribution.chain.extend(hearers)
        follows = cue.inverted or (self._closes_block(cue) and (first or cue.kind is not CueKind.PARTICIPLE))
        attribution.blocks = [*before, *after] if follows or first else after
        if follows and attribution.blocks:
            return
        quoted = start < high and self._frame[start].kind is TokenKind.QUOTE
        if quoted and not before and self._interrupts(attribution, low, start):
            return
        leads = not before and not (quoted and self._frame[start - 1].text == ":")
        attribution.clauses = self._clauses_of(cue, low, start, high, leads=leads)

    def _colon(self, cue: Cue, high: int) -> int:
        """``According to Osei the pump failed: "..."``: what is reported ends there; quotations leave nothing else."""
        quote = next((n for n in range(high) if self._frame[n].kind is TokenKind.QUOTE), high)
        if quote == high:
            return high
        said = self._frame[quote - 2].lower in self._language.verbs.say | self._language.verbs.tell
        introduced = quote > cue.end + 1 and self._frame[quote - 1].text == ":" and not said
        return quote - 1 if introduced else cue.first

    def _clause_end(self, cue: Cue, high: int) -> int:
        """``China, which claims the island, sent ...``: what a relative clause attributes ends with the clause."""
        frame, who = self._frame, self._language.pronouns.who
        if cue.subject is not None and self._opens(cue):
            return min(high, cue.subject.first - 1)
        if cue.inverted or cue.first < 2 or not self._language.lexicon.verbs:
            return high
        commas = [n for n in range(cue.end + 1, high - 1) if frame[n].text == "," and frame[n].quote < 0]
        if self._opens_subordinate(cue):
            return next((n for n in commas if self._clauses.own_subject(n + 1, high, past=True)), high)
        opener = next(
            (n for n in range(cue.first - 1, max(0, cue.first - _MAX_AUXILIARIES), -1) if frame[n].lower in who), 0
        )
        if not opener or frame[opener - 1].text != ",":
            return high
        return next((n for n in commas if frame[n + 1].kind is not TokenKind.QUOTE), high)

    def _opens(self, cue: Cue) -> bool:
        """``After saying the pump had failed, Osei left``: the participle opens the sentence, its subject follows."""
        return cue.kind is CueKind.PARTICIPLE and cue.subject is not None and cue.first < 2 < cue.subject.first

    def _opens_subordinate(self, cue: Cue) -> bool:
        """``When Osei announced her resignation, Brandt ...``: the clause of the cue opens the sentence."""
        subject, grammar = cue.subject, self._language.grammar
        if subject is None or cue.start == 0 or self._frame[cue.start - 1].lower not in grammar.subordinators:
            return False
        return cue.start == 1 or self._frame[cue.start - 2].text == ","

    def _interrupts(self, attribution: Attribution, low: int, start: int) -> bool:
        """``The pump, Osei said, "had failed at noon"``: the quotation goes on with the clause before."""
        leading, block = self._leading(attribution.cue, low), self._frame[start]
        if leading is None or self._frame[start - 1].text != "," or self._clauses.is_connective(leading):
            return False
        if not block.resumes or self._clauses.is_adverbial(leading, clauseless=False):
            return False
        attribution.blocks.remove(block.quote)
        attribution.clauses = [(leading, Stretch(start, start + 1))]
        return True

    def _clauses_of(self, cue: Cue, low: int, start: int, high: int, *, leads: bool) -> list[tuple[Stretch, ...]]:
        """Return the indirect contents of a verb: around it, before it, or after it."""
        clauses = self._clauses
        post = self._without_blocks(start, high)
        relative = None if post is None else self._relatives.content(cue, post, low)
        if relative is not None:
            return [relative]
        leading = self._leading(cue, low)
        post = self._said_behind(leading if leads else None, post)
        if leading is not None and leads:
            if post is not None and clauses.resumes(post, leading):
                rest = self._without_comma(post)
                if clauses.has_finite(Stretch(leading.first, rest.last)) and not clauses.is_connective(leading):
                    return self._around(leading, rest)
            elif post is None and (clauses.ends_as_clause(leading) or self._fronted(cue, leading)):
                return [(part,) for part in clauses.split(leading)]
            elif not clauses.is_adverbial(leading) and (post is None or not clauses.is_content(cue, post)):
                return [(part,) for part in clauses.split(leading)]
        aside = leading is None or clauses.is_connective(leading)
        if post is not None and (start > cue.end or leading is not None) and aside:
            post = self._without_comma(post)
        if post is not None and clauses.hangs_on(cue, post):
            post = Stretch(post.first + 1, post.last)
        if post is None or post.last <= post.first or not clauses.is_content(cue, post):
            return []
        return [(part,) for part in clauses.split(clauses.content_of(post, labels=cue.kind is CueKind.LABEL))]

    def _said_behind(self, leading: Stretch | None, post: Stretch | None) -> Stretch | None:
        """``The pump failed, Osei said in an update on Sunday``: None for no verb and no quoted word behind it."""
        clauses = self._clauses
        if leading is None or post is None or not clauses.has_finite(leading):
            return post
        words = self._frame[post.first : post.last]
        if clauses.is_adverbial(leading, clauseless=False) or any(token.quote >= 0 for token in words):
            return post
        led = words[0].lower in self._language.phrases.manner and not any(token.finite for token in words)
        return None if led or words[0].text in "—–" else post

    def _apposed(self, cue: Cue, leading: Stretch) -> bool:
        """``His daughter, and member of the party, Ruta Osei wrote``: what stands before is who she is."""
        entity = cue.subject.entity if cue.subject is not None else None
        if entity is None or self._clauses.has_finite(leading):
            return False
        words = self._frame[leading.first : leading.last]
        nouns, grammar = self._language.nouns, self._language.grammar
        opens = words[0].lower in grammar.determiners or words[0].lower in nouns.roles
        return opens and any(token.lower in nouns.callings for token in words)

    def _tells_of(self, post: Stretch) -> bool:
        """``said of Brandt: "..."``: before a quotation a preposition and a noun are only what it is about."""
        quote = post.last + 1
        if quote >= len(self._frame) or self._frame[quote].kind is not TokenKind.QUOTE:
            return False
        prepositional = self._frame[post.first].lower in self._language.grammar.prepositions
        return prepositional and not self._clauses.has_finite(post)

    def _fronted(self, cue: Cue, leading: Stretch) -> bool:
        """``Für die Stadt bestehe keine Gefahr, sagte Osei``: it opens with a preposition, and is a clause."""
        return self._language.verbs.inverts and cue.inverted and self._clauses.has_finite(leading)

    def _around(self, leading: Stretch, rest: Stretch) -> list[tuple[Stretch, ...]]:
        """Unite what stands around an attribution, unless a main clause of its own follows it."""
        clauses, language = self._clauses, self._language
        joined = self._frame[rest.first].lower in language.grammar.splitters and rest.first + 2 < rest.last
        that = joined and self._frame[rest.first + 1].lower in language.phrases.that
        own = that or (joined and clauses.own_subject(rest.first + 1, rest.last, past=True))
        if joined and own and clauses.has_finite(leading):
            after = Stretch(rest.first + 1 + that, rest.last)
            return [(leading,), *((part,) for part in clauses.split(after))]
        first, *others = clauses.split(rest)
        return [(leading, first), *((part,) for part in others)]

    def _closes_block(self, cue: Cue) -> bool:
        """``"...," Osei said``: the attribution follows the quotation."""
        return follows_block(self._frame, cue.start)

    def _leading(self, cue: Cue, low: int) -> Stretch | None:
        """The clause before ``, Osei said``."""
        if cue.kind not in (CueKind.SAY, CueKind.SHOW, CueKind.TELL) or cue.start < 1:
            return None
        start = cue.start - (self._frame[cue.start - 1].lower in self._language.verbs.as_word)
        if start < 1 or self._frame[start - 1].text not in ",–—":
            return None
        first = self._clauses.after_semicolon(low, start)
        while first < start and (
            self._frame[first].text in ",;:.—–" or self._frame[first].lower in self._language.grammar.coordinators
        ):
            first += 1
        leading = Stretch(first, start - 1)
        return leading if first < start - 1 and not self._apposed(cue, leading) else None

    def _without_comma(self, stretch: Stretch) -> Stretch:
        first = stretch.first + 1 if self._frame[stretch.first].text == "," else stretch.first
        return Stretch(first, stretch.last)

    def _without_blocks(self, start: int, high: int) -> Stretch | None:
        """The words from `start` up to the first block quotation."""
        end = next((n for n in range(start, high) if self._frame[n].kind is TokenKind.QUOTE), high)
        stretch = self._clauses.without_final_marks(start, end)
        return stretch if stretch.last > stretch.first and not self._tells_of(stretch) else None

    def _part_blocks(self, found: list[Attribution]) -> None:
        """``Osei noted the board was dismayed: "We wait," she said``: one quotation has one attribution."""
        for own in found:
            adds = own.cue.kind is CueKind.PARTICIPLE and own is not found[0]
            if own.cue.subject is None or adds or not self._closes_block(own.cue):
                continue
            for other in found:
                if other is not own and other.cue.first < own.cue.first:
                    other.blocks = [block for block in other.blocks if block not in own.blocks]

    def _deny(self, found: list[Attribution]) -> None:
        """``rejected the union's claim that the line was unsafe``: what one denies another claims."""
        for denial in list(found):
            if denial.cue.word not in self._language.verbs.deny or not denial.clauses:
                continue
            claimed = self._finder.claimed(denial.cue.last, denial.clauses[0][0].first)
            if claimed is not None:
                found.append(Attribution(claimed, list(denial.clauses)))

    def _give_blocks(self, found: list[Attribution]) -> None:
        """Give block quotations that no attribution reached to the nearest one that names a source."""
        if not found:
            return
        taken = {quote for attribution in found for quote in attribution.blocks}
        for index, token in enumerate(self._frame):
            if token.kind is not TokenKind.QUOTE or token.quote in taken:
                continue
            sourced = [a for a in found if a.cue.subject is not None]
            if sourced:
                nearest = min(sourced, key=lambda a: abs(a.cue.first - index))
                nearest.blocks = sorted([*nearest.blocks, token.quote])

    def pointing_back(self) -> Cue | None:
        """Return the cue of a sentence that attributes the one before: ``Das teilte die Polizei mit``."""
        return self._finder.pointing_back()

    def main_subject(self) -> Phrase | None:
        """Return who the frame is about, as far as it can speak."""
        return self._subjects.main(len(self._frame))

    def introduction(self) -> Cue | None:
        """Return who introduces a quotation with a colon, or by an act without a cue verb."""
        quote = next((n for n, token in enumerate(self._frame) if token.kind is TokenKind.QUOTE), None)
        if not quote:
            return None
        subject = self._subjects.main(quote)
        if subject is None:
            return None
        return Cue(quote, quote, CueKind.NONE, "", None, subject)

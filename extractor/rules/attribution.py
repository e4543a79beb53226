"""Decide which cues hold in a unit, and what each of them attributes."""

from dataclasses import dataclass, field

from extractor.rules.cues import Cue, CueFinder, CueKind, follows_block
from extractor.rules.language import Language
from extractor.rules.names import EntityKind
from extractor.rules.phrases import Phrase, PhraseReader
from extractor.rules.reading import Token, TokenKind

_MIN_PRE_TOKENS = 6
_MAX_LEAD_TOKENS = 12


@dataclass(frozen=True, slots=True)
class Stretch:
    """A range of frame tokens, half-open."""

    first: int
    last: int


@dataclass(slots=True)
class Attribution:
    """One cue that holds, with what it attributes."""

    cue: Cue
    clauses: list[tuple[Stretch, ...]] = field(default_factory=list)
    """Indirect contents; several stretches where the attribution interrupts."""
    blocks: list[int] = field(default_factory=list)
    """Numbers of the block quotations, in reading order."""
    chain: list[Phrase] = field(default_factory=list)
    """Who reports the source, outermost first."""


class Attributor:
    """Reads the attributions of one frame."""

    def __init__(self, frame: tuple[Token, ...], phrases: PhraseReader, language: Language) -> None:
        self._frame = frame
        self._phrases = phrases
        self._language = language
        self._finder = CueFinder(frame, phrases, language)
        pronouns = language.pronouns
        self._subjects = pronouns.he | pronouns.she | pronouns.they | pronouns.it | pronouns.speaker
        self._end = self._without_final_marks(0, len(frame)).last

    def read(self) -> list[Attribution]:
        """Return the attributions in reading order; each attributes something."""
        cues = self._holding(self._finder.find())
        found = [Attribution(cue) for cue in cues]
        for number, attribution in enumerate(found):
            low = found[number - 1].cue.end if number else 0
            high = self._boundary(found[number + 1].cue) if number + 1 < len(found) else self._end
            self._attribute(attribution, low, high, first=number == 0)
        self._nest(found)
        found = [a for a in found if a.clauses or a.blocks]
        self._give_blocks(found)
        return found

    def _boundary(self, cue: Cue) -> int:
        """Where the content before a cue's attribution ends: before its comma and conjunction."""
        index = cue.start
        joiners = self._language.grammar.conjunctions
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
            if self._opens_freshly(cue) or self._nested(last, cue) or last.kind in (CueKind.QUOTE, CueKind.HEARSAY):
                held.append(cue)
        named = [cue for cue in held if cue.kind is not CueKind.HEARSAY]
        return named or held

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
        return before.lower in self._language.grammar.splitters

    def _nested(self, outer: Cue, inner: Cue) -> bool:
        """``Reuters reported that Osei said ...``."""
        if inner.word in self._language.verbs.mental or inner.subject is None or inner.subject.pronoun:
            return False
        if inner.kind not in (CueKind.SAY, CueKind.TELL):
            return False
        start, _ = self._content_start(outer, len(self._frame))
        return start == inner.start

    def _nest(self, found: list[Attribution]) -> None:
        for outer, inner in zip(found, found[1:], strict=False):
            both = outer.cue.subject is not None and inner.cue.subject is not None
            if both and self._nested(outer.cue, inner.cue) and not outer.blocks and outer.cue.subject:
                inner.chain.insert(0, outer.cue.subject)
                outer.clauses.clear()
        for reporter in list(found):
            if reporter.cue.kind is not CueKind.ACCORDING or reporter.cue.subject is None:
                continue
            if reporter.blocks:
                shared = [a for a in found if a is not reporter and set(a.blocks) & set(reporter.blocks)]
                for other in shared:
                    other.chain.insert(0, reporter.cue.subject)
                    reporter.blocks = []
                continue
            for other in found:
                if other is reporter or other.cue.kind is CueKind.PARTICIPLE or not (other.clauses or other.blocks):
                    continue
                if any(s.first <= other.cue.first < s.last for clause in reporter.clauses for s in clause):
                    other.chain.insert(0, reporter.cue.subject)
                    reporter.clauses.clear()
                    break

    def _attribute(self, attribution: Attribution, low: int, high: int, *, first: bool) -> None:
        cue = attribution.cue
        if cue.kind is CueKind.ACCORDING:
            self._attribute_according(attribution, low, high)
            return
        if cue.kind is CueKind.HEARSAY:
            self._attribute_hearsay(attribution, low, high)
            return
        before = [t.quote for t in self._frame[low : cue.start] if t.kind is TokenKind.QUOTE]
        after = [t.quote for t in self._frame[cue.end : max(high, cue.end)] if t.kind is TokenKind.QUOTE]
        start, hearers = self._content_start(cue, high)
        attribution.chain.extend(hearers)
        if cue.inverted or self._closes_block(cue):
            attribution.blocks = [*before, *after]
            if attribution.blocks:
                return
        attribution.blocks = after
        if before and first and not self._closes_block(cue):
            attribution.blocks = [*before, *after]
        post = self._without_blocks(start, high)
        leading = self._leading(cue, low)
        if leading is not None and not before:
            if post is not None and self._resumes(cue, post):
                rest = self._without_comma(post)
                if self._has_finite(Stretch(leading.first, rest.last)) and not self._is_connective(leading):
                    attribution.clauses = [(leading, rest)]
                    return
            elif not self._is_adverbial(leading) and (post is None or not self._is_content(cue, post)):
                attribution.clauses = [(part,) for part in self._split(leading)]
                return
        if post is not None and start > cue.end and self._frame[post.first].text == "," and leading is None:
            post = self._without_comma(post)
        if post is not None and post.last > post.first and self._is_content(cue, post):
            attribution.clauses = [(part,) for part in self._split(self._content_of(post))]

    def _closes_block(self, cue: Cue) -> bool:
        """``"...," Osei said``: the attribution follows the quotation."""
        return follows_block(self._frame, cue.start)

    def _leading(self, cue: Cue, low: int) -> Stretch | None:
        """The clause before ``, Osei said``."""
        if cue.kind not in (CueKind.SAY, CueKind.SHOW, CueKind.TELL) or cue.start < 1:
            return None
        if self._frame[cue.start - 1].text not in ",–—":
            return None
        first = low
        while first < cue.start and (
            self._frame[first].text in ",;:.—–" or self._frame[first].lower in self._language.grammar.conjunctions
        ):
            first += 1
        return Stretch(first, cue.start - 1) if first < cue.start - 1 else None

    def _is_connective(self, stretch: Stretch) -> bool:
        """``However,``, ``In 2016``-like openings of one word carry nothing."""
        return stretch.last - stretch.first == 1 and self._frame[stretch.first].lower in self._language.function_words

    def _is_adverbial(self, stretch: Stretch) -> bool:
        """``In a statement on Friday,``, ``When asked about it,``, ``Yesterday,``: not what is said."""
        language = self._language
        lead = self._frame[stretch.first]
        if not self._has_finite(stretch) and stretch.last - stretch.first < _MIN_PRE_TOKENS:
            return True
        if lead.lower in language.grammar.prepositions and not self._has_finite(stretch):
            return True
        if lead.lower in language.times and not self._has_finite(stretch):
            return True
        opener = lead.lower in language.grammar.prepositions or lead.lower in language.grammar.conjunctions
        return (opener or lead.lower.endswith(language.participle_endings or ("\0",))) and not self._comma_inside(
            stretch
        )

    def _comma_inside(self, stretch: Stretch) -> bool:
        return any(token.text == "," for token in self._frame[stretch.first : stretch.last])

    def _resumes(self, cue: Cue, post: Stretch) -> bool:
        """``The pump, Osei said, had failed``: a comma after the cue and the rest of the clause."""
        if self._frame[post.first].text != "," or post.last - post.first < 3:
            return False
        following = self._frame[post.first + 1].lower
        return following not in self._language.pronouns.who and not following.endswith(
            self._language.participle_endings or ("\0",)
        )

    def _without_comma(self, stretch: Stretch) -> Stretch:
        first = stretch.first + 1 if self._frame[stretch.first].text == "," else stretch.first
        return Stretch(first, stretch.last)

    def _content_start(self, cue: Cue, high: int) -> tuple[int, list[Phrase]]:
        """Step over hearers and adverbials after the verb, then over "that" or a colon."""
        index = cue.end
        chain: list[Phrase] = []
        frame, language = self._frame, self._language
        addressed = cue.kind is CueKind.TELL
        if index < high and frame[index].lower in language.verbs.to:
            hearer = self._phrases.starting(index + 1, stop=high)
            if hearer is not None and not (index + 1 < high and frame[index + 1].lower in language.verbs.finite):
                index += 1
                addressed = True
        if addressed and index < high:
            index, chain = self._after_hearer(index, high)
        while index < high:
            step = self._adverbial_end(index, high)
            if step == index:
                break
            index = step
        if index < high and (addressed or frame[index].lower in language.phrases.manner):
            index = self._at_that(index, high)
        if index + 1 < high and frame[index].text == "," and self._that_or_quote(index + 1):
            index += 1
        if cue.kind is CueKind.LABEL:
            return index, chain
        while index < high and (frame[index].text == ":" or frame[index].lower in language.phrases.that):
            index += 1
        return index, chain

    def _at_that(self, index: int, high: int) -> int:
        """Step to "that" over what is left of an adverbial: "in a letter [seen by a paper] that"."""
        language = self._language
        for later in range(index, min(high, index + _MAX_LEAD_TOKENS)):
            token = self._frame[later]
            if token.lower in language.phrases.that:
                after_noun = later > index and self._frame[later - 1].lower in language.grammar.conjunctions
                return index if after_noun else later
            if token.kind is not TokenKind.WORD and token.kind is not TokenKind.NUMBER:
                break
            if token.lower in language.verbs.finite or token.lower in self._subjects:
                break
        return index

    def _that_or_quote(self, index: int) -> bool:
        return self._frame[index].lower in self._language.phrases.that or self._frame[index].kind is TokenKind.QUOTE

    def _after_hearer(self, index: int, high: int) -> tuple[int, list[Phrase]]:
        if self._frame[index].lower in self._language.phrases.hearers:
            return index + 1, []
        hearer = self._phrases.starting(index, stop=high, lenient=True)
        if hearer is None:
            return index, []
        outlet = hearer.entity is not None and hearer.entity.kind not in (EntityKind.PERSON, EntityKind.PLACE)
        outlet = outlet and hearer.head not in self._language.nouns.forums
        return hearer.last, [hearer] if outlet else []

    def _adverbial_end(self, index: int, high: int) -> int:
        """Return the index after an adverbial of the speaking at `index`; `index` when there is none."""
        frame, language = self._frame, self._language
        token = frame[index]
        timed = language.times | language.weekdays
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
        if following and following[0].lower in self._subjects:
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
                return end + 1
        phrase = self._phrases.starting(index + 1, stop=high)
        if phrase is None or phrase.last >= high:
            return phrase.last if phrase is not None else index
        after = frame[phrase.last]
        closes = after.text in ":," or after.kind is TokenKind.QUOTE or after.lower in language.phrases.that
        return phrase.last if closes else index

    def _without_blocks(self, start: int, high: int) -> Stretch | None:
        """The words from `start` up to the first block quotation."""
        end = next((n for n in range(start, high) if self._frame[n].kind is TokenKind.QUOTE), high)
        stretch = self._without_final_marks(start, end)
        return stretch if stretch.last > stretch.first else None

    def _without_final_marks(self, first: int, last: int) -> Stretch:
        while last > first and (self._frame[last - 1].text in ".,;:—–…" and self._frame[last - 1].quote < 0):
            last -= 1
        return Stretch(first, last)

    def _is_content(self, cue: Cue, stretch: Stretch) -> bool:
        """Tell whether what follows a cue is something said, not only its object."""
        language, frame = self._language, self._frame
        words = frame[stretch.first : stretch.last]
        if len(words) < 2 and not any(token.quote >= 0 for token in words):
            return False
        that = frame[stretch.first - 1].lower in language.phrases.that
        quoted = any(token.quote >= 0 for token in words)
        if words[0].lower in language.worth.questions or words[0].lower in language.phrases.whether:
            return False
        match cue.kind:
            case CueKind.LABEL:
                if words[0].quote >= 0:
                    return False
                linked = cue.word in language.verbs.label_as
                return quoted and (not linked or any(t.lower in language.verbs.as_word for t in words))
            case CueKind.ACCUSE:
                return any(token.lower in language.verbs.accuse_links for token in words)
            case CueKind.QUOTE:
                return False
            case _:
                pass
        if that or (cue.kind is CueKind.SAY and cue.word in language.verbs.bare and words[0].text not in ",("):
            return cue.kind is not CueKind.SHOW or that
        if cue.word in language.verbs.deny and words[0].lower.endswith(language.participle_endings or ("\0",)):
            return len(words) > 2
        if words[0].lower in language.verbs.to:
            return cue.word in language.verbs.promise and len(words) > 3
        if words[0].text in ",(" or words[0].lower in language.grammar.conjunctions:
            return False
        if words[0].lower in language.grammar.prepositions and words[0].lower not in language.verbs.warn_links:
            return self._has_finite(stretch) and words[0].lower in language.grammar.openers
        return self._has_clause(stretch) or (quoted and cue.kind is CueKind.SAY and len(words) > 2)

    def _content_of(self, stretch: Stretch) -> Stretch:
        """End the content where the article's own voice goes on: ", but would not confirm ...", ", and thanked ..."."""
        language, frame = self._language, self._frame
        verbs = language.verbs
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

    def _has_finite(self, stretch: Stretch) -> bool:
        verbs = self._language.verbs
        for token in self._frame[stretch.first : stretch.last]:
            if (
                token.kind is TokenKind.WORD
                and not token.capital
                and (token.lower in verbs.finite or (verbs.past_endings and token.lower.endswith(verbs.past_endings)))
            ):
                return True
        return not verbs.finite

    def _has_clause(self, stretch: Stretch) -> bool:
        """A finite verb after something that can be its subject, not after "who" or "which"."""
        verbs, language = self._language.verbs, self._language
        for index in range(stretch.first + 1, stretch.last):
            token = self._frame[index]
            if token.lower in language.pronouns.who or token.text == "," or token.lower in language.grammar.splitters:
                joined = token.lower in language.grammar.splitters and self._frame[index + 1 : index + 2]
                if not joined or self._own_subject(index + 1, stretch.last):
                    return False
                continue
            if token.kind is not TokenKind.WORD or token.capital:
                continue
            before = self._frame[index - 1].lower
            if token.lower in verbs.finite:
                return True
            if (
                token.lower in verbs.to
                and language.verbs.expecting
                and self._frame[stretch.first - 1].lower in verbs.expecting
            ):
                return True
            if verbs.past_endings and token.lower.endswith(verbs.past_endings):
                bound = language.grammar.determiners | language.grammar.prepositions
                if before not in bound and self._frame[index - 1].kind is TokenKind.WORD:
                    return True
        return False

    def _split(self, stretch: Stretch) -> list[Stretch]:
        """Divide indirect speech where "that" opens again, or a second main clause has its own subject."""
        parts: list[Stretch] = []
        first = stretch.first
        index = first + 2
        while index < stretch.last - 1:
            after = self._clause_start(first, index, stretch.last)
            if after is None:
                index += 1
                continue
            parts.append(self._without_final_marks(first, index))
            first, index = after, after + 2
        parts.append(self._without_final_marks(first, stretch.last))
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
        if not self._has_finite(Stretch(first, index)) or not self._own_subject(after, last):
            return None
        subordinate = any(t.lower in language.grammar.subordinators for t in frame[first:index])
        return None if subordinate and not comma else after

    def _own_subject(self, index: int, last: int) -> bool:
        """A pronoun, determiner or name, and soon a finite verb."""
        language, frame = self._language, self._frame
        token = frame[index]
        pronouns = language.pronouns
        pronoun = token.lower in pronouns.he | pronouns.she | pronouns.they | pronouns.it | pronouns.speaker
        marked = pronoun or token.lower in language.grammar.determiners or token.capital
        if not marked and (token.kind is not TokenKind.WORD or token.lower in language.function_words):
            return False
        reach = 3 if pronoun or not marked else 7
        for later in range(index + 1, min(last, index + reach)):
            if frame[later].text in ",;":
                return False
            if (
                frame[later].lower in language.verbs.finite
                and not frame[later].capital
                and frame[later].lower not in language.grammar.possessive
            ):
                return True
        return False

    def _attribute_according(self, attribution: Attribution, low: int, high: int) -> None:
        cue = attribution.cue
        after = self._after_apposition(cue.end, high)
        if after < high:
            after = self._adverbial_end(after, high)
        attribution.blocks = [t.quote for t in self._frame[low:high] if t.kind is TokenKind.QUOTE]
        if attribution.blocks:
            return
        first = low
        while first < cue.start and (
            self._frame[first].text in ",;:"
            or (low and self._frame[first].lower in self._language.grammar.conjunctions)
        ):
            first += 1
        comma_before = cue.start > 0 and self._frame[cue.start - 1].text == ","
        before = self._without_final_marks(first, cue.start)
        told = before.last - before.first > 2 and self._has_finite(before)
        if told and after < high and self._frame[after].kind is TokenKind.WORD:
            after = next((n for n in range(after, high) if self._frame[n].text in ",;"), high)
        if not told:
            comma = next((n for n in range(after, high) if self._frame[n].text == ","), None)
            if comma is not None and not self._has_finite(Stretch(after, comma)):
                after = comma
        if after < high and self._frame[after].text in ",:":
            after += 1
        behind = self._without_final_marks(after, high)
        if behind.last > behind.first and self._frame[behind.first].lower in self._language.pronouns.who:
            behind = Stretch(high, high)
        parts = [part for part in (before, behind) if part.last > part.first]
        if before.last - before.first <= 2 and not self._has_finite(before):
            parts = [behind] if behind.last > behind.first else []
        if len(parts) == 2 and comma_before and told and self._opens_clause(behind):
            rest = Stretch(behind.first + 1, behind.last)
            if self._own_subject(rest.first, rest.last):
                parts = [before]
        if not parts or not any(self._has_finite(part) for part in parts):
            return
        if len(parts) == 1:
            attribution.clauses = [(part,) for part in self._split(parts[0])]
        else:
            attribution.clauses = [tuple(parts)]

    def _opens_clause(self, stretch: Stretch) -> bool:
        return self._frame[stretch.first].lower in self._language.grammar.conjunctions

    def _after_apposition(self, index: int, high: int) -> int:
        """Step over ", a cybersecurity firm," and "(NASA)" after a source."""
        frame = self._frame
        if index < high and frame[index].text == "(":
            close = next((n for n in range(index, high) if frame[n].text == ")"), None)
            index = close + 1 if close is not None else index
        if index + 2 >= high or frame[index].text != ",":
            return index
        lead = frame[index + 1].lower
        nouns = self._language.nouns
        close = next((n for n in range(index + 1, min(high, index + 16)) if frame[n].text == ","), None)
        if close is not None and lead in self._language.pronouns.who:
            return close
        if close is None or self._has_finite(Stretch(index + 1, close)):
            return index
        inside = {token.lower for token in frame[index + 1 : close]}
        apposed = (
            lead in self._language.grammar.determiners
            or lead in nouns.roles
            or self._phrases.chunk_at(index + 1) is not None
        )
        known = inside & (nouns.roles | nouns.organisations | nouns.documents | nouns.titles)
        return close if apposed and known else index

    def _attribute_hearsay(self, attribution: Attribution, low: int, high: int) -> None:
        cue = attribution.cue
        frame, language = self._frame, self._language
        if frame[cue.first].lower in language.phrases.reportedly:
            before = self._without_final_marks(low, cue.first)
            after = self._without_final_marks(cue.last + (frame[cue.last].text == "," if cue.last < high else 0), high)
            parts = tuple(p for p in (before, after) if p.last > p.first)
            if parts and after.last > after.first and self._has_finite(Stretch(low, high)):
                attribution.clauses = [parts]
            return
        post = self._without_final_marks(min(cue.last + 1, high), high)
        if post.last - post.first > 2:
            attribution.clauses = [(post,)]

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

    def main_subject(self) -> Phrase | None:
        """Return who the frame is about, as far as it can speak."""
        return self._finder.main_subject(len(self._frame))

    def introduction(self) -> Cue | None:
        """Return who introduces a quotation with a colon, or by an act without a cue verb."""
        quote = next((n for n, token in enumerate(self._frame) if token.kind is TokenKind.QUOTE), None)
        if not quote:
            return None
        subject = self._finder.main_subject(quote)
        if subject is None:
            return None
        return Cue(quote, quote, CueKind.NONE, "", None, subject)

"""Compare a grounded claim with the passage it comes from; every difference becomes a flag, none is dropped.

The checks look at wording only: quotations, numbers, names, negations, and whether the words beside the cue
name somebody else. They are a reviewer's alarm, not a judgement about the claim.
"""

import re
from collections.abc import Iterable, Iterator
from functools import cache, lru_cache

from extractor.numbers import Number, find_numbers, implied
from extractor.passage import Passage, certain, passage_of
from extractor.placing import normalise_wording
from extractor.schema import Article, Claim, Flag, FlagCode, Quotation, SourceKind
from extractor.wording import WORDING

_QUOTED = re.compile(r"“([^“”]+)”|«([^«»]+)»|„([^„“”]+)[“”]|\"([^\"]+)\"|(?<!\w)‘([^‘’]{8,})’(?!\w)")
_MARK = re.compile(r"[\"“”„«»‹›「」]")
_SINGLE_MARK = re.compile(r"(?<!\w)['‘]|['’](?!\w)")
_TURN = re.compile(r"\s*(?:[-–—]\s|[^.!?\n:]{1,60}:\s)")
"""A paragraph that is a turn of its own in an interview or a dialogue; such words need no marks."""
_POSSESSIVE = re.compile(r"['’]s?$")
_WORD = re.compile(r"[^\W\d_]+(?:['’-][^\W\d_]+)*\d*")
_SENTENCE_START = re.compile(r"(?:^|[.!?:]\s+|[\"“„«(]\s*|\|\s)[\"“„«(]?$")
_CLAUSE_BORDER = re.compile(r"[,;:.!?\n\"“”„«»(|—–]")
_MAX_SHOWN = 120
_LOOK_BACK_CHARS = 4_000
"""How far before a quotation its opening mark is looked for: a quotation may run over paragraphs."""


def check(article: Article, claim: Claim) -> Claim:
    """Compare a claim with its passage.

    Args:
        article: The article.
        claim: One of its claims, grounded.

    Returns:
        The claim with its earlier flags and those for a misquotation, and for numbers, names, negations and
        a speaker that the passage does not support. Checking twice changes nothing.
    """
    passage = passage_of(article, claim)
    found = [
        *_misquotes(article, claim, passage),
        *_numbers(article, claim, passage),
        *_names(article, claim, passage),
        *_negation(article, claim, passage),
        *_speaker(article, claim),
    ]
    return claim.model_copy(update={"flags": tuple(dict.fromkeys((*claim.flags, *found)))})


def _misquotes(article: Article, claim: Claim, passage: Passage) -> Iterator[Flag]:
    if claim.quotation is Quotation.DIRECT and not certain(claim):
        there = f" It has: {_shown(passage.content)}" if passage.content else ""
        detail = f"Given as a direct quotation, but the article does not have these words.{there}"
        yield Flag(code=FlagCode.MISQUOTE, detail=detail)
    elif claim.quotation is Quotation.DIRECT and not all(
        _in_marks(article.text, s.start_char) for s in claim.content.spans
    ):
        detail = "Given as a direct quotation, but in the article these words are not in quotation marks."
        yield Flag(code=FlagCode.MISQUOTE, detail=detail)
    for words in dict.fromkeys((*_quoted(claim.text), *_quoted(claim.content.text))):
        wanted = normalise_wording(words).strip(" ,.;:")
        if (
            wanted
            and "[" not in wanted
            and not any(wanted in normalise_wording(t) for t in (passage.sentences, article.text))
        ):
            yield Flag(code=FlagCode.MISQUOTE, detail=f"The article does not have the quoted words {_shown(words)}")


def _quoted(text: str) -> Iterable[str]:
    return (next(g for g in m.groups() if g) for m in _QUOTED.finditer(text))


def _in_marks(text: str, at: int) -> bool:
    """Tell whether a quotation is open at a position.

    Each mark is read by its shape and neighbours, not counted: an odd number of marks earlier in the
    article must not turn everything after it round.
    """
    paragraph = text.rfind("\n", 0, at) + 1
    if _TURN.match(text, paragraph, at + 1) or text[at : at + 1] in "\"“„«‘'":
        return True
    before_it = text[max(0, at - _LOOK_BACK_CHARS) : at]
    # Single marks are mostly apostrophes; they count only where there are no others.
    marks = list(_MARK.finditer(before_it)) or list(_SINGLE_MARK.finditer(before_it))
    if not marks:
        return False
    last = marks[-1]
    mark, before, after = last[0], before_it[: last.start()][-1:], before_it[last.end() :][:1]
    if not after:
        return not (mark in "”’" and before.strip())
    if mark in "„“«‹‘「":
        return mark != "“" or not _closes(before, after)
    if mark in "”’›」":
        return False
    return not _closes(before, after)


def _closes(before: str, after: str) -> bool:
    return bool(before.strip()) and before not in "([—–-" and not after.isalnum()


def _numbers(article: Article, claim: Claim, passage: Passage) -> Iterator[Flag]:
    language = article.metadata.language
    claimed = _asked(claim.text, language)
    if not certain(claim):
        claimed += [n for n in _asked(claim.content.text, language) if not any(n.agrees(m) for m in claimed)]
    if not claimed:
        return
    here = find_numbers(passage.sentences, language)
    open_ = [n for n in claimed if not _supported(n, here) and not _supported(n, implied(passage.sentences, language))]
    unused = [n for n in here if not any(n.agrees(m) for m in claimed) and not (n.readings[0] == 1 and not n.in_digits)]
    everywhere = find_numbers(_all_text(article), language) if open_ else ()
    for number in open_:
        if _counted_from_publication(article, number, passage):
            continue
        rival = next((n for n in unused if (n.percent, n.currency) == (number.percent, number.currency)), None)
        rival = rival or next(iter(unused), None)
        if _supported(number, everywhere):
            detail = f"The claim says {number.shown}: not in the passage, though elsewhere in the article."
        elif rival:
            detail = f"The article says {rival.shown}, the claim {number.shown}."
        else:
            detail = f"The claim says {number.shown}, the article does not."
        yield Flag(code=FlagCode.NUMBER_NOT_IN_SOURCE, detail=detail)


def _asked(text: str, language: str) -> list[Number]:
    """Return the numbers that a claim must answer for: "one" in words is mostly a pronoun."""
    return [n for n in find_numbers(text, language) if n.in_digits or n.readings[0] != 1]


def _supported(number: Number, there: Iterable[Number]) -> bool:
    return any(number.agrees(n) for n in there)


def _counted_from_publication(article: Article, number: Number, passage: Passage) -> bool:
    """Tell whether a number may be a date worked out from "on Thursday" or "last year"."""
    published = article.metadata.published
    relative = WORDING.relative_time.get(article.metadata.language)
    words = {w.casefold() for w in _WORD.findall(passage.neighbourhood)}
    if published is None or number.percent or number.currency or (relative is not None and words.isdisjoint(relative)):
        return False
    value = number.readings[0]
    if value == published.year or abs(value - published.year) == 1:
        return True
    return 1 <= value <= 31 and abs(value - published.day) <= 7


def _names(article: Article, claim: Claim, passage: Passage) -> Iterator[Flag]:
    language = article.metadata.language
    known = " ".join([claim.source.name, claim.source.role or "", *(c.name for c in claim.chain)])
    text = claim.text if certain(claim) else f"{claim.text} | {claim.content.text}"
    claimed = _capitalised(text, language)
    there = _capitalised(passage.content, language)
    lost = [w for w in there if not _has_word(text, w) and _is_name(article.text, w)]
    for word, initial in claimed.items():
        # Where the passage's own name is gone, one that stands near or makes the claim may have taken its place.
        near = (passage.content,) if lost else (passage.neighbourhood, known)
        if any(_has_word(t, word) for t in near):
            continue
        elsewhere = _has_word(_all_text(article), word) or _is_acronym(article.text, word)
        dated = word.casefold() in WORDING.calendar.get(language, frozenset())
        if dated and not lost and article.metadata.published is not None:
            continue
        if elsewhere:
            if lost and not (initial and not _is_name(article.text, word)):
                yield _name_flag(f"The passage names {lost[0]}, the claim {word}.")
        elif lost or not initial:
            yield _name_flag(f"The claim names {word}, the article does not.")


def _name_flag(detail: str) -> Flag:
    return Flag(code=FlagCode.NAME_NOT_IN_SOURCE, detail=detail)


def _capitalised(text: str, language: str) -> dict[str, bool]:
    """Return the words that look like names, with whether each only begins a sentence."""
    skipped = WORDING.capitalised_anyway.get(language, frozenset())
    found: dict[str, bool] = {}
    before_capital, previous = False, ""
    for match in _WORD.finditer(text):
        word = _POSSESSIVE.sub("", match[0])
        capital = word[:1].isupper() and word.casefold() not in skipped and len(word) > 1
        # German writes every noun with a capital: only a run of them may be a name.
        if capital and (language != "de" or before_capital):
            initial = bool(_SENTENCE_START.search(text[max(0, match.start() - 4) : match.start()]))
            found[word] = initial and found.get(word, True)
            if before_capital and previous in found:
                # What begins a sentence and is followed by another capital is part of a name.
                found[previous] = False
        before_capital, previous = capital, word
    return found


def _has_word(text: str, word: str) -> bool:
    """Tell whether a text has a word, or one it derives from: Germany and German."""
    if re.search(rf"(?<!\w){re.escape(word)}(?!\w)", text, re.IGNORECASE):
        return True
    if len(word) < 5:
        return False
    if re.search(rf"(?<!\w){re.escape(word)}\w{{1,3}}(?!\w)", text, re.IGNORECASE):
        return True
    stems = "|".join(re.escape(word[:-n]) for n in (1, 2, 3) if len(word) - n >= 5)
    return bool(stems and re.search(rf"(?<!\w)(?:{stems})(?!\w)", text, re.IGNORECASE))


def _is_name(text: str, word: str) -> bool:
    """Tell whether a capitalised word is nowhere in small letters."""
    small = word.lower()
    if small.isalnum():
        return small not in _words_of(text)
    return not re.search(rf"(?<!\w){re.escape(small)}(?!\w)", text)


@lru_cache(maxsize=1)  # The claims of one article are checked in a row: searching it for each took 6 of 8 s.
def _words_of(text: str) -> frozenset[str]:
    return frozenset(re.findall(r"\w+", text))


def _is_acronym(text: str, word: str) -> bool:
    if not (word.isupper() and len(word) >= 2):
        return False
    letters = r"\w*(?:\s+(?:of|the|and|for|de|la|du|des|der|für))*[\s-]+".join(re.escape(c) for c in word)
    return bool(re.search(rf"\b{letters}", text))


def _negation(article: Article, claim: Claim, passage: Passage) -> Iterator[Flag]:
    language = article.metadata.language
    if language not in WORDING.negation or not passage.content:
        return
    cue = {w.casefold() for w in _WORD.findall(claim.cue.text)} if claim.cue else set()
    denied = bool(cue & WORDING.denial_cues.get(language, frozenset()))
    there = _negations(passage.content, language)
    here = _negations(claim.text, language)
    if denied and not here and not there:
        detail = f"The source denied this (cue {_shown(claim.cue.text if claim.cue else '')}), the claim states it."
        yield Flag(code=FlagCode.NEGATION_DIFFERS, detail=detail)
    elif (
        here and not there and not denied and not _negations(passage.sentences if not certain(claim) else "", language)
    ):
        if not _prefixed(here, claim.text, passage.content, language):
            yield Flag(code=FlagCode.NEGATION_DIFFERS, detail=f"The claim says {here[0]!r}, the passage does not.")
    elif there and not here and not denied and not _prefixed(there, passage.content, claim.text, language):
        yield Flag(code=FlagCode.NEGATION_DIFFERS, detail=f"The passage says {there[0]!r}, the claim does not.")
    elif not denied and len(here) != len(there) and _same_length(claim.text, passage.content):
        detail = f"The passage negates {len(there)} times, the claim {len(here)} times."
        yield Flag(code=FlagCode.NEGATION_DIFFERS, detail=detail)


def _same_length(text: str, content: str) -> bool:
    """Tell whether a claim keeps its whole passage, so that a negation may not have gone with a clause left out."""
    n_words, n_there = len(_WORD.findall(text)), len(_WORD.findall(content))
    return abs(n_words - n_there) <= max(2, n_there // 5)


def _negations(text: str, language: str) -> list[str]:
    plain = text.replace("’", "'")
    if harmless := _harmless(language):
        plain = harmless.sub(" ", plain)
    listed = WORDING.negation[language]
    return [w for w in _WORD.findall(plain) if w.casefold() in listed or (language == "en" and w.endswith("n't"))]


@cache
def _harmless(language: str) -> re.Pattern[str] | None:
    """Return the phrases that hold a negation and negate nothing, such as "not only"."""
    phrases = WORDING.not_a_negation.get(language, ())
    return re.compile(rf"\b(?:{'|'.join(phrases)})\b", re.IGNORECASE) if phrases else None


def _prefixed(negations: list[str], negated: str, other: str, language: str) -> bool:
    """Tell whether the other text negates by a prefix: "unsafe" for "not safe"."""
    plain = {w.casefold() for w in _WORD.findall(negated)}
    prefixes = WORDING.negative_prefixes.get(language, ())
    words = {w.casefold() for w in _WORD.findall(other)}
    # Short remainders are chance: "into" is no "to" negated.
    turned = {w.removeprefix(p) for w in words for p in prefixes if w.startswith(p) and len(w) - len(p) >= 4}
    return bool(negations) and not turned.isdisjoint(plain)


def _speaker(article: Article, claim: Claim) -> Iterator[Flag]:
    """Flag a source when its mention, or the words beside the cue, name somebody else."""
    source = claim.source
    if source.kind is SourceKind.ARTICLE:
        return
    known = " ".join([source.name, source.role or "", *(c.name for c in claim.chain)])
    beside = [("Beside the cue", _beside_cue(article, claim))]
    if source.mention is not None:
        beside.insert(0, ("Near the claim", source.mention.text))
    for place, words in beside:
        named = _people(article, words)
        capitals = _capitalised(words, article.metadata.language)
        shared = any(_has_word(known, w) or _is_acronym(known, w) for w in capitals) or _initials(known, words)
        if named and not shared:
            detail = f"{place} the article names {' '.join(named)}, not {source.name}."
            yield Flag(code=FlagCode.SOURCE_UNCERTAIN, detail=detail)
            return


def _people(article: Article, words: str) -> list[str]:
    language = article.metadata.language
    calendar = WORDING.calendar.get(language, frozenset())
    found = _capitalised(words, language)
    return [w for w in found if w.casefold() not in calendar and _is_name(article.text, w)]


def _initials(known: str, words: str) -> bool:
    """Tell whether the known names hold the acronym of what is written out beside the claim."""
    return any(_is_acronym(words, w) for w in _WORD.findall(known))


def _beside_cue(article: Article, claim: Claim) -> str:
    """Return the words right before the cue or, where there are none, the ones right after it."""
    if claim.cue is None or not claim.cue.spans:
        return ""
    text, span = article.text, claim.cue.spans[0]
    if any(c.overlaps(span) for c in claim.content.spans):
        return ""
    since = max([0, span.start_char - 60, *(c.end_char for c in claim.content.spans if c.end_char <= span.start_char)])
    till = min([span.end_char + 60, *(c.start_char for c in claim.content.spans if c.start_char >= span.end_char)])
    before = _CLAUSE_BORDER.split(text[since : span.start_char])[-1]
    if before.strip() or claim.cue.text.casefold() in WORDING.listener_verbs.get(
        article.metadata.language, frozenset()
    ):
        return " ".join(before.split()[-4:])
    return " ".join(_CLAUSE_BORDER.split(text[span.end_char : till])[0].split()[:4])


def _all_text(article: Article) -> str:
    known = article.metadata
    about = (known.title, known.deck, known.byline, known.publisher, known.dateline, str(known.published or ""))
    return "\n".join([article.text, *(v for v in about if v)])


def _shown(words: str) -> str:
    short = words if len(words) <= _MAX_SHOWN else words[: _MAX_SHOWN - 1] + "…"
    return f"“{short}”"

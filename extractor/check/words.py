"""Words as the checks compare them: with their derivations, as names, as acronyms."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache, lru_cache

from extractor.placing import stands_in
from extractor.rules.language import language as language_data
from extractor.schema import Article
from extractor.wording import WORDING

WORD = re.compile(r"[^\W\d_]+(?:['’-][^\W\d_]+)*\d*")
_POSSESSIVES = ("'s", "’s", "'", "’")
_SENTENCE_START = re.compile(r"(?:^|[.!?:]\s+|[\"“„«(]\s*|\|\s)[\"“„«(]?$")
_INSIDE = re.compile(r"[\w,;’'] $")
_LINK = re.compile(r"[ \u00a0](?:(?:of|of the|for|for the|and the|de|de la|del|do|da|du|des|von|van) )?")
"""What may stand between two capitals of one name."""
_SPACE = re.compile(r"[ \u00a0]")
_MAX_SHOWN = 120
_SHORTEST_STEM = 5
"""Letters of a word from which others may be derived."""
_DESCRIBED_WITHIN = 80
"""Characters between a name and the noun that describes it: "Osei, who has been the mayor of Varn since"."""


@dataclass(frozen=True, slots=True)
class Run:
    """Capitalised words in a row: a name, or what begins a sentence."""

    words: tuple[str, ...]
    text: str
    """As it stands, without a possessive."""
    begins: bool
    """It is one word that begins a sentence, and so may be no name."""


def shown(words: str) -> str:
    """Quote words of a text for a reader, cut to a line."""
    short = words if len(words) <= _MAX_SHOWN else words[: _MAX_SHOWN - 1] + "…"
    return f"“{short}”"


def all_text(article: Article) -> str:
    """Return the article's text and what is known about it."""
    known = article.metadata
    about = (known.title, known.deck, known.byline, known.publisher, known.dateline, str(known.published or ""))
    return "\n".join([article.text, *(v for v in about if v)])


@lru_cache(maxsize=256)  # The claims of one passage ask for the same names.
def runs(text: str, language: str, *, linked: bool = True) -> tuple[Run, ...]:
    """Find the names of a text, and the words that may be names.

    German writes every noun with a capital: there only several in a row may be a name.

    Args:
        text: Any text.
        language: ISO 639-1.
        linked: "Bank of Varn" is one name, not two.
    """
    link = _LINK if linked else _SPACE
    skipped = WORDING.capitalised_anyway.get(language, frozenset())
    found: list[list[re.Match[str]]] = []
    for match in WORD.finditer(text):
        if not match[0][0].isupper():
            continue
        word = bare(match[0])
        if len(word) < 2 or word.casefold().replace("’", "'") in skipped or _is_tag(text, match.start()):
            continue
        if found and link.fullmatch(text[found[-1][-1].end() : match.start()]):
            found[-1].append(match)
        else:
            found.append([match])
    return tuple(_run(text, run) for run in found if language != "de" or len(run) > 1)


def _run(text: str, run: list[re.Match[str]]) -> Run:
    begins = len(run) == 1 and bool(_SENTENCE_START.search(text[max(0, run[0].start() - 4) : run[0].start()]))
    return Run(tuple(bare(m[0]) for m in run), bare(text[run[0].start() : run[-1].end()]), begins)


def _is_tag(text: str, start: int) -> bool:
    return text[start - 1 : start] in ("#", "@") and start > 0


def bare(word: str) -> str:
    """Take the possessive off a word."""
    # Asked of every word of every passage: a regular expression was a tenth of scoring.
    for ending in _POSSESSIVES if word.endswith(_POSSESSIVES) else ():
        if word.endswith(ending):
            return word.removesuffix(ending)
    return word


def has_word(text: str, word: str) -> bool:
    """Tell whether a text has a word, or one it derives from: Germany and German."""
    if stands_in(text, word):
        return True
    if _folded(word)[:_SHORTEST_STEM] not in _folded(text):
        return False
    if re.search(rf"(?<!\w){re.escape(word)}(?!\w)", text, re.IGNORECASE):
        return True
    if len(word) < _SHORTEST_STEM:
        return False
    if re.search(rf"(?<!\w){re.escape(word)}\w{{1,3}}(?!\w)", text, re.IGNORECASE):
        return True
    stems = "|".join(re.escape(word[:-n]) for n in (1, 2, 3) if len(word) - n >= _SHORTEST_STEM)
    return bool(stems and re.search(rf"(?<!\w)(?:{stems})(?!\w)", text, re.IGNORECASE))


@lru_cache(maxsize=8)  # The names of a claim are looked for in the same few texts.
def _folded(text: str) -> str:
    """Make alike what an expression that ignores case takes for alike, the Turkish letters too."""
    return text.casefold().replace("\u0307", "").replace("ı", "i")


@lru_cache(maxsize=256)
def words_of(text: str) -> frozenset[str]:
    """Return the words of a text, in small letters and without possessives."""
    return frozenset(bare(word).casefold() for word in WORD.findall(text))


def is_name(article: Article, word: str) -> bool:
    """Tell whether an article writes a word with a capital inside a sentence, and never without one."""
    small, inside = _cases_of(article.text)
    return word in inside and word.casefold() not in small


@lru_cache(maxsize=1)  # The claims of one article are checked in a row: searching it for each took 6 of 8 s.
def _cases_of(text: str) -> tuple[frozenset[str], frozenset[str]]:
    """Return the words that stand in small letters, and those with a capital inside a sentence."""
    small: set[str] = set()
    inside: set[str] = set()
    for match in WORD.finditer(text):
        word = bare(match[0])
        if word[:1].islower():
            small.add(word.casefold())
        elif _INSIDE.search(text, max(0, match.start() - 2), match.start()):
            inside.add(word)
    return frozenset(small), frozenset(inside)


def is_acronym(text: str, word: str) -> bool:
    """Tell whether a text writes a word of capitals out: ``EU`` where it has "European Union"."""
    return bool(spelled_out(text, word))


def spelled_out(text: str, word: str) -> str:
    """Return what a word of capitals stands for in a text; empty when it stands for nothing there."""
    letters = word.removesuffix("s")
    if not (letters.isupper() and letters.isalpha() and len(letters) >= 2):
        return ""
    spelled = r"\w*(?:\s+(?:of|the|and|for|de|la|du|des|der|für))*[\s-]+".join(re.escape(c) for c in letters)
    match = re.search(rf"\b{spelled}\w*", text, re.IGNORECASE)
    return match[0] if match else ""


def is_title(word: str, language: str) -> bool:
    """Tell whether a word is what people are called before their names, or what they are: President, Judge."""
    return word.casefold() in _titles(language)


@cache
def _titles(language: str) -> frozenset[str]:
    nouns = language_data(language).nouns
    return nouns.titles | nouns.roles | nouns.honorifics | nouns.he_titles | nouns.she_titles


def content_words(text: str) -> Iterator[str]:
    """Give the words of four letters and more, in small letters."""
    return (w for m in WORD.finditer(text) if len(w := bare(m[0]).casefold()) >= 4)


def called(text: str, name: str, head: str) -> bool:
    """Tell whether an article has a noun close to a name, anywhere."""
    names = [word for word in WORD.findall(name) if word[0].isupper()] or WORD.findall(name)
    stem = head[: max(4, len(head) - 2)]
    for word in names:
        for match in re.finditer(rf"(?<!\w){re.escape(word)}(?!\w)", text):
            around = text[max(0, match.start() - _DESCRIBED_WITHIN) : match.end() + _DESCRIBED_WITHIN].casefold()
            if stem in around:
                return True
    return False

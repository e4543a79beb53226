"""Texts that say nearly the same: a report that an agency sent round, cut and under a new headline.

Runs of words are the unit, so that a changed byline or paragraph leaves most of a text alike. A text is looked up by
the smallest hashes of its runs: two texts that share much share some of those, whichever is the longer (the bottom-k
sketch of Broder 1997, "On the resemblance and containment of documents"). So a database can look a text up by a few
keys, and what counts is then measured on the texts themselves.
"""

import hashlib
import re
import unicodedata
from collections import Counter, defaultdict
from collections.abc import Iterable
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from extractor.schema import Article, Value
from extractor.segment import segment

RUN_WORDS = 5
"""Words in a run. Shorter ones are phrases that all news share, longer ones break at every edit."""
MIN_SIMILARITY = 0.6
"""From here on two texts are near copies. Of 294 Wikinews articles no two are more alike than 0.54 (two interviews by
one list of questions), 0.43 leaving the interviews out (background repeated from an earlier report). Copies of them
with another headline, cut to a fifth, with three sentences put in, or with one word in fifty changed are all above;
``claimdesk eval bench near-copies`` measures it."""
SKETCH_RUNS = 32
"""Hashes that a text is looked up by. With 32, 98.6 % of the copies cut to a third were found; with 16, 90 %."""
FEWEST_SHARED = 2
"""So many of them a candidate must share: one alone is often a phrase such as "told a news conference on Tuesday"."""
MAX_CANDIDATES = 8
"""Only those that share the most are compared."""

_STRAY_WORDS = 4
"""A line of no more words, without a number and without a full stop, is a credit, a caption or a link, no statement."""
_WORDING = re.compile(r"\w+|[$€£¥₽₹%‰]|(?<!\w)[-−–](?=\d)")
"""What must be the same for a sentence to be the same; a sign and a currency change what a number says."""

_MULTIPLIER = np.uint64(0x9E3779B97F4A7C15)
"""Odd, without a pattern (2**64 over the golden ratio): the order of words counts. Databases hold what comes of it."""

Runs = NDArray[np.uint64]
"""Hashes of a text's runs of words, sorted, each once: 3 kB for an article of 400 words."""


class NearCopy(Value):
    """A known text that resembles the one asked about."""

    id: str
    similarity: float
    """Share of the shorter text's runs of words that the other has too, in [0, 1]; 1 also for a text that was cut."""


class NearCopies:
    """Texts to compare with, each under an id, all in memory."""

    def __init__(self) -> None:
        self._ids_by_key: defaultdict[int, list[str]] = defaultdict(list)
        self._runs: dict[str, Runs] = {}

    def add(self, text_id: str, text: str) -> None:
        """Take a text in; one without a word is never found.

        Raises:
            ValueError: a text of this id is there already.
        """
        if text_id in self._runs:
            raise ValueError(f"a text {text_id!r} is there already")
        self._runs[text_id] = runs = runs_of(text)
        for key in keys_of(runs):
            self._ids_by_key[key].append(text_id)

    def find(self, text: str) -> tuple[NearCopy, ...]:
        """Return the texts that are near copies of this one, the most similar first."""
        runs = runs_of(text)
        keys = keys_of(runs)
        shared = Counter(text_id for key in keys for text_id in self._ids_by_key.get(key, ()))
        least = min(FEWEST_SHARED, len(keys))
        candidates = [text_id for text_id, n in shared.most_common(MAX_CANDIDATES) if n >= least]
        copies = [NearCopy(id=found, similarity=likeness(runs, self._runs[found])) for found in candidates]
        close = [copy for copy in copies if copy.similarity >= MIN_SIMILARITY]
        return tuple(sorted(close, key=lambda copy: (-copy.similarity, copy.id)))


def similarity(one: str, other: str) -> float:
    """Compare two texts exactly, in [0, 1]; 0 where one has no word."""
    return likeness(runs_of(one), runs_of(other))


def likeness(one: Runs, other: Runs) -> float:
    """Return the share of the shorter text's runs that the other has too; 0 where one has none."""
    n_shorter = min(len(one), len(other))
    return len(np.intersect1d(one, other, assume_unique=True)) / n_shorter if n_shorter else 0.0


def runs_of(text: str) -> Runs:
    """Hash every run of words; of a shorter text the one run that it is. Case and punctuation play no part."""
    words = [_word_hash(word) for word in re.findall(r"\w+", _folded(text))]
    hashes = np.array(words, dtype=np.uint64)
    n_words = min(RUN_WORDS, len(words))
    runs = np.zeros(len(words) - n_words + 1 if words else 0, dtype=np.uint64)
    # A polynomial of the words' hashes, modulo 2**64: ten times as fast as hashing the words of every run.
    for i in range(n_words):
        runs = runs * _MULTIPLIER + hashes[i : i + len(runs)]
    return np.unique(runs)


def keys_of(runs: Runs) -> list[int]:
    """Return what a text is looked up by: signed, as databases have their 64-bit numbers."""
    return [int(key) for key in runs[:SKETCH_RUNS].view(np.int64)]


def statements_of(article: Article) -> tuple[str, ...]:
    """Return the wording of each sentence of the body, to be looked for in other texts; see `count_new`.

    Case, spaces and punctuation play no part; lines of a few words that state nothing are left out.
    """
    sentences = (sentence.span.of(article.text) for sentence in segment(article))
    return tuple(_wording(sentence) for sentence in sentences if not _is_stray(sentence))


def count_new(statements: Iterable[str], known: str) -> int:
    """Count the statements that a text does not have word for word.

    One changed word can turn a statement round or put it in another mouth, so nothing less is the same.

    Args:
        statements: As `statements_of` gives them.
        known: The whole text, header and all.
    """
    known_wording = _wording(known)
    return sum(statement not in known_wording for statement in statements)


def _wording(text: str) -> str:
    return f" {' '.join(_WORDING.findall(_folded(text)))} "


def _is_stray(sentence: str) -> bool:
    words = re.findall(r"\w+", sentence)
    ends = re.search(r"[.!?…。！？][\"'”’»)\]]*$", sentence)
    return not words or (len(words) <= _STRAY_WORDS and not ends and not re.search(r"\d", sentence))


@lru_cache(maxsize=100_000)
def _word_hash(word: str) -> int:
    return int.from_bytes(hashlib.blake2b(word.encode(), digest_size=8).digest())


def _folded(text: str) -> str:
    return unicodedata.normalize("NFKC", text).casefold()

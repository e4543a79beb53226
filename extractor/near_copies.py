"""Texts that say nearly the same: a report that an agency sent round, an article with a new headline.

Runs of words are the unit, so that a changed byline or paragraph leaves most of a text alike. MinHash with
locality-sensitive hashing (package datasketch; Broder 1997; Leskovec et al., Mining of Massive Datasets, chapter 3)
finds candidates without comparing each text with every other; what counts is then measured exactly.
"""

import hashlib
import re
import unicodedata

import numpy as np
from datasketch import MinHash, MinHashLSH  # type: ignore[import-untyped]
from numpy.typing import NDArray

from extractor.schema import Value

RUN_WORDS = 5
"""Words in a run. Shorter ones are phrases that all news share, longer ones break at every edit."""
MIN_SIMILARITY = 0.5
"""From here on two texts are near copies. Of 294 Wikinews articles no two share more than 0.34 of their runs, and
those are two reports on one event from the same week."""
_PERMUTATIONS = 128
_SLACK = 0.6
"""Candidates are asked for at this share of the threshold: MinHash estimates, the exact figure decides."""

Runs = NDArray[np.uint64]
"""Hashes of a text's runs of words, sorted, each once: 3 kB for an article of 400 words."""


class NearCopy(Value):
    """A known text that resembles the one asked about."""

    id: str
    similarity: float
    """Shared runs of words over all runs of both (Jaccard), in [0, 1]; 1 where the words are the same."""


class NearCopies:
    """Texts to compare with, each under an id."""

    def __init__(self, min_similarity: float = MIN_SIMILARITY) -> None:
        self._min_similarity = min_similarity
        self._index = MinHashLSH(threshold=min_similarity * _SLACK, num_perm=_PERMUTATIONS)
        self._runs: dict[str, Runs] = {}

    def add(self, text_id: str, text: str) -> None:
        """Take a text in; one without a word is never found.

        Raises:
            ValueError: a text of this id is there already.
        """
        if text_id in self._runs:
            raise ValueError(f"a text {text_id!r} is there already")
        self._runs[text_id] = runs = _runs_of(text)
        if len(runs):
            self._index.insert(text_id, _min_hash(runs), check_duplication=False)

    def find(self, text: str) -> tuple[NearCopy, ...]:
        """Return the texts that are near copies of this one, the most similar first."""
        runs = _runs_of(text)
        if not len(runs):
            return ()
        candidates = [str(found) for found in self._index.query(_min_hash(runs))]
        copies = [NearCopy(id=found, similarity=_similarity(runs, self._runs[found])) for found in candidates]
        close = [copy for copy in copies if copy.similarity >= self._min_similarity]
        return tuple(sorted(close, key=lambda copy: (-copy.similarity, copy.id)))


def similarity(one: str, other: str) -> float:
    """Compare two texts exactly, in [0, 1]; 0 where one has no word."""
    runs, others = _runs_of(one), _runs_of(other)
    return _similarity(runs, others) if len(runs) and len(others) else 0.0


def _similarity(one: Runs, other: Runs) -> float:
    shared = len(np.intersect1d(one, other, assume_unique=True))
    return shared / (len(one) + len(other) - shared)


def _runs_of(text: str) -> Runs:
    """Hash every run of words; of a shorter text the one run that it is. Case and punctuation play no part."""
    words = re.findall(r"\w+", unicodedata.normalize("NFKC", text).casefold())
    n_runs = max(1, len(words) - RUN_WORDS + 1) if words else 0
    runs = (" ".join(words[i : i + RUN_WORDS]).encode() for i in range(n_runs))
    hashes = (int.from_bytes(hashlib.blake2b(run, digest_size=8).digest()) for run in runs)
    return np.unique(np.fromiter(hashes, dtype=np.uint64))


def _min_hash(runs: Runs) -> MinHash:
    min_hash = MinHash(num_perm=_PERMUTATIONS)
    min_hash.update_batch([run.tobytes() for run in runs])
    return min_hash

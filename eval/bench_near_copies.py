"""Near copies planted among texts that are none: what is recognised; and articles made up in any number."""

import random
import re
from collections.abc import Callable, Iterator, Sequence

from extractor.ingest import make_article
from extractor.near_copies import NearCopies, count_new, likeness, runs_of, similarity, statements_of
from extractor.schema import Article, ArticleMetadata, Value

Edit = Callable[[str, "Borrow", random.Random], str]
"""Makes a copy of a text, with sentences borrowed from others where it needs some."""
Borrow = Callable[[], str]

HEADER = "What the council knew and when\n\nBy a reporter of this paper\n\n"
FILLERS = ("some", "late", "about", "several", "reportedly", "then")


class Recognised(Value):
    """How one kind of copies was recognised."""

    kind: str
    n: int
    n_found: int
    """Linked to the text they were made from."""
    n_wrong: int
    """Linked to another one first."""
    median_similarity: float
    n_nothing_new: int
    """Found to have no sentence of their own."""


class Recognition(Value):
    """How well copies are told from other texts."""

    rows: tuple[Recognised, ...]
    n_texts: int
    n_false: int
    """Texts that were taken for a copy of a different one."""
    most_alike: tuple[float, ...]
    """The highest similarities of two different texts that share a key, the highest first."""

    @property
    def precision(self) -> float | None:
        """Right links of all links, those of the texts among themselves included; None without a link."""
        n_right = sum(row.n_found for row in self.rows)
        n_wrong = sum(row.n_wrong for row in self.rows) + self.n_false
        return n_right / (n_right + n_wrong) if n_right + n_wrong else None


def bench_recognition(texts: Sequence[str], *, seed: int = 0) -> Recognition:
    """Plant copies of every kind of every text, and look for what they were made from.

    Args:
        texts: Articles of which none is a near copy of another.
        seed: Of the edits.
    """
    chance = random.Random(seed)
    known = NearCopies()
    for i, text in enumerate(texts):
        known.add(str(i), text)
    sentences = [s for text in texts for s in re.split(r"(?<=[.!?])\s+", text) if 60 < len(s) < 250]
    rows = tuple(
        _recognised(kind, edit, texts, known, lambda: chance.choice(sentences), chance) for kind, edit in KINDS
    )
    others = [{copy.id for copy in known.find(text)} - {str(i)} for i, text in enumerate(texts)]
    runs = [runs_of(text) for text in texts]
    alike = sorted((likeness(runs[i], runs[j]) for i in range(len(runs)) for j in range(i)), reverse=True)
    return Recognition(rows=rows, n_texts=len(texts), n_false=sum(map(bool, others)), most_alike=tuple(alike[:3]))


def _recognised(
    kind: str, edit: Edit, texts: Sequence[str], known: NearCopies, borrow: Borrow, chance: random.Random
) -> Recognised:
    n_found = n_wrong = n_nothing_new = 0
    alike = []
    for i, text in enumerate(texts):
        copy = edit(text, borrow, chance)
        found = known.find(copy)
        n_found += any(one.id == str(i) for one in found)
        n_wrong += bool(found) and found[0].id != str(i)
        alike.append(similarity(copy, text))
        statements = statements_of(make_article(copy, ArticleMetadata()))
        n_nothing_new += count_new(statements, text) == 0
    return Recognised(
        kind=kind,
        n=len(texts),
        n_found=n_found,
        n_wrong=n_wrong,
        median_similarity=sorted(alike)[len(alike) // 2],
        n_nothing_new=n_nothing_new,
    )


def _cut(share: float) -> Edit:
    """Keep the first paragraphs, at least one."""

    def cut(text: str, _borrow: Borrow, _chance: random.Random) -> str:
        kept: list[str] = []
        for paragraph in (p for p in text.split("\n") if p.strip()):
            if kept and sum(map(len, kept)) + len(paragraph) > share * len(text):
                break
            kept.append(paragraph)
        return "\n\n".join(kept)

    return cut


def _inserted(n: int) -> Edit:
    def insert(text: str, borrow: Borrow, chance: random.Random) -> str:
        paragraphs = [p for p in text.split("\n") if p.strip()]
        for _ in range(n):
            at = chance.randrange(len(paragraphs))
            paragraphs[at] += f" {borrow()}"
        return "\n\n".join(paragraphs)

    return insert


def _reworded(share: float) -> Edit:
    def reword(text: str, _borrow: Borrow, chance: random.Random) -> str:
        return re.sub(
            r"\b[a-z]{3,}\b", lambda word: chance.choice(FILLERS) if chance.random() < share else word[0], text
        )

    return reword


def _under_header(text: str, _borrow: Borrow, _chance: random.Random) -> str:
    """Put a header in the place of the one that the text has."""
    article = make_article(text, ArticleMetadata())
    return HEADER + article.text[article.body_start_char :]


def _number_changed(text: str, _borrow: Borrow, _chance: random.Random) -> str:
    """Change the last digit; a text without one is told how many were there."""
    changed = re.sub(r"\d(?=\D*$)", lambda digit: str((int(digit[0]) + 1) % 10), text)
    return changed if changed != text else f"{text}\n\nSome 17 people were there."


def _syndicated(text: str, borrow: Borrow, chance: random.Random) -> str:
    half = _cut(0.5)(_under_header(text, borrow, chance), borrow, chance)
    return _reworded(0.02)(_inserted(1)(half, borrow, chance), borrow, chance)


KINDS: tuple[tuple[str, Edit], ...] = (
    ("another headline and byline", _under_header),
    ("cut to three quarters", _cut(0.75)),
    ("cut to half", _cut(0.5)),
    ("cut to a third", _cut(1 / 3)),
    ("cut to a fifth", _cut(0.2)),
    ("one sentence put in", _inserted(1)),
    ("three sentences put in", _inserted(3)),
    ("a number changed", _number_changed),
    ("one word in fifty changed", _reworded(0.02)),
    ("one word in twenty changed", _reworded(0.05)),
    ("headline, half, a sentence, one word in fifty", _syndicated),
)

_VOWELS, _CONSONANTS = "aeiou", "bdfgklmnprstv"
_PHRASES = (
    "told a news conference on Tuesday that",
    "said in a statement on Monday that the",
    "according to a spokesman for the",
    "did not respond to a request for comment",
    "for the first time since the end of the",
    "members of the board voted against the",
    "is expected to be one of the most",
    "the head of the harbour authority said the",
)


def made_up(n: int, *, copies: float, seed: int = 0) -> Iterator[tuple[Article, int | None]]:
    """Make articles of about 300 words, some of them syndicated copies of earlier ones.

    Args:
        n: How many.
        copies: Share of copies, in [0, 1].
        seed: Of the texts.

    Yields:
        An article, and the position of the one it copies; None for one of its own.
    """
    chance = random.Random(seed)
    words = ["".join(chance.choice(_CONSONANTS) + chance.choice(_VOWELS) for _ in range(3)) for _ in range(4_000)]
    originals: dict[int, str] = {}
    for i in range(n):
        of = chance.choice(list(originals)) if originals and chance.random() < copies else None
        if of is None:
            text = "\n\n".join(" ".join(_made_up_sentence(words, chance) for _ in range(3)) for _ in range(7))
            # A few hundred are enough to copy from, and need not be kept in memory all.
            if len(originals) < 500 or chance.random() < 0.01:
                originals[i] = text
                if len(originals) > 500:
                    originals.pop(next(iter(originals)))
        else:
            text = _syndicated(originals[of], lambda: _made_up_sentence(words, chance), chance)
        url = f"https://paper-{chance.randrange(300)}.example/{i}"
        yield make_article(text, ArticleMetadata(title=f"Report {i}", url=url, language="en")), of


def _made_up_sentence(words: list[str], chance: random.Random) -> str:
    # Squared, so that some words are common, as they are.
    picked = [words[int(chance.random() ** 2 * len(words))] for _ in range(chance.randrange(8, 20))]
    if chance.random() < 0.2:
        picked.insert(chance.randrange(len(picked)), chance.choice(_PHRASES))
    if chance.random() < 0.3:
        picked.append(str(chance.randrange(2, 999)))
    return f"{' '.join(picked).capitalize()}."

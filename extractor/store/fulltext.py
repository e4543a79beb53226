"""Full-text search: how words become tokens, and a typed query an expression of either database.

SQLite searches by FTS5, PostgreSQL by tsvector. Both are given tokens that were made here, so that the
same query finds the same claims in both, and nothing that somebody types is ever a syntax error.
"""

import re
import unicodedata
from collections import defaultdict
from collections.abc import Iterable

from extractor.schema import Value

MAX_TOKEN_CHARS = 64
"""Longer words are cut; PostgreSQL takes 2,046 bytes at most."""

MAX_DOCUMENT_TOKENS = 20_000
"""Of a longer text only the beginning is searched: a tsvector holds at most a megabyte."""

MAX_QUERY_TOKENS = 32
"""What is typed beyond that is left aside."""

_TOKEN = re.compile(r"[^\W_]+")
_UNIT = re.compile(r'(-?)(?:"([^"]*)"?|(\S+))')


class Phrase(Value):
    """Tokens that stand one after the other."""

    tokens: tuple[str, ...]
    """At least one."""
    is_prefix: bool = False
    """The last token is only the beginning of a word."""


class Expression(Value):
    """What a document must hold: every `groups`, of each any phrase; and none of `without`."""

    groups: tuple[tuple[Phrase, ...], ...] = ()
    without: tuple[Phrase, ...] = ()


def tokens_of(text: str) -> list[str]:
    """Return the words of a text, folded: lower case, without accents; no token holds an underscore."""
    marked = unicodedata.normalize("NFKD", text.casefold())
    folded = "".join(c for c in marked if not unicodedata.combining(c))
    return [token[:MAX_TOKEN_CHARS] for token in _TOKEN.findall(folded)]


def parse(query: str) -> Expression:
    """Read what somebody typed: ``word``, ``begin*``, ``"a phrase"``, ``-without``.

    Returns:
        An empty expression when there is no word in it.
    """
    groups: list[tuple[Phrase, ...]] = []
    without: list[Phrase] = []
    n_left = MAX_QUERY_TOKENS
    for minus, quoted, word in _UNIT.findall(query):
        tokens = tuple(tokens_of(quoted or word)[:n_left])
        if not tokens:
            continue
        n_left -= len(tokens)
        phrase = Phrase(tokens=tokens, is_prefix=word.endswith("*"))
        if minus:
            without.append(phrase)
        else:
            groups.append((phrase,))
    return Expression(groups=tuple(groups), without=tuple(without))


def as_fts5(expression: Expression) -> str:
    """Return the expression for MATCH; its groups must not be empty, since FTS5 cannot only exclude."""
    wanted = " AND ".join(f"({' OR '.join(map(_fts5_phrase, group))})" for group in expression.groups)
    return " NOT ".join([f"({wanted})", *map(_fts5_phrase, expression.without)])


def as_tsquery(expression: Expression) -> str:
    """Return the expression as the text of a tsquery."""
    wanted = [f"({' | '.join(map(_tsquery_phrase, group))})" for group in expression.groups]
    return " & ".join([*wanted, *(f"!{_tsquery_phrase(phrase)}" for phrase in expression.without)])


def document_of(terms: Iterable[str], words: str) -> str:
    """Return what is searched of a claim or an article: its terms, then its folded words."""
    return " ".join([*terms, *tokens_of(words)[:MAX_DOCUMENT_TOKENS]])


def as_tsvector(document: str) -> str:
    """Return a document as the text of a tsvector; PostgreSQL's own parser depends on the server's locale."""
    places: dict[str, list[int]] = defaultdict(list)
    for place, token in enumerate(document.split(), 1):
        places[token].append(place)
    # A tsvector keeps 256 places of a lexeme, none beyond 16,383.
    return " ".join(f"'{token}':{','.join(map(str, found[:256]))}" for token, found in places.items())


def _fts5_phrase(phrase: Phrase) -> str:
    return f'"{" ".join(phrase.tokens)}"' + ("*" if phrase.is_prefix else "")


def _tsquery_phrase(phrase: Phrase) -> str:
    *first, last = (f"'{token}'" for token in phrase.tokens)
    joined = " <-> ".join([*first, last + (":*" if phrase.is_prefix else "")])
    return f"({joined})" if first else joined

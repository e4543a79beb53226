"""A made-up desk of any size, for benchmarks: a few thousand claims as the program writes them, then copies of these.

The first `BASE` claims come in by the front door: articles, extractions, decisions, runs. The rest are
copies made inside the database, with ids, articles and places in the queue of their own.
"""

import random
import sqlite3
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager
from datetime import date, datetime, timedelta
from itertools import accumulate
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from sqlalchemy import Engine

    from extractor.schema import Article, Claim, Extraction

BASE = 5_000
"""Claims that are written one by one."""

CLAIMS_PER_ARTICLE = 10
AT_ONCE = 500
"""Claims that are written in one transaction."""
DECIDED = 0.1
N_WORDS = 6_000
N_SOURCES = 1_500
DAYS = 60
SHA_CHARS, ID_CHARS = 56, 16
"""So much of a hash or an id stays in a copy; then comes its number in eight digits."""

PUBLISHERS = tuple(
    f"{place} {kind}" for place in ("Harbour", "Valley", "Coast", "Northern") for kind in ("Post", "Wire")
)
REVIEWERS = tuple(f"reviewer {n:02}" for n in range(1, 21))


class Words:
    """Made-up words that are as frequent as words are: the n-th has a share of 1/n."""

    def __init__(self, dice: random.Random) -> None:
        syllables = [a + b for a in "bdfgklmnprstvz" for b in ("a", "e", "i", "o", "u", "en", "ar")]
        made = {"".join(dice.choices(syllables, k=dice.choice((1, 2, 2, 3)))) for _ in range(N_WORDS * 2)}
        self.all = sorted(made)[:N_WORDS]
        dice.shuffle(self.all)
        self._weights = list(accumulate(1 / (n + 1) for n in range(len(self.all))))
        self._dice = dice

    def some(self, n: int) -> list[str]:
        """Return so many."""
        return self._dice.choices(self.all, cum_weights=self._weights, k=n)

    def sentence(self) -> str:
        """Return one sentence, with a figure in it."""
        words = self.some(self._dice.randint(9, 18))
        words.insert(3, f"{self._dice.randint(2, 90_000):,}")
        return f"{' '.join(words).capitalize()}."


def fill(engine: "Engine", n_claims: int, tell: Callable[[float, str], None]) -> None:
    """Fill an empty database.

    Args:
        engine: Its schema is in place.
        n_claims: How many, in tens; rounded up to a multiple of `BASE` where it is more.
        tell: Told the share that is done, in [0, 1], and what is done now.
    """
    n_base = min(BASE, n_claims)
    n_copies = -(-n_claims // n_base)
    dice = random.Random(1)
    for n in _write_base(engine, n_base, dice):
        tell(0.15 * n / n_base, "writing claims")
    tell(0.15, "deciding")
    _decide_base(engine, n_base, dice)
    tell(0.25, "copying")
    _multiply(engine, n_copies, tell)


def _write_base(engine: "Engine", n_claims: int, dice: random.Random) -> Iterator[int]:
    """Write articles with their claims, and give how many claims there are so far."""
    from extractor.clock import utc_now
    from extractor.store import add_article, open_session, save_extractions

    words, now = Words(dice), utc_now()
    sources = [" ".join(w.capitalize() for w in words.some(2)) + f" {n}" for n in range(N_SOURCES)]
    for first in range(0, n_claims, AT_ONCE):
        numbers = range(first, min(first + AT_ONCE, n_claims), CLAIMS_PER_ARTICLE)
        ats = [now - timedelta(days=DAYS * (1 - n / n_claims)) for n in numbers]
        made = [_article(words, sources, dice, at) for at in ats]
        with open_session(engine) as session:
            for at, (article, _) in zip(ats, made, strict=True):
                add_article(session, article=article, now=at)
            save_extractions(session, extractions=[extraction for _, extraction in made])
        yield first


def _article(words: Words, sources: Sequence[str], dice: random.Random, at: datetime) -> "tuple[Article, Extraction]":
    from extractor.ingest import make_article
    from extractor.schema import ArticleMetadata, Extraction, Identity, Piece, PieceState, Span, Usage

    sentences = [words.sentence() for _ in range(CLAIMS_PER_ARTICLE * 2)]
    about = ArticleMetadata(
        title=" ".join(words.some(6)).capitalize(),
        publisher=dice.choice(PUBLISHERS),
        published=date.fromordinal(at.toordinal()),
        language=dice.choice(("en", "en", "en", "de")),
    )
    article = make_article(" ".join(sentences), about)
    model = dice.choice(("rules", "some-model", "some-model"))
    prompt = {"prompt_name": "claims", "prompt_version": dice.choice((1, 2))} if model != "rules" else {}
    claims, start = [], 0
    for n, sentence in enumerate(sentences):
        if n % 2 == 0:
            claims.append(_claim(article, start, sentence, dice.choice(sources), dice))
        start += len(sentence) + 1
    whole = Span(start_char=0, end_char=len(article.text))
    usage = Usage(calls=1, prompt_tokens=900, output_tokens=300, cost_usd=0.002) if prompt else Usage()
    return article, Extraction(
        article_sha256=article.sha256,
        identity=Identity.model_validate({"model": model, **prompt}),
        claims=tuple(claims),
        pieces=(Piece(index=0, span=whole, state=PieceState.CLAIMS, n_drafts=len(claims), usage=usage),),
        suspected_misses=(),
        started_at=at,
        seconds=1.0,
    )


def _claim(article: "Article", start: int, sentence: str, source: str, dice: random.Random) -> "Claim":
    from extractor.schema import (
        Claim,
        ClaimKind,
        Flag,
        FlagCode,
        GroundingLevel,
        Part,
        Quotation,
        Source,
        SourceKind,
        Span,
    )

    flags = (Flag(code=dice.choice(list(FlagCode)), detail="look twice"),) if dice.random() < 0.3 else ()
    span = Span(start_char=start, end_char=start + len(sentence))
    return Claim(
        id=f"{dice.getrandbits(96):024x}",
        text=sentence,
        content=Part(text=sentence, spans=(span,), level=GroundingLevel.EXACT),
        quotation=dice.choice(list(Quotation)),
        source=Source(name=source, kind=dice.choice(list(SourceKind)), role="spokesperson"),
        kind=dice.choice(list(ClaimKind)),
        check_worthiness=round(dice.random(), 2),
        check_worthiness_reason="A figure that can be checked.",
        flags=flags,
    )


def _decide_base(engine: "Engine", n_claims: int, dice: random.Random) -> None:
    """Decide the first ones of the queue, as they come, and give some a second look."""
    from extractor.clock import utc_now
    from extractor.schema import DecisionKind, RejectionReason
    from extractor.store import NewDecision, decide, make_look, next_claim, next_second_look, open_session

    n_decisions, now = round(n_claims * DECIDED), utc_now()
    with open_session(engine) as session:
        for n in range(n_decisions):
            at = now - timedelta(days=DAYS * (1 - n / n_decisions))
            reviewer = dice.choice(REVIEWERS)
            held = next_claim(session, reviewer=reviewer, now=at)
            if held is None:
                raise AssertionError("the queue ended early")
            is_good = dice.random() < 0.7
            decision = NewDecision(
                claim_id=held.claim.id,
                version=held.version,
                kind=DecisionKind.VERIFY if is_good else DecisionKind.REJECT,
                reason=None if is_good else dice.choice(list(RejectionReason)),
                reviewer=reviewer,
            )
            decide(session, decision=decision, now=at + timedelta(seconds=dice.randint(3, 200)))
    with open_session(engine) as session:
        while blind := next_second_look(session, reviewer="an editor", share=0.05, now=now):
            look = NewDecision(
                claim_id=blind.claim.id, version=blind.version, kind=DecisionKind.VERIFY, reviewer="an editor"
            )
            make_look(session, decision=look, now=now)


def _multiply(engine: "Engine", n_copies: int, tell: Callable[[float, str], None]) -> None:
    """Put copies beside what is there."""
    from extractor.store.fulltext import document_of

    with _driver(engine) as connection:
        is_postgresql = not isinstance(connection, sqlite3.Connection)
        counts = {
            table: int(connection.execute(f"SELECT max({key}) FROM {table}").fetchone()[0] or 0)
            for table, key in (("article", "arrival"), ("claim", "arrival"), ("extraction", "id"), ("decision", "id"))
        }
        indices = _without_gin(connection) if is_postgresql else []
        titles = connection.execute("SELECT arrival, title, text FROM article").fetchall()
        documents = [(arrival, document_of([], f"{title or ''}\n{text}")) for arrival, title, text in titles]
        for n in range(1, n_copies):
            for table, changes in _changes(n, counts, is_postgresql=is_postgresql).items():
                _copy(connection, table, changes, counts)
            if not is_postgresql:
                step = n * counts["article"]
                rows = [(arrival + step, document) for arrival, document in documents]
                connection.executemany("INSERT INTO article_fts (rowid, document) VALUES (?, ?)", rows)
            connection.commit()
            tell(0.25 + 0.55 * n / n_copies, "copying")
        tell(0.8, "making indices")
        for table in ("tally", "work", "work_time"):
            connection.execute(f"UPDATE {table} SET n = n * {n_copies}")
        if is_postgresql:
            _finish_postgresql(connection, indices, counts)
        else:
            connection.execute(
                "INSERT INTO claim_fts (rowid, document) SELECT position, document FROM claim_index "
                f"WHERE arrival > {counts['claim']} ORDER BY position"
            )
        connection.commit()
    tell(1.0, "done")


ARRIVALS, STEP = 2**32, 1e-6
"""How `extractor.store.ranking.position` is made of rank and arrival."""


def _changes(n: int, counts: dict[str, int], *, is_postgresql: bool) -> dict[str, dict[str, str]]:
    """Return, by table, what is different in the n-th copy of a row, in SQL."""
    sha = f"substr(article_sha256, 1, {SHA_CHARS}) || '{n:08x}'"
    of_claim = f"substr(claim_id, 1, {ID_CHARS}) || '{n:08x}'"
    own_id = f"substr(id, 1, {ID_CHARS}) || '{n:08x}'"
    step = {table: n * count for table, count in counts.items()}

    def told(column: str, own: str, new: str, kind: str = "json") -> str:
        return f"replace({column}::text, {own}, {new})::{kind}" if is_postgresql else f"replace({column}, {own}, {new})"

    # A millionth further back for each copy, so that a claim is not followed by its own copies.
    position = f"position + {step['claim'] + n * ARRIVALS}"
    term = "(SELECT article_sha256 FROM claim c WHERE c.arrival = claim_index.arrival)"
    new_term = f"substr({term}, 1, {SHA_CHARS}) || '{n:08x}'"
    document = told("document", term, new_term, "tsvector") if is_postgresql else told("document", term, new_term)
    changes = {
        "article": {"arrival": f"arrival + {step['article']}", "sha256": sha.replace("article_sha256", "sha256")},
        "extraction": {"id": f"id + {step['extraction']}", "article_sha256": sha},
        "claim": {
            "arrival": f"arrival + {step['claim']}",
            "id": own_id,
            "article_sha256": sha,
            "decision_id": f"decision_id + {step['decision']}",
            "rank": f"rank + {n * STEP}",
            "claim": told("claim", "id", own_id),
            "leased_by": "NULL",
            "leased_until": "NULL",
            "leased_at": "NULL",
        },
        "find": {
            "extraction_id": f"extraction_id + {step['extraction']}",
            "claim_id": of_claim,
            "found": told("found", "claim_id", of_claim),
        },
        "decision": {
            "id": f"id + {step['decision']}",
            "claim_id": of_claim,
            "before": told('"before"', "claim_id", of_claim),
            "after": told('"after"', "claim_id", of_claim),
            "previous_id": f"previous_id + {step['decision']}",
        },
        "second_look": {
            "claim_id": of_claim,
            "decision_id": f"decision_id + {step['decision']}",
            "first_decision_id": f"first_decision_id + {step['decision']}",
        },
        "claim_index": {
            "arrival": f"arrival + {step['claim']}",
            "position": position,
            "terms": f"replace(terms, {term}, {new_term})",
            "document": document,
        },
    }
    if is_postgresql:
        changes["article_fts"] = {"arrival": f"arrival + {step['article']}"}
    return changes


ORIGINALS = {
    "article": "arrival <= {article}",
    "article_fts": "arrival <= {article}",
    "extraction": "id <= {extraction}",
    "claim": "arrival <= {claim}",
    "claim_index": "arrival <= {claim}",
    "find": "extraction_id <= {extraction}",
    "decision": "id <= {decision}",
    "second_look": "decision_id <= {decision}",
}
"""Which rows of a table are not copies."""


def _copy(connection: Any, table: str, changes: dict[str, str], counts: dict[str, int]) -> None:
    held = connection.execute(f"SELECT * FROM {table} LIMIT 0")
    columns = [column[0] for column in held.description]
    quoted = ", ".join(f'"{column}"' for column in columns)
    values = ", ".join(changes.get(column, f'"{column}"') for column in columns)
    where = ORIGINALS[table].format(**counts)
    connection.execute(f"INSERT INTO {table} ({quoted}) SELECT {values} FROM {table} WHERE {where}")


def _without_gin(connection: Any) -> list[str]:
    """Drop the indices that cost most to add to, and return how to make them."""
    query = (
        "SELECT indexname, indexdef FROM pg_indexes WHERE schemaname = current_schema() AND indexdef LIKE '%USING gin%'"
    )
    found = connection.execute(query).fetchall()
    for name, _ in found:
        connection.execute(f"DROP INDEX {name}")
    return [made for _, made in found]


def _finish_postgresql(connection: Any, indices: Sequence[str], counts: dict[str, int]) -> None:
    connection.execute("SET maintenance_work_mem = '512MB'")
    for made in indices:
        connection.execute(made)
    for table in counts:
        key = "arrival" if table in {"article", "claim"} else "id"
        connection.execute(
            f"SELECT setval(pg_get_serial_sequence('{table}', '{key}'), (SELECT max({key}) FROM {table}))"
        )
    connection.commit()
    connection.autocommit = True
    # A server does this by itself within minutes.
    connection.execute("VACUUM ANALYZE")
    connection.autocommit = False


@contextmanager
def _driver(engine: "Engine") -> Iterator[Any]:
    """Open the database by its driver alone."""
    if engine.dialect.name == "sqlite":
        with closing(sqlite3.connect(str(engine.url.database))) as connection:
            # Whoever pulls the plug now fills another file.
            connection.execute("PRAGMA synchronous = OFF")
            connection.execute("PRAGMA cache_size = -400000")
            yield connection
        return
    import psycopg

    from extractor.store import conninfo

    with psycopg.connect(conninfo(engine.url.render_as_string(hide_password=False))) as connection:
        yield connection

"""The database: articles, extractions, claims, the queue, decisions.

    with open_session(engine) as session:
        decide(session, decision=decision, now=now)

The block is one transaction. Functions take the session first and give values of the domain back;
rows never leave this package.
"""

from extractor.store.articles import add_article, get_article, list_articles, pending_articles
from extractor.store.batches import (
    Batch,
    Merge,
    NewClaim,
    Refused,
    Seen,
    Split,
    add,
    decide_many,
    merge,
    split,
    undo_batch,
)
from extractor.store.claims import count_by_status, get_claim, list_claims
from extractor.store.decisions import NewDecision, decide, history, last_decision, undo
from extractor.store.engine import open_engine, open_session, redacted
from extractor.store.extractions import (
    ModelUsage,
    latest_extraction,
    ledger_totals,
    list_failures,
    list_identities,
    record_failure,
    save_extraction,
    usage_by_model,
)
from extractor.store.migrate import SchemaState, Verdict, ensure_schema, open_store, schema_state, upgrade
from extractor.store.notes import Comment, assign, comment, comments
from extractor.store.queue import LEASE_S, SKIP_S, next_claim, release, skip
from extractor.store.ranking import rank
from extractor.store.searching import claims_page, count_claims, facets
from extractor.store.timeline import Assigned, Commented, Decided, Found, Step, Timeline, timeline

__all__ = [
    "LEASE_S",
    "SKIP_S",
    "Assigned",
    "Batch",
    "Comment",
    "Commented",
    "Decided",
    "Found",
    "Merge",
    "ModelUsage",
    "NewClaim",
    "NewDecision",
    "Refused",
    "SchemaState",
    "Seen",
    "Split",
    "Step",
    "Timeline",
    "Verdict",
    "add",
    "add_article",
    "assign",
    "claims_page",
    "comment",
    "comments",
    "count_by_status",
    "count_claims",
    "decide",
    "decide_many",
    "ensure_schema",
    "facets",
    "get_article",
    "get_claim",
    "history",
    "last_decision",
    "latest_extraction",
    "ledger_totals",
    "list_articles",
    "list_claims",
    "list_failures",
    "list_identities",
    "merge",
    "next_claim",
    "open_engine",
    "open_session",
    "open_store",
    "pending_articles",
    "rank",
    "record_failure",
    "redacted",
    "release",
    "save_extraction",
    "schema_state",
    "skip",
    "split",
    "timeline",
    "undo",
    "undo_batch",
    "upgrade",
    "usage_by_model",
]

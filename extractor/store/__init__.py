"""The database: articles, extractions, claims, the queue, decisions.

    with open_session(engine) as session:
        decide(session, decision=decision, now=now)

The block is one transaction. Functions take the session first and give values of the domain back;
rows never leave this package.
"""

from extractor.store.articles import add_article, get_article, list_articles, pending_articles
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
from extractor.store.queue import LEASE_S, next_claim, release
from extractor.store.ranking import rank

__all__ = [
    "LEASE_S",
    "ModelUsage",
    "NewDecision",
    "SchemaState",
    "Verdict",
    "add_article",
    "count_by_status",
    "decide",
    "ensure_schema",
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
    "undo",
    "upgrade",
    "usage_by_model",
]

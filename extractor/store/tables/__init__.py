"""The tables: one row class for each entity. Rows never leave `extractor.store`.

Values of the domain are kept whole, as JSON, in columns that give them back as they were; what a
query needs to filter or sort by has a column of its own beside them.
"""

from extractor.store.tables.articles import ArticleKeyRow, ArticleRow, ListingRow, NearCopyRow, ReprintRow, VisitRow
from extractor.store.tables.base import DocumentType, Row, UtcDateTime, ValueType, words_column
from extractor.store.tables.batches import DeferredRow, ProviderBatchRow
from extractor.store.tables.claims import (
    UNPLACED,
    AssignmentRow,
    ClaimLinkRow,
    ClaimRow,
    CommentRow,
    DecisionRow,
    DraftRow,
    FindRow,
    SkipRow,
)
from extractor.store.tables.factchecks import FactCheckDraftRow, FactCheckRow, FactCheckStepRow
from extractor.store.tables.lists import DerivedRow, IndexRow, SavedViewRow, TallyRow
from extractor.store.tables.members import MemberRow
from extractor.store.tables.runs import (
    TOTALS,
    AttemptRow,
    DeathRow,
    ExtractionRow,
    FailureRow,
    ReplyRow,
    RunRow,
    identity_sha256,
    run_totals,
)
from extractor.store.tables.secondlooks import SecondLookRow, SecondLookStepRow
from extractor.store.tables.work import WorkRow, WorkTimeRow

__all__ = [
    "TOTALS",
    "UNPLACED",
    "ArticleKeyRow",
    "ArticleRow",
    "AssignmentRow",
    "AttemptRow",
    "ClaimLinkRow",
    "ClaimRow",
    "CommentRow",
    "DeathRow",
    "DecisionRow",
    "DeferredRow",
    "DerivedRow",
    "DocumentType",
    "DraftRow",
    "ExtractionRow",
    "FactCheckDraftRow",
    "FactCheckRow",
    "FactCheckStepRow",
    "FailureRow",
    "FindRow",
    "IndexRow",
    "ListingRow",
    "MemberRow",
    "NearCopyRow",
    "ProviderBatchRow",
    "ReplyRow",
    "ReprintRow",
    "Row",
    "RunRow",
    "SavedViewRow",
    "SecondLookRow",
    "SecondLookStepRow",
    "SkipRow",
    "TallyRow",
    "UtcDateTime",
    "ValueType",
    "VisitRow",
    "WorkRow",
    "WorkTimeRow",
    "identity_sha256",
    "run_totals",
    "words_column",
]

"""The tables of batches at providers.

No ``from __future__ import annotations`` here: SQLModel reads the annotations at run time.
"""

from datetime import datetime

from sqlalchemy import BigInteger, Column, Text
from sqlmodel import Field

from extractor.provider_batch import AnswerState, BatchState, ProviderBatch
from extractor.store.tables.base import Row, UtcDateTime, words_column


class ProviderBatchRow(Row, table=True):
    """A batch of questions at a provider."""

    __tablename__ = "provider_batch"

    id: int | None = Field(default=None, primary_key=True)
    token: str = Field(unique=True)
    run_id: int = Field(foreign_key="run.id")
    model: str
    base_url: str
    state: BatchState = Field(sa_column=Column(words_column(BatchState), nullable=False, index=True))
    provider_id: str | None = None
    status: str = ""
    reason: str = Field(default="", sa_column=Column(Text, nullable=False))
    n_questions: int = 0
    n_answered: int = 0
    n_failed: int = 0
    prompt_tokens: int = Field(default=0, sa_column=Column(BigInteger, nullable=False))
    output_tokens: int = Field(default=0, sa_column=Column(BigInteger, nullable=False))
    begun_at: datetime = Field(sa_column=Column(UtcDateTime, nullable=False))
    ended_at: datetime | None = Field(default=None, sa_column=Column(UtcDateTime))

    def as_value(self) -> ProviderBatch:
        """Return the batch."""
        return ProviderBatch.model_validate({name: getattr(self, name) for name in ProviderBatch.model_fields})


class DeferredRow(Row, table=True):
    """A question in a batch, for one article; the same question may stand there for several."""

    __tablename__ = "deferred"

    batch_id: int = Field(primary_key=True, foreign_key="provider_batch.id")
    request_sha256: str = Field(primary_key=True)
    article_sha256: str = Field(primary_key=True, foreign_key="article.sha256", index=True)
    state: AnswerState = Field(sa_column=Column(words_column(AnswerState), nullable=False))
    status_code: int | None = None
    code: str = ""
    message: str = Field(default="", sa_column=Column(Text, nullable=False))
    param: str | None = None

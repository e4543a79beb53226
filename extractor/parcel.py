"""A batch that is being put together: its questions in the database and in a file, until it is sent off."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Self
from uuid import uuid4

from extractor.errors import FaultScope, ModelError
from extractor.model import Model
from extractor.model.batches import MOST_BYTES, Batches, View, line
from extractor.model.deferral import PutOff
from extractor.pipeline import Clock, Estimate, Extractor
from extractor.provider_batch import BatchState, Deferred, ProviderBatch
from extractor.replies import ReplyShelf
from extractor.runs import OpenRun
from extractor.schema import Article
from extractor.store import add_questions, begin_batch, change_batch, close_attempts, dissolve_batch

if TYPE_CHECKING:
    from sqlmodel import Session

WRITTEN_AT_ONCE = 64
"""Questions that are put into the database in one transaction, at least."""


@dataclass(frozen=True)
class Asking:
    """Who asks, and where replies are kept."""

    extractor: Extractor
    model: Model
    """The one that the extractor asks."""
    batches: Batches
    replies: ReplyShelf


class Parcel:
    """A batch in the state of preparing; each of its articles is nobody else's from the moment it is written."""

    def __init__(self, run: OpenRun, asking: Asking, batch: ProviderBatch, path: Path) -> None:
        self.batch = batch
        self._run = run
        self._asking = asking
        self._path = path
        self._guess = Estimate()
        self._n_bytes = 0
        self._requests: set[str] = set()
        self._unwritten: list[Deferred] = []

    @classmethod
    async def begin(cls, run: OpenRun, asking: Asking, folder: Path, clock: Clock) -> Self:
        """Enter a new batch; its file will be in the folder."""
        token, options, now = uuid4().hex, asking.model.options, clock()

        def enter(session: "Session") -> ProviderBatch:
            place = {"model": options.name, "base_url": options.base_url, "token": token}
            return begin_batch(session, run_id=run.run_id, now=now, **place)

        return cls(run, asking, await run.transact(enter), folder / f"{token}.jsonl")

    @property
    def n_questions(self) -> int:
        """How many questions it will ask."""
        return len(self._requests)

    def takes(self, questions: Sequence[PutOff], most_questions: int) -> bool:
        """Tell whether it has room for some more."""
        n_bytes = self._n_bytes + sum(len(line(question)) for question in questions)
        return self.n_questions + len(questions) <= most_questions and n_bytes <= MOST_BYTES

    async def put(self, article: Article, questions: Sequence[PutOff], guess: Estimate) -> None:
        """Put in the questions about an article, which are guessed to cost so much."""
        self._guess += guess
        with self._path.open("ab") as file:
            for question in questions:
                request = question.request_sha256
                self._unwritten.append(Deferred(article_sha256=article.sha256, request_sha256=request))
                # The same question about two articles is asked once.
                if request not in self._requests:
                    self._requests.add(request)
                    self._n_bytes += file.write(line(question))
        if len(self._unwritten) >= WRITTEN_AT_ONCE:
            await self._write()

    async def send(self) -> ProviderBatch:
        """Send it off.

        Raises:
            ModelError: The provider did not take it, and it is dissolved; or nobody knows whether it did, and the
                next run finds out.
        """
        await self._write()
        batch = self.batch.model_copy(
            update={
                "n_questions": self.n_questions,
                "prompt_tokens": self._guess.prompt_tokens,
                "output_tokens": self._guess.output_tokens,
            }
        )
        changes = batch.model_dump(include={"n_questions", "prompt_tokens", "output_tokens"})
        await self._run.transact(
            lambda session: change_batch(session, batch_id=batch.id, state=BatchState.SUBMITTING, **changes)
        )
        try:
            view = await self._asking.batches.submit(self._path, batch.token)
        except ModelError as exc:
            if exc.fault.scope is not FaultScope.MOMENT:
                await self.dissolve()
            raise
        finally:
            self._path.unlink()
        return await opened(self._run, batch, view)

    async def dissolve(self) -> None:
        """Let its articles wait again."""
        await self._run.transact(lambda session: dissolve_batch(session, batch_id=self.batch.id))

    async def _write(self) -> None:
        questions, self._unwritten = self._unwritten, []
        identity = self._asking.extractor.identity

        def write(session: "Session") -> None:
            add_questions(session, batch_id=self.batch.id, questions=questions)
            close_attempts(session, identity=identity, sha256s=[q.article_sha256 for q in questions])

        await self._run.transact(write)


async def opened(run: OpenRun, batch: ProviderBatch, view: View) -> ProviderBatch:
    """Take note that the provider has a batch."""
    changes = {"state": BatchState.OPEN, "provider_id": view.provider_id, "status": view.status}
    await run.transact(lambda session: change_batch(session, batch_id=batch.id, **changes))
    return batch.model_copy(update=changes)

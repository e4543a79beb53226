"""A backlog by way of a provider's batches: at a lower price, within a day, and never twice.

In rounds: every waiting article goes through the pipeline with the replies that are kept. Where all its
questions are answered it is done, by the same rules as any other; else the questions that are left go into
a batch, and their answers will be kept. What was cut off or did not fit is asked about in the next round.

What goes to the provider is in the database before it is sent, so that a run can be killed anywhere and the
next one goes on: it asks the provider for a batch whose id got lost, and reads files again that were half read.
"""

import asyncio
from collections.abc import Callable, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from extractor.batch import Stoppable, work_one
from extractor.budget import Budget
from extractor.errors import Fault, FaultScope, ModelError, ModelUnavailable
from extractor.model.batches import FULL, MOST_QUESTIONS, View
from extractor.model.deferral import Deferral, PutOff
from extractor.parcel import Asking, Parcel, opened
from extractor.pipeline import Clock, Estimate, Question, estimate
from extractor.prices import estimate_tokens
from extractor.provider_batch import AnswerState, BatchState, ProviderBatch, Unanswered
from extractor.runs import OpenRun
from extractor.schema import Article, KeptReply, RunTotals, Usage, Value
from extractor.segment import segment
from extractor.store import (
    Turn,
    add_to_run,
    change_batch,
    close_batch,
    collect,
    decline_batch,
    dissolve_batch,
    take_over_batches,
    unanswered,
)

if TYPE_CHECKING:
    from sqlmodel import Session

DRAWN_AT_ONCE = 64
"""Articles claimed in one transaction."""

COLLECTED_AT_ONCE = 500
"""Answers written in one transaction."""

LATE_S = 10.0
"""So long after it was sent, a batch may still turn up at the provider; or until the next look at it."""

_UNNAMED = {"expired": AnswerState.EXPIRED, "cancelled": AnswerState.CANCELLED}
"""What became of a question that no file names, by the batch's last status."""


class BatchPlan(Value):
    """How a backlog is put into batches."""

    most_questions: int = MOST_QUESTIONS
    """In one batch."""
    poll_s: float = 60.0
    """Time between two looks at the batches."""
    gives_up: bool = False
    """Questions of batches that the provider does not have any more are asked again."""


class BatchApi(Stoppable):
    """Works a backlog off by batches until it ends, the budget does, or somebody says stop."""

    def __init__(
        self,
        run: OpenRun,
        asking: Asking,
        *,
        budget: Budget,
        clock: Clock,
        plan: BatchPlan,
        tell: Callable[[str], None],
    ) -> None:
        super().__init__()
        self._run = run
        self._asking = asking
        self._budget = budget
        self._clock = clock
        self._plan = plan
        self._tell = tell
        self._open: list[ProviderBatch] = []
        self._parcel: Parcel | None = None
        self._gave_up: set[str] = set()
        self._has_asked = False
        self._has_room = self._has_queue = True

    async def work(self) -> None:
        """Go on with the batches that are there, and work the backlog off.

        Raises:
            ModelUnavailable: The provider cannot be used, or takes no batches.
            StoreError: The database refused, or did not come back in time.
        """
        with TemporaryDirectory(prefix="claimdesk-batch-") as folder:
            await self._resume()
            while not self.is_stopping:
                await self._round(Path(folder))
                if self.is_stopping or not self._open:
                    break
                await self._wait()
            self.is_out_of_budget = not self._has_room and not self.is_stopping
        if self._lost is not None:
            raise self._lost
        if self._open:
            n = sum(batch.n_questions for batch in self._open)
            self._tell(f"{n:,} questions stay at the provider; the same command collects their answers")

    # Batches that are there already

    async def _resume(self) -> None:
        """Take over what earlier runs have left, and find out whether it is at the provider."""
        run_id, model = self._run.run_id, self._asking.model.options
        found = await self._run.transact(lambda session: take_over_batches(session, run_id=run_id, model=model.name))
        for batch in found:
            if batch.state is BatchState.PREPARING:
                await self._dissolve(batch)
            elif batch.base_url != model.base_url:
                self._tell(f"batch {batch.id} is at {batch.base_url}: set OPENAI_BASE_URL to it to collect its answers")
            elif is_there := batch if batch.state is BatchState.OPEN else await self._found(batch):
                self._open.append(is_there)
                guess = Estimate(prompt_tokens=batch.prompt_tokens, output_tokens=batch.output_tokens)
                self._budget.reserve(_key(batch), guess, anyway=True)
                self._tell(f"batch {batch.id} with {batch.n_questions:,} questions is at the provider")

    async def _found(self, batch: ProviderBatch) -> ProviderBatch | None:
        """Return a batch that was being submitted when its run died, if the provider has it."""
        for pause in (0.0, min(LATE_S, self._plan.poll_s)):
            await asyncio.sleep(pause)
            if view := await self._asking.batches.find(batch.token):
                return await opened(self._run, batch, view)
        await self._dissolve(batch)
        return None

    async def _dissolve(self, batch: ProviderBatch) -> None:
        await self._run.transact(lambda session: dissolve_batch(session, batch_id=batch.id))

    # One round through the backlog

    async def _round(self, folder: Path) -> None:
        """Finish every article whose questions are all answered, and put the other questions into batches."""
        self._has_room = True
        for turn in Turn:
            async with self._run.draw(turn, page=DRAWN_AT_ONCE) as draw:
                while not self.is_stopping and (article := await draw.next()) is not None:
                    try:
                        await self._take(article, folder)
                    except BaseException:
                        self._run.give_back(article)
                        raise
        await self._send_off()

    async def _take(self, article: Article, folder: Path) -> None:
        if article.sha256 in self._gave_up:
            self._run.give_back(article)
            return
        deferral = Deferral(await self._errors(article))
        with self._asking.model.deferring(deferral):
            outcome = await work_one(article, self._asking.extractor, self._clock)
        if deferral.questions and not outcome.unavailable:
            await self._defer(article, deferral.questions, folder)
            return
        if outcome.error:
            self._gave_up.add(article.sha256)
        await self._run.finish(outcome)

    async def _errors(self, article: Article) -> dict[str, ModelError]:
        """Return why questions about an article have no answer, as far as that is known."""
        run_id, model = self._run.run_id, self._asking.model.options.name
        found = await self._run.transact(
            lambda session: unanswered(session, run_id=run_id, model=model, sha256s=[article.sha256])
        )
        failures: Sequence[Unanswered] = found.get(article.sha256, [])
        return {failure.request_sha256: self._asking.batches.error(failure) for failure in failures}

    async def _defer(self, article: Article, questions: Sequence[PutOff], folder: Path) -> None:
        """Put an article's questions into a batch, as far as there is room for them."""
        if not (self._has_room and self._has_queue):
            self._run.give_back(article)
            return
        guess = self._guess(article, questions)
        if not self._has_asked:
            full_price = self._asking.model.options.price
            self._has_room = self._budget.reserve(article.sha256, guess, price=full_price)
            if self._has_room:
                await self._ask_first(article)
                return
        else:
            parcel = await self._parcel_for(questions, folder)
            self._has_room = self._budget.reserve(_key(parcel.batch), guess)
            if self._has_room:
                await parcel.put(article, questions, guess)
                self._run.is_over(article.sha256)
                return
        self._run.give_back(article)

    async def _parcel_for(self, questions: Sequence[PutOff], folder: Path) -> Parcel:
        """Return the batch that the questions fit into; a full one is sent off first."""
        if self._parcel is not None and not self._parcel.takes(questions, self._plan.most_questions):
            await self._send_off()
        if self._parcel is None:
            self._parcel = await Parcel.begin(self._run, self._asking, folder, self._clock)
        return self._parcel

    async def _send_off(self) -> None:
        parcel, self._parcel = self._parcel, None
        if parcel is None:
            return
        try:
            if self.is_stopping or not parcel.n_questions:
                await parcel.dissolve()
                await self._budget.settle(_key(parcel.batch), Usage())
                return
            batch = await parcel.send()
        except ModelError as exc:
            self._lose(_unavailable(exc))
            return
        self._open.append(batch)
        self._tell(
            f"batch {batch.id} with {batch.n_questions:,} questions is submitted; it takes up to 24 hours. "
            "Ctrl-C leaves it at work, and the same command goes on"
        )

    async def _ask_first(self, article: Article) -> None:
        """Do one article directly: a wrong key, model or setting shows at once, and not after a day."""
        outcome = await work_one(article, self._asking.extractor, self._clock)
        await self._budget.settle(article.sha256, outcome.usage)
        if outcome.unavailable:
            self._run.give_back(article)
            self._lose(ModelUnavailable(outcome.error))
            return
        self._has_asked = True
        await self._run.finish(outcome)

    def _guess(self, article: Article, questions: Sequence[PutOff]) -> Estimate:
        known = {q.request_sha256: q for q in self._asking.extractor.questions(article, segment(article))}
        longest = max((question.output_tokens for question in known.values()), default=0)

        def guess(question: PutOff) -> Question:
            # A question that goes on from another one is not known beforehand.
            words = "".join(message["content"] for message in question.body["messages"])
            return known.get(question.request_sha256) or Question(
                prompt_tokens=estimate_tokens(words), output_tokens=longest
            )

        return estimate(map(guess, questions))

    # Waiting for answers

    async def _wait(self) -> None:
        """Look at the batches now and then, until at least one has been collected."""
        n_before = len(self._open)
        while not self.is_stopping and len(self._open) == n_before:
            for batch in list(self._open):
                await self._look_after(batch)
            if len(self._open) == n_before:
                await self.pause(self._plan.poll_s)

    async def _look_after(self, batch: ProviderBatch) -> None:
        try:
            view = await self._asking.batches.look(batch.provider_id or "")
            if view.has_ended:
                await self._end(batch, view)
            elif view.status != batch.status or view.n_done != batch.n_answered:
                await self._note(batch, view)
        except ModelError as exc:
            # The batch goes on without us.
            if exc.fault is Fault.BATCH_UNKNOWN and self._plan.gives_up:
                await self._close(batch, Usage(), AnswerState.MISSING, "the provider does not have it any more")
            elif exc.fault.scope is not FaultScope.MOMENT:
                self._lose(_unavailable(exc))
            else:
                self._tell(f"{exc} Looking at batch {batch.id} again in {self._plan.poll_s:.0f} s.")

    async def _note(self, batch: ProviderBatch, view: View) -> None:
        changes = {"status": view.status, "n_answered": view.n_done}
        await self._run.transact(lambda session: change_batch(session, batch_id=batch.id, **changes))
        self._open[self._open.index(batch)] = batch.model_copy(update=changes)
        self._tell(f"batch {batch.id}: {view.status}, {view.n_done:,} of {batch.n_questions:,} questions done")

    async def _end(self, batch: ProviderBatch, view: View) -> None:
        """Take what a batch that has ended has given."""
        if view.status == "failed":
            await self._decline(batch, view)
            return
        usage = Usage()
        for file_id in (view.output_file_id, view.error_file_id):
            page: list[KeptReply | Unanswered] = []
            if file_id is not None:
                async for answer in self._asking.batches.answers(file_id):
                    page.append(answer)
                    if len(page) >= COLLECTED_AT_ONCE:
                        usage += await self._collect(batch, page)
                        page = []
            usage += await self._collect(batch, page)
        unnamed = _UNNAMED.get(view.status, AnswerState.MISSING)
        await self._close(batch, usage, unnamed, f"it was {view.status}" if view.status in _UNNAMED else "")

    async def _close(self, batch: ProviderBatch, usage: Usage, unnamed: AnswerState, reason: str) -> None:
        closed = await self._run.transact(
            lambda session: close_batch(session, batch_id=batch.id, unnamed=unnamed, reason=reason, now=self._clock())
        )
        await self._closed(batch, usage)
        why = f" ({reason})" if reason else ""
        self._tell(f"batch {batch.id}: {closed.n_answered:,} questions answered, {closed.n_failed:,} not{why}")

    async def _collect(self, batch: ProviderBatch, page: Sequence[KeptReply | Unanswered]) -> Usage:
        replies = [answer for answer in page if isinstance(answer, KeptReply)]
        failures = [answer for answer in page if isinstance(answer, Unanswered)]

        # Done again when the answer of the database got lost, it finds nothing new: the cost is that of the first time.
        usage = Usage()

        def write(session: "Session") -> None:
            nonlocal usage
            now = self._clock()
            new = collect(session, batch_id=batch.id, replies=replies, failures=failures, now=now)
            add_to_run(session, run_id=self._run.run_id, totals=RunTotals(usage=new), now=now)
            usage = max(usage, new, key=lambda cost: cost.calls)

        await self._run.transact(write)
        self._run.book(usage)
        self._asking.replies.spend(usage, told=True)
        return usage

    async def _decline(self, batch: ProviderBatch, view: View) -> None:
        """Take note that the provider did not take a batch; its articles wait again."""
        reason = view.reason or "no reason given"
        await self._run.transact(
            lambda session: decline_batch(session, batch_id=batch.id, reason=reason, now=self._clock())
        )
        await self._closed(batch, Usage())
        if view.code == FULL and self._open:
            self._has_queue = False
            self._tell(f"batch {batch.id} waits, the provider's queue is full ({reason})")
            return
        advice = "make it smaller by --batch-size" if view.code == FULL else "see what it says"
        self._lose(ModelUnavailable(f"the provider declined batch {batch.id} ({reason}); {advice}."))

    async def _closed(self, batch: ProviderBatch, usage: Usage) -> None:
        self._open = [other for other in self._open if other.id != batch.id]
        self._has_queue = True
        await self._budget.settle(_key(batch), usage)


def _unavailable(error: ModelError) -> ModelUnavailable:
    return error if isinstance(error, ModelUnavailable) else ModelUnavailable(str(error))


def _key(batch: ProviderBatch) -> str:
    """Return under what a batch stands in the budget."""
    return f"batch {batch.id}"

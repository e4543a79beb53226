"""The extractor for a large model: it reads the article piece by piece and gives whole claims."""

import asyncio
import hashlib
import json
from collections.abc import Awaitable, Callable, Sequence
from functools import partial

from pydantic import BaseModel, Field, field_validator

from extractor.errors import ModelError, ModelTruncated, ModelUnavailable
from extractor.model import Asker, NotAskedYet, request_sha256
from extractor.pieces import Run, cut, span_of, state_after
from extractor.pipeline import Proposal, Question, stages_sha256
from extractor.prompting import Message, Prompt, Role, load_prompt, numbered, render
from extractor.schema import (
    Article,
    ClaimDraft,
    ClaimKind,
    Identity,
    PartDraft,
    Piece,
    PieceState,
    Quotation,
    Sentence,
    SourceDraft,
    SourceKind,
    Span,
    SuspectedMiss,
    Value,
)

_MARKS = "\"'“”„‟«»‹›‘’‚‛「」"


BYTES_PER_TOKEN = 4
"""Of text, roughly; tokenizers differ."""

TOKENS_PER_REPLY = 50
TOKENS_PER_WORD = 5
"""What a reply takes, by the words of its piece: 1,200 words dense with claims take about 6,000 tokens."""


class ReporterReply(BaseModel):
    """Somebody who reports another's words."""

    name: str
    source_kind: SourceKind = SourceKind.ORGANISATION


class ClaimReply(BaseModel):
    """One claim as the model gives it; what it leaves out gets the most careful value."""

    sentences: list[int] = Field(default_factory=list)
    quotes: list[str] = Field(min_length=1)
    quotation: Quotation
    cue: str | None = None
    mention: str | None = None
    source: str
    source_kind: SourceKind
    role: str | None = None
    chain: list[ReporterReply] = Field(default_factory=list)
    claim: str
    kind: ClaimKind = ClaimKind.QUOTATION_OF_RECORD
    check_worthiness: float = 0.5
    reason: str = "the model gave no reason"

    @field_validator("check_worthiness")
    @classmethod
    def _in_range(cls, value: float) -> float:
        return min(max(value, 0.0), 1.0)

    @field_validator("quotes", mode="after")
    @classmethod
    def _not_blank(cls, value: list[str]) -> list[str]:
        if not any(quote.strip() for quote in value):
            raise ValueError("quotes must hold the words of the article")
        return [quote for quote in value if quote.strip()]


class ClaimsReply(BaseModel):
    """Every claim of a piece, in reading order."""

    claims: list[ClaimReply]


class EndpointOptions(Value):
    """How an article is cut up for the model."""

    max_words: int = Field(default=1200, gt=0)
    """Of one piece."""
    overlap_words: int = Field(default=120, ge=0)
    """What a piece repeats of the one before: enough for the sentence that names the speaker."""
    max_output_tokens: int = Field(default=16_000, gt=0)
    """A piece dense with claims takes about 6,000; models that think first count that in as well."""
    second_pass: bool = False
    """Ask once more about sentences that look as if they hold a claim and gave none."""
    max_parallel: int = Field(default=4, gt=0)
    """Pieces of one article asked about at the same time; it does not change the answers."""


class _Outcome(Value):
    """What became of one piece."""

    drafts: tuple[ClaimDraft, ...]
    piece: Piece


_Ask = Callable[[], Awaitable[tuple[_Outcome, ...]]]
"""Asks about one piece."""


class EndpointExtractor:
    """Proposes what a large model finds in each piece."""

    def __init__(self, model: Asker, options: EndpointOptions | None = None, prompt: Prompt | None = None) -> None:
        self._model = model
        self._options = options or EndpointOptions()
        self._prompt = prompt or load_prompt("claims", 1)
        self._missed = load_prompt("missed", 1)
        reply_schema = json.dumps(ClaimsReply.model_json_schema(), sort_keys=True)
        self._n_schema_bytes = len(reply_schema.encode())
        settings = {
            **self._options.model_dump(exclude={"max_parallel"}),
            "temperature": model.options.temperature,
            "seed": model.options.seed,
            "reply_schema": hashlib.sha256(reply_schema.encode()).hexdigest()[:16],
        }
        if self._options.second_pass:
            settings["missed_prompt"] = self._missed.sha256[:16]
        self.identity = Identity(
            model=model.options.name,
            prompt_name=self._prompt.name,
            prompt_version=self._prompt.version,
            prompt_sha256=self._prompt.sha256,
            settings=json.dumps(settings, sort_keys=True),
            stages_sha256=stages_sha256(),
        )

    async def propose(self, article: Article, sentences: tuple[Sentence, ...]) -> Proposal:
        """Find the claims of one article.

        Raises:
            ModelUnavailable: The endpoint cannot be used at all.
        """
        options = self._options
        runs = cut(article.text, sentences, max_words=options.max_words, overlap_words=options.overlap_words)
        return await self._gathered([partial(self._ask, article, run) for run in runs])

    async def look_again(
        self, article: Article, sentences: tuple[Sentence, ...], first: Proposal, misses: tuple[SuspectedMiss, ...]
    ) -> Proposal:
        """Go on with the conversation about each piece that has suspected sentences, if that is wanted.

        Raises:
            ModelUnavailable: The endpoint cannot be used at all.
        """
        suspected = {miss.span for miss in misses} if self._options.second_pass else set()
        questions = []
        for piece in first.pieces:
            run = tuple(sentence for sentence in sentences if piece.span.contains(sentence.span))
            doubtful = tuple(sentence for sentence in run if sentence.span in suspected)
            if doubtful and not piece.state.is_loss:
                suspected -= {sentence.span for sentence in doubtful}
                questions.append(partial(self._ask_again, article, run, piece, doubtful))
        return await self._gathered(questions)

    async def _gathered(self, questions: Sequence[_Ask]) -> Proposal:
        """Ask about several pieces, at most so many at once, and put the answers together in their order."""
        gate = asyncio.Semaphore(self._options.max_parallel)

        waiting: list[NotAskedYet] = []

        async def gated(question: _Ask) -> tuple[_Outcome, ...]:
            async with gate:
                try:
                    return await question()
                except NotAskedYet as exc:
                    # The others are to come out too: all of them go into the same batch.
                    waiting.append(exc)
                    return ()

        try:
            async with asyncio.TaskGroup() as group:
                tasks = [group.create_task(gated(question)) for question in questions]
        except ExceptionGroup as failures:
            # One unusable endpoint is one error, however many pieces met it.
            raise failures.exceptions[0] from failures
        if waiting:
            raise waiting[0]
        outcomes = [outcome for task in tasks for outcome in task.result()]
        return Proposal(
            drafts=tuple(draft for outcome in outcomes for draft in outcome.drafts),
            pieces=tuple(o.piece.model_copy(update={"index": index}) for index, o in enumerate(outcomes)),
        )

    def questions(self, article: Article, sentences: tuple[Sentence, ...]) -> tuple[Question, ...]:
        """Return the first question about each piece, and guess from its words how much there is to answer."""
        options = self._options
        runs = cut(article.text, sentences, max_words=options.max_words, overlap_words=options.overlap_words)
        first = tuple(self._question(article, run) for run in runs)
        if not self._options.second_pass:
            return first
        # Most pieces have a sentence to ask about again; which, hangs on the answer, and the new one is short.
        again = (
            Question(prompt_tokens=q.prompt_tokens + q.output_tokens, output_tokens=TOKENS_PER_REPLY) for q in first
        )
        return (*first, *again)

    def _question(self, article: Article, run: Run) -> Question:
        messages, limit = self._messages(article, run), self._options.max_output_tokens
        n_bytes = sum(len(message.content.encode()) for message in messages) + self._n_schema_bytes
        words = len(span_of(run).of(article.text).split())
        return Question(
            request_sha256=request_sha256(self._model.options, messages, ClaimsReply, limit),
            prompt_tokens=n_bytes // BYTES_PER_TOKEN,
            output_tokens=min(TOKENS_PER_REPLY + TOKENS_PER_WORD * words, limit),
        )

    def _messages(self, article: Article, run: Run) -> tuple[Message, ...]:
        values = {"article": numbered(article.text, run), "language": article.metadata.language}
        return render(self._prompt, values)

    async def _ask(self, article: Article, run: Run) -> tuple[_Outcome, ...]:
        """Ask about a piece, and where the reply was cut off, once more about each half."""
        try:
            return (await self._claims(article, run),)
        except ModelTruncated as exc:
            if len(run) == 1:
                return (_failed(run, exc),)
            cut_off = exc
        half = len(run) // 2
        outcomes = []
        waiting: NotAskedYet | None = None
        for part in (run[:half], run[half:]):
            try:
                outcomes.append(await self._claims(article, part))
            except ModelTruncated as exc:
                outcomes.append(_failed(part, exc))
            except NotAskedYet as exc:
                waiting = exc
        if waiting:
            raise waiting
        outcomes[0] = _with_first_try(outcomes[0], cut_off)
        return tuple(outcomes)

    async def _ask_again(
        self, article: Article, run: Run, piece: Piece, doubtful: tuple[Sentence, ...]
    ) -> tuple[_Outcome, ...]:
        numbers = ", ".join(f"[{sentence.index}]" for sentence in doubtful)
        said = Message(role=Role.ASSISTANT, content=piece.raw_replies[-1])
        question = render(self._missed, {"sentences": numbers})
        try:
            outcome = await self._claims(article, run, (*self._messages(article, run), said, *question))
        except ModelTruncated as exc:
            outcome = _failed(run, exc)
        told = f"{outcome.piece.detail} " if outcome.piece.detail else ""
        detail = f"{told}(a second look at the suspected sentences {numbers})"
        return (outcome.model_copy(update={"piece": outcome.piece.model_copy(update={"detail": detail})}),)

    async def _claims(self, article: Article, run: Run, messages: tuple[Message, ...] | None = None) -> _Outcome:
        messages = messages or self._messages(article, run)
        try:
            reply = await self._model.ask(messages, ClaimsReply, max_output_tokens=self._options.max_output_tokens)
        except (ModelTruncated, ModelUnavailable, NotAskedYet):
            raise
        except ModelError as exc:
            return _failed(run, exc)
        drafts = tuple(_draft(article, run, claim) for claim in reply.value.claims)
        piece = Piece(
            index=0,
            span=span_of(run),
            state=PieceState.CLAIMS if drafts else PieceState.EMPTY,
            n_drafts=len(drafts),
            raw_replies=reply.raw_replies,
            request_sha256s=reply.request_sha256s,
            usage=reply.usage,
        )
        return _Outcome(drafts=drafts, piece=piece)


def _failed(run: Run, error: ModelError) -> _Outcome:
    piece = Piece(
        index=0,
        span=span_of(run),
        state=state_after(error),
        detail=str(error),
        raw_replies=error.raw_replies,
        request_sha256s=error.request_sha256s,
        usage=error.usage,
    )
    return _Outcome(drafts=(), piece=piece)


def _with_first_try(outcome: _Outcome, cut_off: ModelTruncated) -> _Outcome:
    """Book the reply that was cut off on the first half: nothing that was said or paid gets lost."""
    piece = outcome.piece
    known = {
        "detail": piece.detail or "the reply about the whole piece was cut off, so each half was asked about again",
        "raw_replies": cut_off.raw_replies + piece.raw_replies,
        "request_sha256s": cut_off.request_sha256s + piece.request_sha256s,
        "usage": cut_off.usage + piece.usage,
    }
    return outcome.model_copy(update={"piece": piece.model_copy(update=known)})


def _draft(article: Article, run: Run, claim: ClaimReply) -> ClaimDraft:
    known = {sentence.index: sentence for sentence in run}
    places = tuple(sorted({index for index in claim.sentences if index in known}))
    stretch = span_of(tuple(known[index] for index in places) or run)
    return ClaimDraft(
        text=claim.claim.strip(),
        content=_content(article.text, stretch, claim),
        quotation=claim.quotation,
        source=SourceDraft(
            name=claim.source.strip(),
            kind=claim.source_kind,
            role=claim.role or None,
            mention=_part(claim.mention),
        ),
        cue=_part(claim.cue),
        chain=tuple(SourceDraft(name=reporter.name, kind=reporter.source_kind) for reporter in claim.chain),
        kind=claim.kind,
        check_worthiness=claim.check_worthiness,
        check_worthiness_reason=claim.reason,
        sentences=places,
    )


def _part(words: str | None) -> PartDraft | None:
    return PartDraft(text=words.strip()) if words and words.strip() else None


def _content(text: str, stretch: Span, claim: ClaimReply) -> PartDraft:
    """Place the quotes where they stand one after the other; where they do not, grounding searches further."""
    quotes = [_bare(quote, claim.quotation) for quote in claim.quotes]
    spans: list[Span] = []
    position = stretch.start_char
    for quote in quotes:
        start = text.find(quote, position, stretch.end_char)
        if start < 0:
            return PartDraft(text=" ".join(quotes))
        position = start + len(quote)
        spans.append(Span(start_char=start, end_char=position))
    return PartDraft(text=" ".join(quotes), spans=tuple(spans))


def _bare(quote: str, quotation: Quotation) -> str:
    """Take off what models copy along: the outer marks of a direct quotation, a closing comma or full stop."""
    bare = quote.strip()
    if quotation is Quotation.DIRECT:
        bare = bare.strip(_MARKS)
    return bare.removesuffix(",").removesuffix(".").strip() or quote.strip()

"""The systems of a comparison, made ready to answer for gold cases; rivals' answers become claims of ours."""

import asyncio
import json
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Annotated, Protocol

import typer

from extractor.cli.gold import placed
from extractor.cli.output import bytes_progress, complain

if TYPE_CHECKING:
    from pathlib import Path

    from eval.cases import GoldCase
    from eval.peers.environment import Worker
    from eval.run import Prediction
    from extractor.model import Model, ModelOptions
    from extractor.pipeline import Extractor
    from extractor.schema import Claim, Identity
    from extractor.settings import Settings


class SystemName(StrEnum):
    """What can be compared."""

    PLAIN = "plain"
    LANGEXTRACT = "langextract"
    RULES = "rules"
    OURS = "ours"


ASKS_A_MODEL = frozenset({SystemName.PLAIN, SystemName.LANGEXTRACT, SystemName.OURS})
"""Those that need a model server."""

InstallOption = Annotated[
    bool, typer.Option("--install", help="Put langextract in an environment of its own in the cache, if it is not yet.")
]


class System(Protocol):
    """Answers for one case at a time."""

    @property
    def identity(self) -> "Identity":
        """What its answers depend on beside the article."""
        ...

    async def predict(self, case: "GoldCase") -> "Prediction":
        """Find the claims of one case.

        Raises:
            ModelUnavailable: The server cannot be used at all.
        """
        ...


@contextmanager
def served(model: str, settings: "Settings", *, start: bool) -> "Iterator[ModelOptions]":
    """Tell how to ask the model; the local one is served meanwhile, unless there is nothing to ask."""
    from extractor.local import LocalServer, ensure_weights
    from extractor.model import ModelOptions, endpoint_options

    if model != "local":
        yield endpoint_options(settings, model) if start else ModelOptions(name=model)
    elif not start:
        yield ModelOptions(name=model)
    else:
        with bytes_progress() as progress:
            weights = ensure_weights(settings, progress=progress)
        with LocalServer(weights) as server:
            yield server.options


@asynccontextmanager
async def opened(
    name: SystemName, options: "ModelOptions", settings: "Settings", *, start: bool, install: bool
) -> AsyncIterator[System]:
    """Make one system ready; where nothing is asked, it only has to say what it is."""
    from extractor.endpoint import EndpointExtractor
    from extractor.hybrid import HybridExtractor
    from extractor.model import Model
    from extractor.rules_extractor import RulesExtractor

    match name:
        case SystemName.PLAIN:
            # As instructor's own default has it.
            async with Model(options.model_copy(update={"max_reasks": 3})) as asked:
                yield _Plain(asked)
        case SystemName.LANGEXTRACT if start:
            with langextract_worker(settings, install=install) as worker:
                yield _Langextract(worker, options)
        case SystemName.LANGEXTRACT:
            yield _Langextract(None, options)
        case SystemName.RULES:
            yield _Ours(RulesExtractor())
        case SystemName.OURS:
            async with Model(options) as asked:
                yield _Ours(HybridExtractor(asked) if options.name == "local" else EndpointExtractor(asked))


def langextract_worker(settings: "Settings", *, install: bool, script: "Path | None" = None) -> "Worker":
    """Return the process in which langextract runs, not yet started.

    Args:
        settings: Says where the cache is.
        install: Create its environment where it is missing.
        script: Runs in it instead of the usual one.

    Raises:
        ConfigError: It is not installed and should not be, or cannot be.
    """
    from eval.peers import environment
    from extractor.errors import ConfigError

    folder = settings.cache_dir / "peers" / "langextract"
    if install:
        environment.install(folder, tell=complain)
    elif not environment.is_installed(folder):
        raise ConfigError(f"langextract is not installed in {str(folder)!r}; add --install, or leave it out.")
    return environment.Worker(environment.python_of(folder), script or environment.SCRIPT)


@dataclass(frozen=True)
class _Ours:
    """An extractor of this project, through all stages."""

    extractor: "Extractor"

    @property
    def identity(self) -> "Identity":
        return self.extractor.identity

    async def predict(self, case: "GoldCase") -> "Prediction":
        from eval.run import prediction
        from extractor.clock import utc_now
        from extractor.ingest import make_article
        from extractor.pipeline import extract

        return prediction(case, await extract(make_article(case.text, case.metadata), self.extractor, clock=utc_now))


@dataclass(frozen=True)
class _Plain:
    """One call an article."""

    model: "Model"

    @property
    def identity(self) -> "Identity":
        from eval.peers import plain

        asked = {
            "max_output_tokens": plain.MAX_OUTPUT_TOKENS,
            "temperature": self.model.options.temperature,
            "seed": self.model.options.seed,
        }
        return _identity("peer-plain", plain.prompt_sha256(), self.model.options.name, asked)

    async def predict(self, case: "GoldCase") -> "Prediction":
        from eval.peers import plain
        from eval.run import Prediction
        from extractor.errors import ModelError, ModelUnavailable
        from extractor.pieces import state_after
        from extractor.prompting import Message, Role
        from extractor.schema import Piece, PieceState, Span

        question = (Message(role=Role.USER, content=plain.question(case.text)),)
        whole = Piece(index=0, span=Span(start_char=0, end_char=len(case.text)), state=PieceState.EMPTY)
        claims: tuple[Claim, ...] = ()
        error = None
        started = time.perf_counter()
        try:
            reply = await self.model.ask(question, plain.PlainReply, max_output_tokens=plain.MAX_OUTPUT_TOKENS)
        except ModelUnavailable:
            raise
        except ModelError as exc:
            error = str(exc)
            known = {"state": state_after(exc), "detail": error, "raw_replies": exc.raw_replies, "usage": exc.usage}
        else:
            claims = placed(case, plain.drafts(reply.value))
            state = PieceState.CLAIMS if claims else PieceState.EMPTY
            known = {"state": state, "raw_replies": reply.raw_replies, "usage": reply.usage, "n_drafts": len(claims)}
        return Prediction(
            case_id=case.id,
            text_sha256=case.article.text_sha256,
            claims=claims,
            pieces=(whole.model_copy(update=known),),
            seconds=time.perf_counter() - started,
            error=error,
        )


@dataclass(frozen=True)
class _Langextract:
    """langextract in its own process."""

    worker: "Worker | None"
    """None where nothing is to be asked."""
    options: "ModelOptions"

    @property
    def identity(self) -> "Identity":
        from eval.peers import environment, plain

        asked = {"max_output_tokens": plain.MAX_OUTPUT_TOKENS, "temperature": self.options.temperature}
        return _identity("peer-langextract", environment.content_sha256(), self.options.name, asked)

    async def predict(self, case: "GoldCase") -> "Prediction":
        from eval.peers import langextract_reply as lx
        from eval.peers import plain
        from eval.run import Prediction

        if self.worker is None:
            raise RuntimeError("langextract was not started")
        request = lx.ExtractRequest(
            text=case.text,
            base_url=self.options.base_url,
            api_key=self.options.api_key.get_secret_value(),
            model=self.options.name,
            max_output_tokens=plain.MAX_OUTPUT_TOKENS,
            temperature=self.options.temperature,
            timeout_s=self.options.timeout_s,
        )
        started = time.perf_counter()
        answer = await asyncio.to_thread(lx.extract, self.worker, request)
        claims = placed(case, lx.drafts(answer))
        seconds = time.perf_counter() - started
        return Prediction(
            case_id=case.id,
            text_sha256=case.article.text_sha256,
            claims=claims,
            pieces=lx.ledger(answer, seconds=seconds),
            seconds=seconds,
            error=answer.error,
        )


def _identity(prompt_name: str, sha256: str, model: str, asked: dict[str, float | int | None]) -> "Identity":
    from extractor.schema import Identity

    settings = json.dumps(asked, sort_keys=True)
    return Identity(model=model, prompt_name=prompt_name, prompt_version=1, prompt_sha256=sha256, settings=settings)

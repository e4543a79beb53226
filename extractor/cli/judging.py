"""A language model as judge of claims: asked by the eval commands, held against labels by one of its own."""

import asyncio
import hashlib
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer
from pydantic import BaseModel

from eval.formats import LabelFormat
from extractor.cli.gold import JsonOption
from extractor.cli.output import article_progress, complain, print_json, stdout_console
from extractor.cli.rivals import served

if TYPE_CHECKING:
    from eval.cases import CaseSet
    from eval.judge.labels import Labelled
    from eval.judge.questions import Answers, Question, Trait
    from eval.judge.replies import FiledReplies
    from eval.run import EvalRun
    from eval.scores import Score
    from extractor.model import Model, ModelOptions
    from extractor.prompting import Message
    from extractor.schema import Identity, Usage
    from extractor.settings import Settings

JudgeOption = Annotated[
    str | None,
    typer.Option(
        "--judge",
        metavar="local|NAME",
        help="Let this model judge the quality of the claims too; how often labels agree with it stands beside.",
    ),
]
JudgeLabelsOption = Annotated[
    Path | None,
    typer.Option("--judge-labels", metavar="FILE", help="Labels to hold the judge against; without it those shipped."),
]

MAX_OUTPUT_TOKENS = 4_096
"""An answer takes twenty; the rest is for models that think first."""
AT_ONCE = 8
"""Questions in flight at an endpoint; the local server takes one after the other."""
SHIPPED_LABELS = "the shipped labels"


class ClaimVerdict(BaseModel):
    """Reply to the prompt judge_claim."""

    one_statement: Literal["yes", "no"]
    well_formed: Literal["yes", "no"]
    clear_alone: Literal["yes", "no"]


class SupportVerdict(BaseModel):
    """Reply to the prompt judge_support."""

    supported: Literal["yes", "no"]


class Judge:
    """Asks each question once; what was answered before comes from the file of replies."""

    def __init__(self, name: str, settings: "Settings") -> None:
        from extractor.prompting import load_prompt

        self._name = name
        self._settings = settings
        self._prompts = {kind: load_prompt(f"judge_{kind}", 1) for kind in ("claim", "support")}

    @property
    def identity(self) -> "Identity":
        """What its answers depend on."""
        from extractor.model import ModelOptions
        from extractor.schema import Identity

        options = ModelOptions(name=self._name)
        prompts = list(self._prompts.values())
        return Identity(
            model=self._name,
            prompt_name=" and ".join(prompt.name for prompt in prompts),
            prompt_version=prompts[0].version,
            prompt_sha256=hashlib.sha256("".join(prompt.sha256 for prompt in prompts).encode()).hexdigest(),
            settings=f'{{"seed": {options.seed}, "temperature": {options.temperature}}}',
        )

    async def ask(self, questions: "Iterable[Question]") -> "tuple[Answers, Usage]":
        """Ask what is not answered yet.

        Returns:
            The answers, and what asking has cost; a question without a usable answer is missing.

        Raises:
            ModelError: nobody answers.
            ConfigError: the model is not known, or cannot be started.
        """
        from eval.judge.questions import needs_asking
        from extractor.model import Model, ModelOptions

        # Those about the same text in a row, so that a server finds what it has just read.
        wanted = sorted(filter(needs_asking, dict.fromkeys(questions)), key=lambda question: question.text or "")
        replies = self._replies()
        still_open = {q for q in wanted if self._request(q, ModelOptions(name=self._name)) not in replies}
        with served(self._name, self._settings, start=bool(still_open)) as options:
            async with Model(options, replies=replies) as model:
                gate = asyncio.Semaphore(1 if self._name == "local" else AT_ONCE)
                with article_progress(len(still_open), self._name, doing="judging") as advance:
                    told = await asyncio.gather(
                        *(self._one(model, gate, q, advance if q in still_open else _nothing) for q in wanted)
                    )
        return {q: traits for q, traits in zip(wanted, told, strict=True) if traits}, replies.spent

    async def _one(
        self, model: "Model", gate: asyncio.Semaphore, question: "Question", advance: "Callable[[], None]"
    ) -> "dict[Trait, bool]":
        from extractor.errors import Fault, FaultScope, ModelError

        async with gate:
            try:
                asked = await model.ask(
                    self._messages(question), _reply_type(question), max_output_tokens=MAX_OUTPUT_TOKENS
                )
            except ModelError as exc:
                if exc.fault.scope is FaultScope.RUN or exc.fault is Fault.UNREACHABLE:
                    raise
                complain(f"not judged: {question.claim[:60]!r}: {exc}")
                return {}
            finally:
                advance()
        return _traits(asked.value)

    def _messages(self, question: "Question") -> "tuple[Message, ...]":
        from extractor.prompting import render

        if question.text is None:
            return render(self._prompts["claim"], {"claim": question.claim})
        return render(self._prompts["support"], {"text": question.text, "claim": question.claim})

    def _request(self, question: "Question", options: "ModelOptions") -> str:
        from extractor.model import request_sha256

        return request_sha256(options, self._messages(question), _reply_type(question), MAX_OUTPUT_TOKENS)

    def _replies(self) -> "FiledReplies":
        """Open the file of what this model has answered; one for each endpoint, for names mean something there only."""
        from eval.judge.replies import FiledReplies

        where = "" if self._name == "local" else self._settings.openai_base_url or ""
        name = hashlib.sha256(f"{self._name}\n{where}".encode()).hexdigest()[:16]
        return FiledReplies(self._settings.cache_dir / "judge" / f"{name}.jsonl")


def _nothing() -> None:
    """Stand in for a step of the bar."""


def _reply_type(question: "Question") -> type[BaseModel]:
    return ClaimVerdict if question.text is None else SupportVerdict


def _traits(verdict: BaseModel) -> "dict[Trait, bool]":
    from eval.judge.questions import Trait

    match verdict:
        case ClaimVerdict():
            return {
                Trait.ATOMICITY: verdict.one_statement == "yes",
                Trait.FLUENCY: verdict.well_formed == "yes",
                Trait.DECONTEXTUALISATION: verdict.clear_alone == "yes",
            }
        case SupportVerdict():
            return {Trait.SUPPORT: verdict.supported == "yes"}
        case _:
            raise TypeError(f"no verdict: {verdict!r}")


def with_judge(
    scored: "Sequence[tuple[EvalRun, Score]]",
    cases: "CaseSet",
    judge: str | None,
    labels: Path | None,
) -> "list[Score]":
    """Let a judge look at the claims of scored runs; without one they come back as they are.

    Args:
        scored: Runs with their scores.
        cases: What they were scored on.
        judge: The judge's model; None for no judge.
        labels: What to hold the judge against; None for the shipped labels.

    Raises:
        EvalError: the labels cannot be read.
        ModelError: the judge does not answer.
    """
    if judge is None:
        return [score for _, score in scored]
    from eval.judge.runs import judge_runs
    from extractor.settings import load_settings

    held_against = _labels(labels, LabelFormat.CLAIMDESK)
    asked = Judge(judge, load_settings())

    def ask(questions: "Iterable[Question]") -> "tuple[Answers, Usage]":
        return asyncio.run(asked.ask(questions))

    return judge_runs(scored, cases, asked.identity, held_against, ask)


def judge(
    model: Annotated[str, typer.Argument(metavar="local|NAME", help="The model that is to judge.")],
    labels: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Labelled claims; without it those that are shipped.")
    ] = None,
    form: Annotated[
        LabelFormat,
        typer.Option("--format", help="How the labels are written down: our own JSONL, or Factcheck-Bench."),
    ] = LabelFormat.CLAIMDESK,
    limit: Annotated[int | None, typer.Option(min=1, help="Only so many labelled claims, drawn by --seed.")] = None,
    seed: Annotated[int, typer.Option(help="Of the drawing; a larger --limit adds to the same claims.")] = 0,
    as_json: JsonOption = False,
) -> None:
    """Say how far a model can be trusted as a judge: its answers held against labels.

    The same stands beside every figure that eval run, score and report give with --judge. Answers are kept in the
    cache, so nothing is asked twice.
    """
    from eval.judge.figures import agreements
    from eval.judge.labels import drawn
    from eval.metrics.figure import Bootstrap
    from eval.report.judged import held_against
    from extractor.settings import load_settings

    if form is not LabelFormat.CLAIMDESK and labels is None:
        raise typer.BadParameter(f"--format {form} is for labels of your own: name them with --labels")
    name, labelled = _labels(labels, form)
    labelled = drawn(labelled, limit, seed)
    asked = Judge(model, load_settings())
    answers, usage = asyncio.run(asked.ask(row.question for row in labelled))
    found = agreements(labelled, answers, Bootstrap())
    if as_json:
        print_json({"judge": asked.identity, "labels": name, "agreements": found, "usage": usage})
    else:
        stdout_console().print(held_against(asked.identity, name, found))


def _labels(path: Path | None, form: LabelFormat) -> "tuple[str, tuple[Labelled, ...]]":
    """Read labels, with the name that a report gives them."""
    from importlib.resources import files

    from eval.judge.labels import read_labels

    shipped = Path(str(files("eval") / "data" / "judge" / "labels.jsonl"))
    return (str(path) if path else SHIPPED_LABELS), read_labels(path or shipped, form)

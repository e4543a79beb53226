"""Telemetry where the environment asks for it; else nothing is loaded, and nothing is told to anybody."""

import os
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager, nullcontext
from typing import TYPE_CHECKING, Protocol

from extractor.cli.watching import Untold, Watch

if TYPE_CHECKING:
    from extractor.batch import Outcome
    from extractor.model import ModelOptions
    from extractor.schema import Usage
    from extractor.telemetry import Telemetry

SPOKEN = "http/protobuf"


class Observer(Watch, Protocol):
    """Told of runs and articles, and sees each try at an article and each call."""

    def article(self, sha256: str) -> "AbstractContextManager[Callable[[Outcome], None]]":
        """See one try at an article; to be told what came of it."""
        ...

    def call(
        self, options: "ModelOptions", max_output_tokens: int
    ) -> "AbstractContextManager[Callable[[Usage], None]]":
        """See one call to a model; to be told what it used."""
        ...


@contextmanager
def observing(model: str, tell: Callable[[str], None]) -> Iterator[Observer]:
    """Send traces and metrics where an endpoint for them is configured; say why not, where that cannot be."""
    wanted = {signal: _is_wanted(signal, os.environ) for signal in ("TRACES", "METRICS")}
    open_telemetry = _opener(tell) if any(wanted.values()) else None
    if open_telemetry is None:
        yield _Nobody()
        return
    with open_telemetry(model, tell, traces=wanted["TRACES"], metrics=wanted["METRICS"]) as telemetry:
        yield telemetry


class _Nobody(Untold):
    """Sees nothing."""

    def article(self, sha256: str) -> "AbstractContextManager[Callable[[Outcome], None]]":
        return nullcontext(lambda outcome: None)

    def call(
        self, options: "ModelOptions", max_output_tokens: int
    ) -> "AbstractContextManager[Callable[[Usage], None]]":
        return nullcontext(lambda usage: None)


def _is_wanted(signal: str, env: Mapping[str, str]) -> bool:
    """Read the standard variables, as https://opentelemetry.io/docs/specs/otel/protocol/exporter/ has them."""
    if env.get("OTEL_SDK_DISABLED", "").lower() == "true" or env.get(f"OTEL_{signal}_EXPORTER") == "none":
        return False
    return bool(env.get("OTEL_EXPORTER_OTLP_ENDPOINT") or env.get(f"OTEL_EXPORTER_OTLP_{signal}_ENDPOINT"))


def _opener(tell: Callable[[str], None]) -> "Callable[..., AbstractContextManager[Telemetry]] | None":
    """Return how telemetry is opened; say what is in the way, where something is."""
    protocol = os.environ.get("OTEL_EXPORTER_OTLP_PROTOCOL") or SPOKEN
    if protocol != SPOKEN:
        tell(
            f"no telemetry: OTEL_EXPORTER_OTLP_PROTOCOL is {protocol!r}, and only {SPOKEN!r} is spoken here; set it to "
            "that, and the endpoint to the collector's port for it, usually 4318"
        )
        return None
    try:
        from extractor.telemetry import open_telemetry
    except ModuleNotFoundError as exc:
        if not (exc.name or "").startswith("opentelemetry"):
            raise
        tell(
            "no telemetry: an endpoint for it is configured, and the packages are not installed; "
            "pip install 'claimdesk[telemetry]'"
        )
        return None
    return open_telemetry

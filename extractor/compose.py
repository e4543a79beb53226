"""Composition: from the name of a model to an extractor that is ready to work."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

from extractor.ingest.fetch import FetchOptions
from extractor.pipeline import Extractor
from extractor.prices import FREE, Price, load_prices
from extractor.settings import Settings
from extractor.weights import Progress

if TYPE_CHECKING:
    from extractor.model import Replies


@asynccontextmanager
async def open_extractor(
    model: str, settings: Settings, *, progress: Progress, replies: "Replies | None" = None
) -> AsyncIterator[Extractor]:
    """Make the extractor for a model's name ready, and end what it started when done.

    Args:
        model: ``rules``, ``local``, or the name an OpenAI-compatible endpoint has for its model.
        settings: Where the endpoint, the key and the weights are.
        progress: Told about the weights while they are fetched.
        replies: Where the model keeps what it is told, so that it is not asked twice; nowhere when None.

    Yields:
        The extractor.

    Raises:
        ConfigError: A named model has neither a key nor an address of an endpoint, or the local model's weights
            cannot be had or loaded.
    """
    match model:
        case "rules":
            from extractor.rules_extractor import RulesExtractor

            yield RulesExtractor()
        case "local":
            from extractor.hybrid import HybridExtractor
            from extractor.local import LocalServer, ensure_weights
            from extractor.model import Model

            with LocalServer(ensure_weights(settings, progress=progress)) as server:
                async with Model(server.options, replies=replies) as loopback:
                    yield HybridExtractor(loopback)
        case name:
            from extractor.endpoint import EndpointExtractor, EndpointOptions
            from extractor.model import Model, endpoint_options

            async with Model(endpoint_options(settings, name), replies=replies) as endpoint:
                yield EndpointExtractor(endpoint, EndpointOptions(second_pass=settings.second_pass))


def fetch_options(settings: Settings) -> FetchOptions:
    """Return what may be fetched from the web, and under which name it is asked for."""
    from importlib.metadata import version

    contact = f" (+{settings.contact})" if settings.contact else ""
    plain = FetchOptions()
    return plain.model_copy(
        update={
            "user_agent": f"claimdesk/{version('claimdesk')}{contact}",
            "allowed_networks": settings.allow_networks,
            "allowed_ports": plain.allowed_ports | settings.allow_ports,
        }
    )


def price_of(model: str, settings: Settings) -> Price | None:
    """Return what a model's tokens cost; None when it is not known.

    Raises:
        ConfigError: The file of prices is malformed.
    """
    return FREE if model in {"rules", "local"} else load_prices(settings).of(model)

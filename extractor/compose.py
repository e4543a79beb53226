"""Composition: from the name of a model to an extractor that is ready to work."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

from extractor.errors import ConfigError
from extractor.ingest.fetch import FetchOptions
from extractor.pipeline import Extractor
from extractor.prices import FREE, Price, load_prices
from extractor.settings import Settings
from extractor.weights import Progress

if TYPE_CHECKING:
    from extractor.model import Observe, Replies
    from extractor.parcel import Asking
    from extractor.replies import ReplyShelf


@asynccontextmanager
async def open_extractor(
    model: str,
    settings: Settings,
    *,
    progress: Progress,
    replies: "Replies | None" = None,
    observe: "Observe | None" = None,
) -> AsyncIterator[Extractor]:
    """Make the extractor for a model's name ready, and end what it started when done.

    Args:
        model: ``rules``, ``local``, or the name an OpenAI-compatible endpoint has for its model.
        settings: Where the endpoint, the key and the weights are.
        progress: Told about the weights while they are fetched.
        replies: Where the model keeps what it is told, so that it is not asked twice; nowhere when None.
        observe: Sees the calls to the model; nobody when None.

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
                async with Model(server.options, replies=replies, observe=observe) as loopback:
                    yield HybridExtractor(loopback)
        case name:
            from extractor.endpoint import EndpointExtractor, EndpointOptions
            from extractor.model import Model, endpoint_options

            async with Model(endpoint_options(settings, name), replies=replies, observe=observe) as endpoint:
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


@asynccontextmanager
async def open_batches(model: str, settings: Settings, *, replies: "ReplyShelf") -> AsyncIterator["Asking"]:
    """Make an endpoint's batches ready.

    Args:
        model: The name that the endpoint has for its model.
        settings: Where the endpoint and the key are.
        replies: Where answers are kept.

    Yields:
        Who asks.

    Raises:
        ConfigError: The model is not behind an endpoint, or nobody knows where that is.
    """
    from extractor.endpoint import EndpointExtractor, EndpointOptions
    from extractor.model import Model, endpoint_options
    from extractor.model.batches import Batches
    from extractor.parcel import Asking

    if model in {"rules", "local"}:
        raise ConfigError(f"--batch-api is for models behind an endpoint, and {model!r} is none: leave it out")
    async with Model(endpoint_options(settings, model), replies=replies) as endpoint:
        batches = Batches(endpoint, price_of(model, settings, in_batch=True))
        extractor = EndpointExtractor(endpoint, EndpointOptions(second_pass=settings.second_pass))
        yield Asking(extractor, endpoint, batches, replies)


def price_of(model: str, settings: Settings, *, in_batch: bool = False) -> Price | None:
    """Return what a model's tokens cost, directly or in a batch; None when it is not known.

    Raises:
        ConfigError: The file of prices is malformed.
    """
    if model in {"rules", "local"}:
        return FREE
    prices = load_prices(settings)
    price = prices.of(model)
    return price.times(prices.batch_share) if price and in_batch else price

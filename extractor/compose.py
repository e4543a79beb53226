"""Composition: from the name of a model to an extractor that is ready to work."""

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

from pydantic import SecretStr

from extractor.pipeline import Extractor
from extractor.settings import Settings

Progress = Callable[[str, int, int], None]
"""Told what is being done, how much of it is done, and how much there is (bytes)."""


@asynccontextmanager
async def open_extractor(model: str, settings: Settings, *, progress: Progress) -> AsyncIterator[Extractor]:
    """Make the extractor for a model's name ready, and end what it started when done.

    Args:
        model: ``rules``, ``local``, or the name an OpenAI-compatible endpoint has for its model.
        settings: Where the endpoint, the key and the weights are.
        progress: Told about the weights while they are fetched.

    Yields:
        The extractor.

    Raises:
        ConfigError: Neither a key nor an address of an endpoint is set for a named model.
        ModelUnavailable: The local model's weights cannot be had, or it does not start.
    """
    match model:
        case "rules":
            from extractor.rules_extractor import RulesExtractor

            yield RulesExtractor()
        case "local":
            from extractor.hybrid import HybridExtractor
            from extractor.local import LocalServer, ensure_weights
            from extractor.model import Model, ModelOptions

            with LocalServer(ensure_weights(settings, progress=progress)) as server:
                options = ModelOptions(name="local", base_url=server.base_url, api_key=SecretStr(server.api_key))
                async with Model(options) as model_on_loopback:
                    yield HybridExtractor(model_on_loopback)
        case name:
            from extractor.endpoint import EndpointExtractor
            from extractor.model import Model, endpoint_options

            async with Model(endpoint_options(settings, name)) as endpoint:
                yield EndpointExtractor(endpoint)

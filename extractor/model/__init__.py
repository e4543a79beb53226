"""Models behind OpenAI-compatible endpoints: one question, one answer in a given shape."""

from extractor.model.asking import Asker, Model, Observe, Reply
from extractor.model.deferral import NotAskedYet
from extractor.model.kept import Replies, request_sha256
from extractor.model.options import DEFAULT_BASE_URL, ModelOptions, RateLimits, endpoint_options

__all__ = [
    "DEFAULT_BASE_URL",
    "Asker",
    "Model",
    "ModelOptions",
    "NotAskedYet",
    "Observe",
    "RateLimits",
    "Replies",
    "Reply",
    "endpoint_options",
    "request_sha256",
]

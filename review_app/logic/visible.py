"""Text of others on a page: characters that would steer how it is shown are written out."""

from extractor.visible import STEERING, visible

__all__ = ["STEERING", "visible"]

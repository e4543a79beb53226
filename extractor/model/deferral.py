"""Questions that are not asked now: they wait for a batch, and only what is kept is answered."""

from collections.abc import Mapping
from typing import Any, NoReturn

from extractor.errors import ModelError
from extractor.schema import Value


class PutOff(Value):
    """A question that was not asked."""

    request_sha256: str
    body: dict[str, Any]
    """As this endpoint takes it."""


class NotAskedYet(ModelError):
    """The question waits for a batch."""


class Deferral:
    """Takes the questions that would have been asked, and says why others have no answer."""

    def __init__(self, errors: Mapping[str, ModelError]) -> None:
        """Take what asking is known to come to, by request."""
        self.questions: list[PutOff] = []
        self._errors = errors

    def put_off(self, request_sha256: str, body: dict[str, Any]) -> NoReturn:
        """Take a question.

        Raises:
            NotAskedYet: It waits from now on.
            ModelError: It was asked, to no avail.
        """
        if error := self._errors.get(request_sha256):
            raise error
        self.questions.append(PutOff(request_sha256=request_sha256, body=body))
        raise NotAskedYet("the question waits for a batch")

"""A provider that speaks OpenAI's Batch API on loopback, as a script of `tests.loopback`.

provider = BatchProvider(lambda request: reply({"claims": []}))
with LoopbackEndpoint(provider) as endpoint:
    ... uploads, batches and direct calls at endpoint.base_url ...
    provider.n_answered["..."]  # how often each question was answered in a batch
"""

import email
import json
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qs, urlsplit

from tests.loopback import Answer, Request, failure

CHAT = "/v1/chat/completions"


@dataclass
class Batch:
    """A batch as the provider sees it."""

    body: dict[str, Any]
    lines: list[dict[str, Any]]
    coming: list[str]
    """The states it will be in, one for each look."""
    output: bytes = b""
    errors: bytes = b""


@dataclass
class BatchProvider:
    """Answers uploads, batches and direct calls; `coming` is what becomes of each batch, look by look."""

    answer: Callable[[Request], Answer]
    """To one question, directly or in a batch: its status and body go into the batch's files."""
    coming: Callable[[int], Iterable[str]] = lambda number: ("in_progress", "finalizing", "completed")
    """Of the batch of this number, from 1."""
    n_answers: int | None = None
    """So many questions of a batch are answered before it ends; None for all."""
    forgets: bool = False
    """The files say nothing of a question that was not answered."""
    refuses: Callable[[list[dict[str, Any]]], tuple[str, str] | None] = lambda lines: None
    """Code and message, for lines that the provider does not take."""
    has_batches: bool = True

    batches: dict[str, Batch] = field(default_factory=dict)
    files: dict[str, bytes] = field(default_factory=dict)
    n_answered: Counter[str] = field(default_factory=Counter)
    direct: list[Request] = field(default_factory=list)

    def __call__(self, request: Request) -> Answer:
        """Answer whatever comes."""
        path = urlsplit(request.path).path
        match request.method, path.removeprefix("/v1/").split("/"):
            case "POST", ["chat", "completions"]:
                self.direct.append(request)
                return self.answer(request)
            case "POST", ["files"] if self.has_batches:
                return self._upload(request)
            case "GET", ["files", file_id, "content"] if file_id in self.files:
                return Answer(self.files[file_id], headers={"Content-Type": "application/octet-stream"})
            case "POST", ["batches"]:
                return self._create(request.json)
            case "GET", ["batches"]:
                return self._list(parse_qs(urlsplit(request.path).query))
            case "GET", ["batches", batch_id] if batch_id in self.batches:
                return self._look(batch_id)
        return failure(404, message=f"no {request.method} {path}")

    def _upload(self, request: Request) -> Answer:
        head = b"Content-Type: " + request.headers["content-type"].encode() + b"\r\n\r\n"
        parts = {
            part.get_param("name", header="content-disposition"): part
            for part in email.message_from_bytes(head + request.body).get_payload()
        }
        assert parts["purpose"].get_payload() == "batch"
        file_id = f"file-{len(self.files) + 1}"
        self.files[file_id] = parts["file"].get_payload(decode=True)
        about = {"id": file_id, "object": "file", "bytes": len(self.files[file_id]), "created_at": 0}
        return _json({**about, "filename": parts["file"].get_filename(), "purpose": "batch", "status": "processed"})

    def _create(self, body: dict[str, Any]) -> Answer:
        assert (body["endpoint"], body["completion_window"]) == (CHAT, "24h")
        lines = [json.loads(line) for line in self.files[body["input_file_id"]].split(b"\n") if line]
        assert len({line["custom_id"] for line in lines}) == len(lines)
        assert all((line["method"], line["url"]) == ("POST", CHAT) for line in lines)
        assert all(len(line["custom_id"]) <= 64 for line in lines)
        number = len(self.batches) + 1
        coming = ["failed"] if self.refuses(lines) else list(self.coming(number))
        batch = Batch(body, lines, ["validating", *coming])
        self.batches[f"batch-{number}"] = batch
        return self._told(f"batch-{number}", "validating")

    def _list(self, query: dict[str, list[str]]) -> Answer:
        ids = list(reversed(self.batches))
        first = ids.index(query["after"][0]) + 1 if "after" in query else 0
        page = ids[first : first + int(query.get("limit", ["20"])[0])]
        told = [json.loads(self._told(batch_id, self.batches[batch_id].coming[0]).body) for batch_id in page]
        return _json({"object": "list", "data": told, "has_more": first + len(page) < len(ids)})

    def _look(self, batch_id: str) -> Answer:
        batch = self.batches[batch_id]
        if len(batch.coming) > 1:
            batch.coming.pop(0)
        if (state := batch.coming[0]) in {"completed", "expired", "cancelled"} and not batch.output + batch.errors:
            self._work(batch, state)
        return self._told(batch_id, state)

    def _work(self, batch: Batch, state: str) -> None:
        asked = batch.lines if self.n_answers is None else batch.lines[: self.n_answers]
        # In another order than they came.
        for number, line in enumerate(reversed(asked)):
            custom_id = line["custom_id"]
            self.n_answered[custom_id] += 1
            answer = self.answer(Request(CHAT, {}, json.dumps(line["body"]).encode()))
            told = {"id": f"r{number}", "custom_id": custom_id, "error": None}
            response = {"status_code": answer.status, "request_id": "", "body": _body(answer)}
            # As some providers do it, what else than ASCII is in an answer is in the file as it is.
            written = json.dumps({**told, "response": response}, ensure_ascii=False).encode() + b"\n"
            if answer.status == 200:
                batch.output += written
            else:
                batch.errors += written
        if not self.forgets:
            error = {"code": f"batch_{state}", "message": "This request could not be executed in time."}
            for line in batch.lines[len(asked) :]:
                told = {"id": "r", "custom_id": line["custom_id"], "response": None, "error": error}
                batch.errors += json.dumps(told).encode() + b"\n"

    def _told(self, batch_id: str, state: str) -> Answer:
        batch = self.batches[batch_id]
        told = {
            "id": batch_id,
            "object": "batch",
            "endpoint": CHAT,
            "completion_window": "24h",
            "created_at": 0,
            "input_file_id": batch.body["input_file_id"],
            "status": state,
            "metadata": batch.body.get("metadata"),
            "request_counts": {"total": len(batch.lines), "completed": batch.output.count(b"\n"), "failed": 0},
        }
        if refused := self.refuses(batch.lines):
            told["errors"] = {"object": "list", "data": [{"code": refused[0], "message": refused[1]}]}
        for name, content in (("output_file_id", batch.output), ("error_file_id", batch.errors)):
            if content:
                told[name] = f"{batch_id}-{name}"
                self.files[f"{batch_id}-{name}"] = content
        return _json(told)


def _json(told: dict[str, Any]) -> Answer:
    return Answer(json.dumps(told).encode())


def _body(answer: Answer) -> Any:
    try:
        return json.loads(answer.body)
    except ValueError:
        return answer.body.decode()

"""Extractions as child processes of the machine that serves the app: `claimdesk extract`, one at a time."""

import json
import os
import signal
import subprocess
import sys
import tempfile
from collections import deque
from collections.abc import Mapping
from threading import Lock
from typing import IO, Any

from extractor.errors import ConfigError
from review_app.logic.extraction import Order, Started

MOST_FAILURES = 5

_HEED = "import signal; signal.signal(signal.SIGINT, signal.default_int_handler)"
"""An app that was started in the background of a shell ignores SIGINT, and hands that down."""

_COMMAND = f"{_HEED}; from extractor.cli import main; main()"


class LocalWorkshop:
    """Starts extractions, and follows what they tell; for all sessions of this process."""

    def __init__(self, env: Mapping[str, str] | None = None) -> None:
        """Start them with these variables instead of this process's own."""
        self._env = dict(os.environ if env is None else env)
        self._lock = Lock()
        self._child: _Child | None = None

    def start(self, order: Order, by: str) -> None:
        """Start one.

        Raises:
            ConfigError: One is going on, or the system refused.
        """
        with self._lock:
            if self._child and self._child.process.poll() is None:
                raise ConfigError("an extraction is going on already: wait until it ends, or stop it")
            self._child = _Child(order, by, self._env)

    def stop(self) -> None:
        """Let it finish the articles in flight, and end."""
        with self._lock:
            if self._child and self._child.process.poll() is None:
                self._child.is_stopping = True
                self._child.process.send_signal(signal.SIGINT)

    def look(self) -> Started | None:
        """Return what is known of the last one; None before the first."""
        with self._lock:
            return self._child.look() if self._child else None


def argv(order: Order) -> list[str]:
    """Return the command that carries out an order."""
    flags = {"--retry-failed": order.retry_failed, "--retry-lost": order.retry_lost, "--with-copies": order.with_copies}
    limit = [] if order.max_cost_usd is None else ["--max-cost", str(order.max_cost_usd)]
    chosen = [flag for flag, is_wanted in flags.items() if is_wanted]
    command = [sys.executable, "-c", _COMMAND, "extract", "--log-json", "--model", order.model]
    return [*command, *limit, *chosen, "--", *order.articles]


class _Child:
    """One process, and what it has told so far."""

    def __init__(self, order: Order, by: str, env: Mapping[str, str]) -> None:
        self._order = order
        self._by = by
        # A file and no pipe: the extraction goes on where nobody reads, and where the app has ended.
        self._log: IO[bytes] = tempfile.TemporaryFile()
        self._read_to = 0
        self._run_id: int | None = None
        self._n_articles: int | None = None
        self._said = ""
        self._failures: deque[tuple[str, str]] = deque(maxlen=MOST_FAILURES)
        self.is_stopping = False
        # In the process group of the app: Ctrl-C in its terminal lets the extraction end in good order too.
        try:
            self.process = subprocess.Popen(
                argv(order),
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=self._log,
                env=env,
            )
        except OSError as exc:
            self._log.close()
            raise ConfigError(f"the extraction cannot be started ({exc.strerror}): see to the machine") from exc

    def look(self) -> Started:
        exit_code = self.process.poll()
        if not self._log.closed:
            self._read_on()
        if exit_code is not None:
            self._log.close()
        return Started(
            order=self._order,
            by=self._by,
            run_id=self._run_id,
            n_articles=self._n_articles,
            said=self._said,
            failures=tuple(self._failures),
            is_stopping=self.is_stopping,
            exit_code=exit_code,
        )

    def _read_on(self) -> None:
        # Not by the file's own position: the child writes at the same one.
        size = os.fstat(self._log.fileno()).st_size
        told = os.pread(self._log.fileno(), size - self._read_to, self._read_to)
        whole = told.rfind(b"\n") + 1
        self._read_to += whole
        for line in told[:whole].decode("utf-8", "replace").splitlines():
            self._hear(line)

    def _hear(self, line: str) -> None:
        event = _event(line)
        match event:
            case {"event": "run_begun", "run": int(run_id), "n_articles": int(n)}:
                self._run_id, self._n_articles, self._said = run_id, n, ""
            case {"event": "message", "message": str(message)}:
                self._said = message
            case {"event": "article_failed", "article": str(sha256), "reason": str(reason)}:
                self._failures.append((sha256, reason))
            case None if line.strip():
                self._said = line.strip().removeprefix("claimdesk: ")


def _event(line: str) -> dict[str, Any] | None:
    """Read one line of the log; None for words that are no event."""
    try:
        event = json.loads(line)
    except ValueError:
        return None
    return event if isinstance(event, dict) else None

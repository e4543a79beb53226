"""Start the review app as a child process and know when it answers."""

import os
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from extractor.errors import ConfigError
from extractor.settings import load_settings
from review_app.login import check_login

APP = Path(__file__).with_name("app.py")
ROOT = APP.parents[1]
HOST = "127.0.0.1"
START_S = 60.0
"""A cold start takes 2 s; this is for a loaded machine."""
STOP_S = 5.0


@dataclass(frozen=True)
class RunningApp:
    """The app while it runs."""

    url: str
    process: "subprocess.Popen[bytes]"

    def wait(self) -> None:
        """Return when the app is ended; Ctrl-C in the terminal ends the wait quietly.

        Raises:
            ConfigError: The app broke down.
        """
        try:
            code = self.process.wait()
        except KeyboardInterrupt:
            return
        if code > 0:
            raise ConfigError(f"the review app ended by itself (exit code {code}): start it again")


def argv(port: int, login: Mapping[str, str] | None = None) -> list[str]:
    """Return the command that serves the app on loopback; everything else is in .streamlit/config.toml."""
    options = {
        **(login or {}),
        "server.address": HOST,
        "server.port": str(port),
        "server.headless": "true",
        "logger.level": "error",
    }
    flags = [part for name, value in options.items() for part in (f"--{name}", value)]
    return [sys.executable, "-m", "streamlit", "run", str(APP), *flags]


@contextmanager
def serve(*, port: int | None = None, env: Mapping[str, str] | None = None) -> Iterator[RunningApp]:
    """Run the app until the block ends.

    Args:
        port: On 127.0.0.1; a free one is taken when None.
        env: Variables for the app instead of this process's own.

    Yields:
        The running app, once it answers.

    Raises:
        ConfigError: The port is taken, the settings for the login cannot be used, or the app does not start; the
            message has its last words.
    """
    settings = load_settings(env)
    login = _login(settings.secrets_path) if settings.secrets_path else None
    port = free_port(port)
    url = f"http://{HOST}:{port}"
    with tempfile.TemporaryFile() as log, _exit_on_sigterm():
        process = subprocess.Popen(
            argv(port, login), stdin=subprocess.DEVNULL, stdout=log, stderr=log, env=_environment(env)
        )
        try:
            _wait_until_healthy(process, url, log)
            yield RunningApp(url=url, process=process)
        finally:
            _stop(process)


def _login(secrets: Path) -> dict[str, str]:
    # A proxy may call this server by another name than the browser does: without the browser's name, Streamlit would
    # ask a machine far away for its own address.
    return {"secrets.files": str(secrets.resolve()), "browser.serverAddress": check_login(secrets)}


@contextmanager
def _exit_on_sigterm() -> Iterator[None]:
    """Leave by way of the `finally` blocks when this process is told to end, so that no app is left behind."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = signal.signal(signal.SIGTERM, lambda number, _frame: sys.exit(128 + number))
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)


def _environment(env: Mapping[str, str] | None) -> dict[str, str]:
    # Streamlit puts the folder of app.py on the path, not the one above it.
    variables = dict(os.environ if env is None else env)
    path = [str(ROOT), *filter(None, [variables.get("PYTHONPATH")])]
    return {**variables, "PYTHONPATH": os.pathsep.join(path)}


def free_port(wanted: int | None = None) -> int:
    """Return a port of loopback that is free: the one that is wanted, or any.

    Raises:
        ConfigError: The one that is wanted is taken.
    """
    with socket.socket() as probe:
        # As the server will do it: a port whose last connections are still fading is free.
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, wanted or 0))
        except OSError as exc:
            raise ConfigError(f"port {wanted} on {HOST} is taken: leave --port out, or name another") from exc
        port: int = probe.getsockname()[1]
        return port


def _wait_until_healthy(process: "subprocess.Popen[bytes]", url: str, log: IO[bytes]) -> None:
    deadline = time.monotonic() + START_S
    while process.poll() is None and time.monotonic() < deadline:
        if _is_healthy(url):
            return
        time.sleep(0.05)
    log.seek(0)
    last_words = " ".join(log.read().decode("utf-8", "replace").split())[-500:]
    raise ConfigError(f"the review app did not start: {last_words or f'no answer at {url} within {START_S:.0f} s'}")


def _is_healthy(url: str) -> bool:
    # Not through a proxy: the address is this machine's own.
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    try:
        with opener.open(f"{url}/_stcore/health", timeout=1) as answer:
            return bool(answer.status == 200)
    except (urllib.error.URLError, OSError):
        return False


def _stop(process: "subprocess.Popen[bytes]") -> None:
    if process.poll() is None:
        process.terminate()
    try:
        process.wait(STOP_S)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()

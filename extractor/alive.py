"""Whether the process that runs a run is alive."""

import os
import socket
from datetime import datetime, timedelta

from extractor.schema import Run
from extractor.store import RunHolder


def this_process() -> RunHolder:
    """Tell who runs the runs of this process."""
    return RunHolder(host=socket.gethostname(), pid=os.getpid())


def is_dead(run: Run, now: datetime, born_at: datetime, after_s: float | None) -> bool:
    """Judge a run that says it is running: by its last sign of life, and on this machine by its process too.

    Args:
        run: The run.
        now: Aware, as `born_at`.
        born_at: When this process began; a run of its number that began before was another one's.
        after_s: How long a run may be silent; None where silence says nothing.
    """
    if after_s is not None and now - run.seen_at > timedelta(seconds=after_s):
        return True
    here = this_process()
    if run.host != here.host:
        return False
    return run.started_at < born_at if run.pid == here.pid else not _is_running(run.pid)


def _is_running(pid: int) -> bool:
    if os.name != "posix":
        # Elsewhere the question would be a signal.
        return True
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True

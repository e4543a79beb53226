"""How much memory a process has used at most."""

import resource
import sys
from pathlib import Path


def peak_mb() -> float:
    """Return the peak of this process since it began, in MB."""
    status = Path("/proc/self/status")
    if status.exists():
        # What getrusage tells on Linux began in the program that started this one.
        (line,) = (line for line in status.read_text().splitlines() if line.startswith("VmHWM:"))
        return int(line.split()[1]) / 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / (2**20 if sys.platform == "darwin" else 1024)

"""The guard put to the test: faults planted in claims that people labelled, and the alarms that follow."""

from eval.guard.bench import FaultRow, GuardTable, bench_guard
from eval.guard.faults import Fault

__all__ = ["Fault", "FaultRow", "GuardTable", "bench_guard"]

"""Many workers on many machines: queued runs, on procrastinate in the same PostgreSQL.

`claimdesk extract --queue` puts a job for each pending article into the queue; any number of
`claimdesk worker` processes take them out. The queue says who may begin an article next, and takes the
jobs of a worker that died to the others. That an article is done once, and what it says, costs and why it
failed, stays where it is for every other run: claims on articles, runs and failures in our own tables. So
`claimdesk extract` may work on the same backlog at the same time, and whatever the queue may do twice is
done once.

Nothing outside of this package and the command line imports it; it needs ``claimdesk[worker]``.
"""

from extractor.worker.enqueue import Queued, enqueue
from extractor.worker.queue import ensure_queue, queue_state, upgrade_queue
from extractor.worker.replies import PartReplies
from extractor.worker.worker import Worker, WorkerOptions

__all__ = [
    "PartReplies",
    "Queued",
    "Worker",
    "WorkerOptions",
    "enqueue",
    "ensure_queue",
    "queue_state",
    "upgrade_queue",
]

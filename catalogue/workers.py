"""Work on many items, in several processes when it pays."""

import os
from collections.abc import Callable, Iterator, Sequence
from typing import Any, TypeVar


class WorkerEnded(Exception):
    """A process that worked was killed, as for want of memory."""


Item = TypeVar("Item")
Result = TypeVar("Result")

PAYS = 400
"""So many items take longer than processes take to start."""
BATCH = 100


def spread(work: Callable[[Item], Result], items: Sequence[Item], jobs: int) -> Iterator[Result]:
    """The result of `work` for each item, in order. What `work` raises is raised here, and WorkerEnded.

    Workers are forked, so they have all that this process has and only results are sent back. Where
    there is no fork, this process does the work.
    """
    if jobs == 1 or len(items) < PAYS or not hasattr(os, "fork"):
        yield from map(work, items)
        return
    import multiprocessing
    from concurrent.futures import BrokenExecutor, ProcessPoolExecutor

    global _work
    _work = (work, items)
    with ProcessPoolExecutor(jobs, multiprocessing.get_context("fork"), _end_with_parent) as pool:
        try:
            for results in pool.map(_batch, range(0, len(items), BATCH)):
                yield from results
        except BrokenExecutor as error:
            raise WorkerEnded(str(error)) from error


_work: Any = None


def _end_with_parent() -> None:
    """Ends this worker as soon as its parent is no more, even if that was killed: else it would wait for ever
    for work, and hold the lock of the site that it has inherited."""
    import multiprocessing
    import threading

    def wait() -> None:
        if parent := multiprocessing.parent_process():
            parent.join()
        os._exit(1)

    threading.Thread(target=wait, daemon=True).start()


def _batch(start: int) -> list[Any]:
    work, items = _work
    return [work(item) for item in items[start : start + BATCH]]

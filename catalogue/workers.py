"""Work on many items, in several processes when it pays."""

import os
from collections.abc import Callable, Iterator, Sequence
from typing import Any, NamedTuple, TypeVar


class WorkerEnded(Exception):
    """A process that worked was killed, as for want of memory."""


Item = TypeVar("Item")
Result = TypeVar("Result")

PAYS = 400
"""Work of this cost takes longer than processes take to start. A cost of one is about half a millisecond."""
BATCH = 100
"""The cost of what a worker is given at a time."""


class Task(NamedTuple):
    """Work that leaves files and no result, and its cost."""

    cost: int
    run: Callable[[], object]


def one(_: object) -> int:
    return 1


def spread(
    work: Callable[[Item], Result], items: Sequence[Item], jobs: int, cost: Callable[[Item], int] = one
) -> Iterator[Result]:
    """The result of `work` for each item, in order. What `work` raises is raised here, and WorkerEnded.

    Workers are forked, so they have all that this process has and only results are sent back. Where
    there is no fork, this process does the work.
    """
    costs = [cost(item) for item in items] if jobs > 1 else []
    if sum(costs) < PAYS or not hasattr(os, "fork"):
        yield from map(work, items)
        return
    import multiprocessing
    from concurrent.futures import BrokenExecutor, ProcessPoolExecutor

    global _work
    _work = (work, items)
    with ProcessPoolExecutor(jobs, multiprocessing.get_context("fork"), _end_with_parent) as pool:
        try:
            for results in pool.map(_batch, *_batches(costs)):
                yield from results
        except BrokenExecutor as error:
            raise WorkerEnded(str(error)) from error
        finally:
            _work = None  # a preview would keep all of it


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


def _batches(costs: Sequence[int]) -> tuple[list[int], list[int]]:
    """Where batches of items with these costs begin, and where they end."""
    ends, total = [], 0
    for place, cost in enumerate(costs, 1):
        total += cost
        if total >= BATCH or place == len(costs):
            ends.append(place)
            total = 0
    return [0, *ends[:-1]], ends


def _batch(start: int, end: int) -> list[Any]:
    work, items = _work
    return [work(item) for item in items[start:end]]

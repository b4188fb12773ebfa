"""Who got a message, on disk before and after each is sent, so that an interrupted sending can go on.

A line of a journal is a state and a message id: no address, since a journal may lie where others read.
"""

import errno
import os
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Literal, cast, get_args

State = Literal["handing", "sent", "not-sent"]
"""`handing`: the server has the whole message but for its last line, which follows at once. What
stays so was cut off between that line and the server's answer."""


class Busy(Exception):
    """Another process is sending this."""


@contextmanager
def journal(path: Path) -> Iterator[tuple[Mapping[str, State], Callable[[State, str], None]]]:
    """The states of messages by their ids, kept up to date, and the function that records one.

    What that has recorded outlives this process when it returns, and the machine too, but for `handing`:
    to wait for the disk there would make the moment longer in which a kill leaves a doubt. Raises Busy
    while another process holds the journal (where the system has locks), OSError where it cannot be written.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    with open(path, "a+b") as file:
        _hold(file.fileno(), path)
        file.seek(0)
        text = file.read()
        states = states_in(text)
        file.truncate(text.rfind(b"\n") + 1)  # a line cut off: what it would say did not happen

        def record(state: State, number: str) -> None:
            line = f"{state} {number}\n".encode()
            if os.write(file.fileno(), line) < len(line):
                raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
            if state != "handing":
                os.fsync(file.fileno())
            states[number] = state

        yield states, record


def _hold(descriptor: int, path: Path) -> None:
    if os.name == "posix":
        import fcntl

        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise Busy(f"{path} is in use: another process is sending this digest") from None


def states_in(text: bytes) -> dict[str, State]:
    """What the whole lines say, of which the last about a message counts."""
    lines = (line.split(" ") for line in text.decode("ascii", "replace").split("\n")[:-1])
    return {line[1]: cast(State, line[0]) for line in lines if len(line) == 2 and line[0] in get_args(State)}

"""Pagefind as a service: pages go into its standard input, and the index comes out of its standard output.

Its command takes pages in the order in which a folder lists them, which is another on every file system, and
that order decides the bytes of the index; and it says that it succeeded when the disk was full. The messages
are those of its own Python client, which waits a tenth of a second for each page: JSON in base64, a comma.
"""

import base64
import json
from collections.abc import Iterable, Iterator
from contextlib import suppress
from typing import IO, Any


class SearchFailed(Exception):
    """Pagefind did not make the index that it should have. The message says what is wrong."""


def index(pages: Iterable[tuple[str, str]]) -> dict[str, bytes]:
    """The files of the search index of these pages, each an address and its HTML, by their paths. The same
    pages in the same order give the same bytes. Raises SearchFailed."""
    import subprocess
    from threading import Thread

    from pagefind_bin import get_executable

    command = [str(get_executable()), "--service"]
    pipe = subprocess.PIPE
    with subprocess.Popen(command, stdin=pipe, stdout=pipe, stderr=subprocess.DEVNULL) as process:
        assert process.stdin and process.stdout
        feeding = Thread(target=_feed, args=(process.stdin, pages))
        feeding.start()
        try:
            for answer in _answers(process.stdout):
                if answer["type"] == "Error":
                    raise SearchFailed(f"Pagefind says: {answer['message']}")
                if answer["type"] == "GetFiles":
                    return {file["path"]: base64.b64decode(file["content"]) for file in answer["files"]}
            raise SearchFailed(f"Pagefind ended with status {process.wait()} before the index was made")
        except ValueError as error:
            raise SearchFailed(f"Pagefind's answer cannot be read: {error}") from None
        finally:
            process.kill()
            feeding.join()
            with suppress(BrokenPipeError):
                process.stdin.close()


def _feed(stream: IO[bytes], pages: Iterable[tuple[str, str]]) -> None:
    """Sends the pages while the answers are read, or both sides would wait. The end of the input would be
    the end of Pagefind, so the stream stays open."""
    messages: list[dict[str, Any]] = [{"type": "NewIndex"}]
    messages += [{"type": "AddFile", "index_id": 0, "url": url, "file_contents": page} for url, page in pages]
    messages += [{"type": "GetFiles", "index_id": 0}]
    with suppress(BrokenPipeError):  # Pagefind has ended, which the reader sees
        for number, payload in enumerate(messages):
            message = json.dumps({"message_id": number, "payload": payload})
            stream.write(base64.b64encode(message.encode()) + b",")
        stream.flush()


def _answers(stream: IO[bytes]) -> Iterator[Any]:
    rest = bytearray()
    while chunk := stream.read1(1 << 20):  # type: ignore[attr-defined]
        rest += chunk
        if b"," in chunk:
            *whole, rest = rest.split(b",")
            for message in whole:
                yield json.loads(base64.b64decode(message))["payload"]

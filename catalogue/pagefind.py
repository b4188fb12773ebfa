"""Pagefind as a service: pages go into its standard input, and the index comes out of its standard output.

Its command takes pages in the order in which a folder lists them, which is another on every file system, and
that order decides the bytes of the index; and it says that it succeeded when the disk was full. The messages
are those of its own Python client, which waits a tenth of a second for each page: JSON in base64, a comma.
"""

import base64
import gzip
import json
import os
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from itertools import count
from typing import IO, Any

SIGNED = b"pagefind_dcd"
"""With this begins what is in each of Pagefind's compressed files."""

NAME = rb"(?:[\x60-\x77]|\x78.)([a-z-]+_[0-9a-f]{7,})"
"""What Pagefind calls a page or a piece of the list of words, as CBOR has text: the language and a digest."""
PAGE = re.compile(rb"\x82" + NAME + rb"(?:[\x00-\x17]|\x18.|\x19..|\x1a....)", re.DOTALL)
"""A page in Pagefind's list of them: a pair of its name and its number of words."""

PIECE = "2000"
"""How many numbers a piece of the list of words holds. For each of its words a search loads a piece of each
index; with Pagefind's own 20,000 that is 18 KB."""


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
    environment = {**os.environ, "PAGEFIND_UNSTABLE_INDEX_CHUNK_SIZE": PIECE}
    with subprocess.Popen(
        command, stdin=pipe, stdout=pipe, stderr=subprocess.DEVNULL, env=environment
    ) as process:
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


def numbered(
    made: Mapping[str, bytes], part: str, papers: Sequence[tuple[str, Mapping[str, object]]]
) -> dict[str, bytes]:
    """The index `made` of these papers, each an address and what its result shall know besides, with names
    that compress in the place of Pagefind's digests. Raises SearchFailed if a paper is missing.

    All pages are said to be of one word: else the same word would weigh more in an index of longer papers
    than in one that is merged with it."""
    files = dict(made)
    meta = next(path for path in files if path.endswith(".pf_meta"))
    listed = gzip.decompress(files[meta])
    old = [found.decode() for found in PAGE.findall(listed)[: len(papers)]]
    fragments = [files.pop(f"fragment/{page}.pf_fragment", None) for page in old]
    if len(old) != len(papers) or None in fragments or any(path.endswith("_fragment") for path in files):
        raise SearchFailed(
            f"the search index holds {len(old) - fragments.count(None)} of {len(papers)} papers"
        )
    for number, (fragment, (address, more)) in enumerate(zip(fragments, papers, strict=True)):
        paper = json.loads(gzip.decompress(fragment or b"").removeprefix(SIGNED))
        if paper["url"] != address:
            raise SearchFailed(f"the search index has {paper['url']} in the place of {address}")
        paper["meta"].update(more)
        files[f"fragment/{name(part, number)}.pf_fragment"] = _packed(SIGNED + json.dumps(paper).encode())
    new = (b"\x82" + _text(name(part, number)) + b"\x01" for number in range(len(papers)))
    listed = PAGE.sub(lambda _: next(new), listed, count=len(papers))
    numbers = count()

    def piece(found: re.Match[bytes]) -> bytes:
        if (data := files.pop(f"index/{found[1].decode()}.pf_index", None)) is None:
            return found[0]
        number = str(next(numbers))
        files[f"index/{number}.pf_index"] = data
        return _text(number)

    files[meta] = _packed(re.sub(NAME, piece, listed, flags=re.DOTALL))
    return files


def name(part: str, number: int) -> str:
    """What a paper is called. Its number is written backwards: then a name differs from the one before in its
    first digit alone, and a list of names is compressed to a byte for each."""
    return f"{part}.{f'{number:04x}'[::-1]}"


def _text(text: str) -> bytes:
    """A short text in CBOR."""
    return bytes([0x60 + len(text)]) + text.encode()


def _packed(data: bytes) -> bytes:
    return gzip.compress(data, 6, mtime=0)

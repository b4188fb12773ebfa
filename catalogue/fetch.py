"""Asking a service, politely: one request at a time, a few tries, and a plain word when it fails."""

import time
from urllib.parse import urlsplit

AGENT = "paper-catalogue (https://github.com/; build.py add)"
TIMEOUT = 30.0
"""Seconds until an answer must have begun, and between its parts."""
LARGEST = 64 * 1024 * 1024
PAUSES = (3.0, 6.0, 12.0)
"""Seconds before each further try. arXiv asks for three between two requests; a service's own
`Retry-After` is kept where it is longer, up to LONGEST."""
LONGEST = 60.0
PASSING = frozenset({408, 425, 429, 500, 502, 503, 504})


class Unanswered(Exception):
    """There was no usable answer. The message says why, in one line."""


def fetch(address: str, accept: str = "*/*") -> bytes:
    """The body of the answer at an address, redirects followed. Raises Unanswered."""
    host = urlsplit(address).hostname
    why = ""
    for pause in (0.0, *PAUSES):
        time.sleep(max(pause, _asked(host or "")))
        try:
            return _once(address, accept)
        except _Passing as error:
            why = str(error)
            _not_before[host or ""] = time.monotonic() + min(error.wait, LONGEST)
    raise Unanswered(f"{host} did not answer after {len(PAUSES) + 1} tries: {why}")


_not_before: dict[str, float] = {}


def _asked(host: str) -> float:
    """The seconds still to wait before this host is asked again; from now on it has been asked."""
    now = time.monotonic()
    wait = max(0.0, _not_before.get(host, now) - now)
    _not_before[host] = now + wait + PAUSES[0]
    return wait


class _Passing(Exception):
    """A failure that may pass; `wait` is what the service asks for, in seconds."""

    def __init__(self, why: str, wait: float = 0.0) -> None:
        super().__init__(why)
        self.wait = wait


def _once(address: str, accept: str) -> bytes:
    import httpx

    headers = {"User-Agent": AGENT, "Accept": accept}
    try:
        with httpx.stream("GET", address, headers=headers, timeout=TIMEOUT, follow_redirects=True) as answer:
            if answer.status_code in PASSING:
                asked = answer.headers.get("retry-after", "")
                raise _Passing(f"status {answer.status_code}", float(asked) if asked.isdigit() else 0.0)
            if answer.status_code != 200:
                raise Unanswered(f"{address} answers with status {answer.status_code}")
            body = bytearray()
            for part in answer.iter_bytes():
                body += part
                if len(body) > LARGEST:
                    raise Unanswered(f"the answer of {address} is larger than {LARGEST >> 20} MB")
            return bytes(body)
    except (httpx.TimeoutException, httpx.TransportError) as error:
        raise _Passing(str(error) or type(error).__name__) from None
    except httpx.HTTPError as error:
        raise Unanswered(f"{address}: {error}") from None

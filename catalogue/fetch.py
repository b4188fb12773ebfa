"""Asking a service, politely: one request at a time, a few tries, and a plain word when it fails."""


class Unanswered(Exception):
    """There was no usable answer. The message says why, in one line."""


def fetch(address: str, accept: str = "*/*") -> bytes:
    """The body of the answer at an address, of the kind that is asked for. Raises Unanswered."""
    raise Unanswered(f"{address} cannot be asked yet")

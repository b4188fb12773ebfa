"""A session with an SMTP server: which one, by what encryption, as whom."""

import re
import smtplib
import ssl
from collections.abc import Mapping
from ipaddress import ip_address
from typing import NamedTuple

TIMEOUT = 60
"""Seconds to wait for an answer."""


class Unable(Exception):
    """Nothing can be sent, and to try again does not help. The message says why, in one line."""


class Server(NamedTuple):
    host: str
    port: int
    security: str
    user: str
    password: str


def server(environ: Mapping[str, str]) -> Server:
    """What SMTP_HOST, SMTP_PORT, SMTP_SECURITY, SMTP_USER and SMTP_PASSWORD say. Raises Unable."""
    host, user, password = (environ.get(f"SMTP_{name}", "") for name in ("HOST", "USER", "PASSWORD"))
    security = environ.get("SMTP_SECURITY") or "starttls"
    ports = {"starttls": "587", "tls": "465", "none": "25"}
    if not re.fullmatch("[A-Za-z0-9.:-]+", host):
        raise Unable("SMTP_HOST names no server. Set it to one, such as smtp.example.org")
    if security not in ports:
        raise Unable("SMTP_SECURITY is not starttls, tls or none")
    if security == "none" and not loopback(host):
        raise Unable("SMTP_SECURITY=none is for a server on this machine only. Use starttls or tls")
    port = environ.get("SMTP_PORT") or ports[security]
    if not re.fullmatch("[0-9]{1,5}", port) or not 0 < int(port) < 65536:
        raise Unable("SMTP_PORT is not a number from 1 to 65535")
    if bool(user) != bool(password):
        raise Unable("SMTP_USER and SMTP_PASSWORD belong together: only one is set")
    if not (user + password).isascii():
        raise Unable("SMTP_USER or SMTP_PASSWORD holds a character that is not ASCII")
    return Server(host, int(port), security, user, password)


def loopback(host: str) -> bool:
    """Whether this names the very machine."""
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def connect(server: Server) -> smtplib.SMTP:
    """A session with the server, encrypted and logged in. Raises Unable for what is set up wrongly,
    OSError for what may pass."""
    context = ssl.create_default_context()
    session: smtplib.SMTP | None = None
    try:
        if server.security == "tls":
            session = smtplib.SMTP_SSL(server.host, server.port, timeout=TIMEOUT, context=context)
        else:
            session = smtplib.SMTP(server.host, server.port, timeout=TIMEOUT)
        if server.security == "starttls":
            session.starttls(context=context)
        if server.user:
            session.login(server.user, server.password)
        session.ehlo_or_helo_if_needed()
        return session
    except OSError as error:
        if session:
            session.close()
        if hopeless := _hopeless(error):
            raise Unable(f"{server.host}:{server.port}: {hopeless}: {words(error)}") from None
        raise


def _hopeless(error: OSError) -> str:
    """What is set up wrongly, or "" for a failure that may pass."""
    match error:
        case ssl.SSLEOFError() | ssl.SSLZeroReturnError() | smtplib.SMTPServerDisconnected():
            return ""
        case ssl.SSLCertVerificationError():
            return "its certificate is not trusted"
        case ssl.SSLError():
            return "no encryption (see SMTP_SECURITY and SMTP_PORT)"
        case smtplib.SMTPResponseException() if error.smtp_code < 500:
            return ""
        case smtplib.SMTPAuthenticationError():
            return "SMTP_USER or SMTP_PASSWORD is refused"
        case smtplib.SMTPNotSupportedError():
            return "not offered (see SMTP_SECURITY)"
        case smtplib.SMTPException():
            return "the server refuses"
    return ""


def words(what: OSError | tuple[int, bytes]) -> str:
    """A server's answer, or why there is none, on one line and not too long."""
    if isinstance(what, smtplib.SMTPResponseException):
        error = what.smtp_error
        what = what.smtp_code, error if isinstance(error, bytes) else error.encode()
    if isinstance(what, tuple):
        text = f"{what[0]} {what[1].decode('utf-8', 'replace')}"
    else:
        text = str(what.strerror or what) or type(what).__name__
    return " ".join(text.split())[:200]

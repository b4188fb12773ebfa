"""Asking a service, against one here that answers as services do: late, broken, elsewhere, not at all."""

import threading
import time
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
from test_importers import entry, feed

from catalogue import fetch, sources
from catalogue.found import Found
from catalogue.importers import IMPORTERS, arxiv
from catalogue.problems import Problem

Answer = Callable[[BaseHTTPRequestHandler], None]


class Service:
    """A server whose answers are given beforehand, one for each request; the last is given again."""

    def __init__(self, server: ThreadingHTTPServer, answers: list[Answer]) -> None:
        self.url = f"http://127.0.0.1:{server.server_port}"
        self.answers, self.asked = answers, list[tuple[str, str, float]]()


@pytest.fixture
def service(monkeypatch: pytest.MonkeyPatch) -> Iterator[Service]:
    answers: list[Answer] = []

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            made.asked.append((self.path, self.headers["User-Agent"], time.monotonic()))
            (answers.pop(0) if len(answers) > 1 else answers[0])(self)

        def log_message(self, format: str, *args: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    made = Service(server, answers)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    monkeypatch.setattr(fetch, "PAUSES", (0.02, 0.02, 0.02))
    monkeypatch.setattr(fetch, "TIMEOUT", 0.5)
    monkeypatch.setattr(fetch, "_not_before", {})
    yield made
    server.shutdown()
    thread.join()
    server.server_close()


def status(code: int, body: bytes = b"", **headers: str) -> Answer:
    def answer(handler: BaseHTTPRequestHandler) -> None:
        handler.send_response(code)
        for name, value in {"Content-Length": str(len(body)), **headers}.items():
            handler.send_header(name.replace("_", "-"), value)
        handler.end_headers()
        handler.wfile.write(body)

    return answer


def truncated(handler: BaseHTTPRequestHandler) -> None:
    status(200, b"half", Content_Length="1000")(handler)
    handler.close_connection = True


def slow(handler: BaseHTTPRequestHandler) -> None:
    time.sleep(1.5)


def test_a_whole_answer(service: Service) -> None:
    service.answers += [status(200, b"whole")]
    assert fetch.fetch(f"{service.url}/x?y=1") == b"whole"
    (asked,) = service.asked
    assert asked[0] == "/x?y=1" and "paper-catalogue" in asked[1]


@pytest.mark.parametrize("trouble", [status(500), status(503), status(429), truncated, slow])
def test_what_may_pass_is_tried_again(trouble: Answer, service: Service) -> None:
    service.answers += [trouble, trouble, status(200, b"at last")]
    assert fetch.fetch(service.url) == b"at last"
    assert len(service.asked) == 3


@pytest.mark.parametrize(("trouble", "why"), [(status(500), "status 500"), (truncated, ""), (slow, "")])
def test_what_does_not_pass_is_told_in_a_line(trouble: Answer, why: str, service: Service) -> None:
    service.answers += [trouble]
    with pytest.raises(fetch.Unanswered, match="did not answer after 4 tries") as told:
        fetch.fetch(service.url)
    assert why in str(told.value) and "\n" not in str(told.value)
    assert len(service.asked) == 4


def test_what_will_not_pass_is_asked_once(service: Service) -> None:
    service.answers += [status(404)]
    with pytest.raises(fetch.Unanswered, match="status 404"):
        fetch.fetch(service.url)
    assert len(service.asked) == 1


def test_redirects_are_followed_but_not_for_ever(service: Service) -> None:
    service.answers += [status(302, Location="/there"), status(200, b"there")]
    assert fetch.fetch(service.url) == b"there"
    service.answers[:] = [status(302, Location="/round")]
    with pytest.raises(fetch.Unanswered):
        fetch.fetch(service.url)


def test_a_service_is_given_time_between_requests_and_what_it_asks_for(
    service: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    slept: list[float] = []
    monkeypatch.setattr(time, "sleep", slept.append)
    monkeypatch.setattr(fetch, "PAUSES", (30.0,))
    service.answers += [status(200, b"1"), status(200, b"2")]
    fetch.fetch(service.url)
    fetch.fetch(service.url)
    assert slept[0] == 0 and 25 < slept[1] <= 30
    service.answers[:] = [status(429, Retry_After="50"), status(200, b"3")]
    fetch.fetch(service.url)
    assert 45 < slept[3] <= 50
    service.answers[:] = [status(429, Retry_After="86400"), status(200, b"4")]
    fetch.fetch(service.url)
    assert slept[5] <= fetch.LONGEST


def test_an_answer_can_be_too_large(service: Service, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fetch, "LARGEST", 10)
    service.answers += [status(200, b"x" * 11)]
    with pytest.raises(fetch.Unanswered, match="larger"):
        fetch.fetch(service.url)


def test_nobody_there() -> None:
    fetch._not_before.clear()
    with pytest.MonkeyPatch.context() as patch, pytest.raises(fetch.Unanswered, match="did not answer"):
        patch.setattr(fetch, "PAUSES", (0.01,))
        fetch.fetch("http://127.0.0.1:9/")


def test_an_identifier_comes_in_from_its_service(service: Service, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(arxiv, "API", f"{service.url}/api/query?")
    service.answers += [status(200, feed(entry()))]
    ((found, _),) = sources.gather(sources.take(["arXiv:2604.00001v2"], IMPORTERS), IMPORTERS)
    assert isinstance(found, Found) and found.values["arxiv"] == "2604.00001"
    assert service.asked[0][0] == "/api/query?max_results=100&id_list=2604.00001v2"
    service.answers[:] = [status(503)]
    ((problem, _),) = sources.gather(sources.take(["2604.00001"], IMPORTERS), IMPORTERS)
    assert isinstance(problem, Problem) and "did not answer after 4 tries" in problem.message

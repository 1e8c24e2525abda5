"""`softfactory cache stats --metrics` and `advise`, by what a router's metrics may look like."""

import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest
from click.testing import Result
from prometheus_client import CollectorRegistry, generate_latest
from typer.testing import CliRunner

from router.cache.memory import MemoryStore
from router.cache.open_store import OpenStore, Stores
from router.cli import app
from router.telemetry.cache_metrics import CacheMetrics
from router.telemetry.catalogue import CacheCatalogue


def counted() -> bytes:
    registry = CollectorRegistry()
    opened = OpenStore(MemoryStore(lambda: 0.0, 1000))
    name, rating, secret = (opened.coordinates.of("Chef", each) for each in ("name", "rating", "secret"))
    name.hits, name.misses, name.stale, name.fetched_in = 88, 10, 2, 0.5
    name.sampled, name.age, name.bytes = 4, 50_000, 40
    rating.hits, rating.misses, rating.fetched_in = 50, 50, 0.1
    secret.passed = 7
    for _ in range(40):
        name.compared(200_000, is_wrong=False)
        rating.compared(200_000, is_wrong=False)
    for _ in range(10):
        rating.compared(200_000, is_wrong=True)
    CacheMetrics(Stores({("one",): opened}), CacheCatalogue(registry)).flush()
    return generate_latest(registry)


class Page:
    """Answers every request the same."""

    def __init__(self) -> None:
        self.status, self.body = 200, counted()
        page = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                self.send_response(page.status)
                self.end_headers()
                self.wfile.write(page.body)

            def log_message(self, *_: object) -> None:
                pass

        self._server = HTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self._server.server_port}/metrics"
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.01,))
        self._thread.start()

    def close(self) -> None:
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()


@pytest.fixture
def page() -> Iterator[Page]:
    found = Page()
    yield found
    found.close()


def run(*arguments: str) -> Result:
    return CliRunner().invoke(app, ["cache", *arguments], env={"COLUMNS": "200"})


def test_fields_with_hit_ratio_age_bytes_and_time(page: Page) -> None:
    result = run("stats", "--metrics", page.url)
    assert result.exit_code == 0, result.output
    lines = [" ".join(line.split()) for line in result.stdout.splitlines()]
    assert lines == [
        "Field Found Hit ratio Age Bytes Saved",
        "Chef.name 90 90.0% 12.5 s 900 bytes 4.5 s",
        "Chef.rating 50 50.0% 0 bytes 0.1 s",
        "Chef.secret 0 never kept 0 bytes 0.0 s",
        "All 140 70.0% 12.5 s 900 bytes 4.6 s",
    ]


def test_fields_for_machines(page: Page) -> None:
    found = json.loads(run("stats", "--metrics", page.url, "--format", "json").stdout)
    assert found["Chef.name"] == {
        "hits": 88,
        "stale": 2,
        "misses": 10,
        "uncached": 0,
        "hit_ratio": 0.9,
        "average_age": 12.5,
        "bytes": 900,
        "saved": 4.5,
    }
    assert found["Chef.secret"]["hit_ratio"] is None


def test_advice(page: Page) -> None:
    result = run("advise", "--metrics", page.url)
    assert result.exit_code == 0, result.output
    lines = [" ".join(line.split()) for line in result.stdout.splitlines()]
    assert lines[:3] == ["Field Compared Wrong maxAge", "Chef.rating 50 20.00% 15", "Chef.name 40 0.00% 30+"]
    found = json.loads(run("advise", "--metrics", page.url, "--wrong", "0.1", "--format", "json").stdout)
    assert found["Chef.rating"]["maxAge"] > 15
    assert found["Chef.name"]["atLeast"] is True


@pytest.mark.parametrize(
    ("status", "body", "message"),
    [
        (404, b"", "answers 404. A router has metrics with telemetry.metrics.enabled."),
        (200, b"<html>no metrics {</html>", "answers something else than metrics."),
        (200, b"# TYPE up gauge\nup 1\n", "has nothing of a field cache."),
        (200, b'# TYPE x counter\nx_total{coordinate="a"} 1\n', "has nothing of a field cache."),
    ],
)
@pytest.mark.parametrize("command", ["stats", "advise"])
def test_what_is_wrong_is_said(page: Page, command: str, status: int, body: bytes, message: str) -> None:
    page.status, page.body = status, body
    result = run(command, "--metrics", page.url)
    assert result.exit_code == 1
    assert message in " ".join(result.stderr.split())


def test_nothing_was_compared(page: Page) -> None:
    page.body = b'# TYPE softfactory_cache_fields counter\nsoftfactory_cache_fields_total{coordinate="A.b",result="hit"} 1\n'
    result = run("advise", "--metrics", page.url)
    assert result.exit_code == 1
    assert "Set cache.shadow" in result.stderr


def test_nobody_is_there() -> None:
    result = run("stats", "--metrics", "http://127.0.0.1:1/metrics")
    assert result.exit_code == 1
    assert "cannot be reached" in result.stderr


@pytest.mark.parametrize("given", [(), ("--metrics", "http://a", "--redis", "redis://b")])
def test_one_place_at_a_time(given: tuple[str, ...]) -> None:
    assert run("stats", "--limit", "1", *given).exit_code == 2

"""GraphQL over HTTP as a table: what is sent, and the status, type and body that come back."""

import asyncio
import zlib
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from typing import Any

import httpx
import pytest

JSON = "application/json"
NEW = "application/graphql-response+json"

LANGUAGES = {"data": {"languages": ["EN", "KO"]}}
OK = '{"query": "{ languages }"}'
BROWSER = {"user-agent": "Mozilla/5.0"}


@dataclass(frozen=True)
class Case:
    """`expected` is the whole body, or the code of its one error. `headers` add to those of a normal request."""

    name: str
    status: int
    expected: dict[str, Any] | str
    method: str = "POST"
    body: str | bytes = ""
    query: str = ""
    headers: dict[str, str] = field(default_factory=dict)
    content_type: str | None = JSON
    accept: str | None = None
    answered: str = JSON


UPLOAD = "multipart/form-data; boundary=x"
UNKNOWN = '{"query": "{ nobody }"}'
FORM = "application/x-www-form-urlencoded"
RENAME = "mutation%20%7B%20rename(id:%20%221%22,%20name:%20%22x%22)%20%7B%20id%20%7D%20%7D"
BY_ID = '{"query": "query P($id: ID!) { person(id: $id) { name } }", "variables": %s}'
TWO = '{"query": "query A { languages } query B { people(first: 1) { id } }", "operationName": %s}'

CASES = (
    Case("a query", 200, LANGUAGES, body=OK),
    Case("a query, newer type", 200, LANGUAGES, body=OK, accept=NEW, answered=NEW),
    Case("a query with charset", 200, LANGUAGES, body=OK, content_type="application/json; charset=UTF-8"),
    Case("byte order mark", 200, LANGUAGES, body=b"\xef\xbb\xbf" + OK.encode()),
    Case("nulls for what is optional", 200, LANGUAGES,
         body='{"query": "{ languages }", "variables": null, "operationName": null, "extensions": null}'),
    Case("unknown members are left alone", 200, LANGUAGES, body='{"query": "{ languages }", "more": [1]}'),
    Case("variables", 200, {"data": {"person": {"name": "Ada"}}}, body=BY_ID % '{"id": 1}'),
    Case("a null answer", 200, {"data": {"person": None}}, body=BY_ID % '{"id": "9"}', accept=NEW, answered=NEW),
    Case("an operation by name", 200, {"data": {"people": [{"id": "1"}]}}, body=TWO % '"B"'),
    Case("no operation chosen", 200, "OPERATION_RESOLUTION_FAILURE", body=TWO % "null"),
    Case("no such operation", 400, "OPERATION_RESOLUTION_FAILURE", body=TWO % '"C"', accept=NEW, answered=NEW),
    Case("a mutation", 200, {"data": {"rename": {"name": "Eve"}}},
         body='{"query": "mutation { rename(id: \\"1\\", name: \\"Eve\\") { name } }"}'),
    # GraphQL that is wrong: 200 in the older type, 400 in the newer one.
    Case("syntax error", 200, "GRAPHQL_PARSE_FAILED", body='{"query": "{ languages"}'),
    Case("syntax error, newer type", 400, "GRAPHQL_PARSE_FAILED", body='{"query": "{"}', accept=NEW, answered=NEW),
    Case("unknown field", 200, "GRAPHQL_VALIDATION_FAILED", body=UNKNOWN),
    Case("unknown field, newer type", 400, "GRAPHQL_VALIDATION_FAILED", body=UNKNOWN, accept=NEW, answered=NEW),
    Case("wrong variable", 200, "BAD_USER_INPUT", body=BY_ID % '{"id": {}}'),
    Case("wrong variable, newer type", 400, "BAD_USER_INPUT", body=BY_ID % "{}", accept=NEW, answered=NEW),
    Case("an unpaired surrogate", 400, "INVALID_JSON", body='{"query": "{ \\ud800 }"}'),
    # Requests that are wrong: 4xx in both.
    Case("not JSON", 400, "INVALID_JSON", body="{"),
    Case("not JSON, newer type", 400, "INVALID_JSON", body="{", accept=NEW, answered=NEW),
    Case("no body", 400, "INVALID_JSON"),
    Case("not UTF-8", 400, "INVALID_JSON", body=b'{"query": "\xff"}'),
    Case("NaN", 400, "INVALID_JSON", body='{"query": "{ languages }", "variables": {"a": NaN}}'),
    Case("nested too deeply", 400, "INVALID_JSON", body="[" * 100_000),
    Case("a batch", 400, "BATCHING_NOT_SUPPORTED", body=f"[{OK}]"),
    Case("a string", 400, "INVALID_REQUEST", body='"{ languages }"'),
    Case("null", 400, "INVALID_REQUEST", body="null"),
    Case("without query", 400, "MISSING_QUERY", body="{}"),
    Case("misspelt query", 400, "MISSING_QUERY", body='{"qeury": "{ languages }"}', accept=NEW, answered=NEW),
    Case("query of wrong type", 400, "INVALID_REQUEST", body='{"query": 1}'),
    Case("variables of wrong type", 400, "INVALID_REQUEST", body='{"query": "{ languages }", "variables": "{}"}'),
    Case("variables as a list", 400, "INVALID_REQUEST", body='{"query": "{ languages }", "variables": []}'),
    Case("name of wrong type", 400, "INVALID_REQUEST", body='{"query": "{ languages }", "operationName": 1}'),
    Case("extensions of wrong type", 400, "INVALID_REQUEST", body='{"query": "{ languages }", "extensions": 1}'),
    Case("too large", 413, "REQUEST_TOO_LARGE", body=" " * 5001),
    # Content types: those that HTML forms can send are among the refused.
    Case("no content type", 415, "UNSUPPORTED_MEDIA_TYPE", body=OK, content_type=None),
    Case("text", 415, "UNSUPPORTED_MEDIA_TYPE", body=OK, content_type="text/plain"),
    Case("a form", 415, "UNSUPPORTED_MEDIA_TYPE", body="query=x", content_type=FORM),
    Case("an upload", 415, "UNSUPPORTED_MEDIA_TYPE", body="--x--", content_type=UPLOAD),
    Case("bare GraphQL", 415, "UNSUPPORTED_MEDIA_TYPE", body="{ languages }", content_type="application/graphql"),
    Case("other charset", 415, "UNSUPPORTED_MEDIA_TYPE", body=OK, content_type="application/json; charset=latin1"),
    Case("compressed", 200, LANGUAGES, body=zlib.compress(OK.encode(), wbits=31), headers={"content-encoding": "gzip"}),
    Case("compressed in words only", 400, "INVALID_REQUEST", body=OK, headers={"content-encoding": "gzip"}),
    Case("compressed otherwise", 415, "UNSUPPORTED_MEDIA_TYPE", body=OK, headers={"content-encoding": "compress"}),
    Case("not compressed, in words", 200, LANGUAGES, body=OK, headers={"content-encoding": "Identity"}),
    Case("nothing acceptable", 406, "NOT_ACCEPTABLE", body=OK, accept="text/html"),
    # Methods.
    Case("PUT", 405, "METHOD_NOT_ALLOWED", method="PUT", body=OK),
    Case("DELETE", 405, "METHOD_NOT_ALLOWED", method="DELETE"),
    Case("OPTIONS without CORS", 405, "METHOD_NOT_ALLOWED", method="OPTIONS"),
    # GET.
    Case("GET", 200, LANGUAGES, method="GET", query="query=%7Blanguages%7D"),
    Case("GET, newer type", 200, LANGUAGES, method="GET", query="query={languages}", accept=NEW, answered=NEW),
    Case("GET with everything", 200, {"data": {"person": {"id": "2"}}}, method="GET",
         query="query=query+P($id:ID!){person(id:$id){id}}&operationName=P&variables={%22id%22:2}&extensions={}"),
    Case("GET with empty parameters", 200, LANGUAGES, method="GET",
         query="query={languages}&variables=&operationName=&extensions="),
    Case("GET without query", 400, "MISSING_QUERY", method="GET"),
    Case("GET, empty query", 400, "MISSING_QUERY", method="GET", query="query="),
    Case("GET, variables not JSON", 400, "INVALID_JSON", method="GET", query="query={languages}&variables={"),
    Case("GET, variables as a list", 400, "INVALID_REQUEST", method="GET", query="query={languages}&variables=[]"),
    Case("GET, a parameter twice", 400, "INVALID_REQUEST", method="GET", query="query={a}&query={b}"),
    Case("GET, not UTF-8", 400, "INVALID_REQUEST", method="GET", query="query=%ff"),
    Case("GET, syntax error", 400, "GRAPHQL_PARSE_FAILED", method="GET", query="query={", accept=NEW, answered=NEW),
    Case("GET of a mutation", 405, "METHOD_NOT_ALLOWED", method="GET", query=f"query={RENAME}"),
    # Forged requests.
    Case("GET, another site", 403, "CSRF_PREVENTION_FAILED", method="GET", query="query={languages}",
         headers={"sec-fetch-site": "cross-site"}),
    Case("GET, a sibling site", 403, "CSRF_PREVENTION_FAILED", method="GET", query="query={languages}",
         headers={"sec-fetch-site": "same-site"}),
    Case("GET, a browser that does not say", 403, "CSRF_PREVENTION_FAILED", method="GET",
         query="query={languages}", headers=BROWSER),
    Case("GET with an origin", 403, "CSRF_PREVENTION_FAILED", method="GET", query="query={languages}",
         headers={"origin": "https://evil.example"}),
    Case("GET from our own page", 200, LANGUAGES, method="GET", query="query={languages}",
         headers={**BROWSER, "sec-fetch-site": "same-origin"}),
    Case("GET typed by somebody", 200, LANGUAGES, method="GET", query="query={languages}",
         headers={**BROWSER, "sec-fetch-site": "none"}),
    Case("GET after a preflight", 200, LANGUAGES, method="GET", query="query={languages}",
         headers={"sec-fetch-site": "cross-site", "apollo-require-preflight": "1"}),
)  # fmt: skip


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
async def test_answers(serve: Any, case: Case) -> None:
    client = await serve(limits={"max_body_bytes": 5000} if case.name == "too large" else {})
    headers = {"content-type": case.content_type, "accept": case.accept, "user-agent": "test", **case.headers}

    answer = await client.send(
        httpx.Request(
            case.method,
            f"http://router/graphql?{case.query}" if case.query else "http://router/graphql",
            headers={name: value for name, value in headers.items() if value is not None},
            content=case.body,
        )
    )

    assert answer.status_code == case.status
    assert answer.headers["content-type"] == f"{case.answered}; charset=utf-8"
    body = answer.json()
    if isinstance(case.expected, str):
        assert [error["extensions"]["code"] for error in body["errors"]] == [case.expected]
        assert "data" not in body
    else:
        assert body == case.expected


async def test_counts_a_body_that_does_not_say_how_long_it_is(serve: Any) -> None:
    sent = 0

    async def endless() -> AsyncIterator[bytes]:
        nonlocal sent
        while True:
            sent += 1000
            yield b" " * 1000

    answer = await (await serve(limits={"max_body_bytes": 5000})).post(
        "/graphql", content=endless(), headers={"content-type": JSON}
    )

    assert answer.status_code == 413
    assert answer.headers["connection"] == "close"
    assert sent == 6000


@pytest.mark.parametrize(
    ("method", "url", "allow"),
    [("PUT", "/graphql", "GET, POST"), ("GET", f"/graphql?query={RENAME}", "POST")],
)
async def test_says_what_is_allowed(serve: Any, method: str, url: str, allow: str) -> None:
    answer = await (await serve()).request(method, url)

    assert (answer.status_code, answer.headers["allow"]) == (405, allow)


async def test_can_do_without_csrf_prevention(serve: Any) -> None:
    answer = await (await serve(csrf={"enabled": False})).get(
        "/graphql?query={languages}", headers={"sec-fetch-site": "cross-site"}
    )

    assert answer.json() == LANGUAGES


async def test_gives_every_validation_error_with_its_place(serve: Any) -> None:
    answer = await (await serve()).post("/graphql", json={"query": "{ languages\n  one\n  two }"})

    assert [error["locations"] for error in answer.json()["errors"]] == [
        [{"line": 2, "column": 3}],
        [{"line": 3, "column": 3}],
    ]


async def test_sends_a_visitor_to_the_explorer(serve: Any) -> None:
    browser = {"accept": "text/html,*/*;q=0.8"}

    visit = await (await serve()).get("/graphql", headers=browser)
    without = await (await serve(explorer={"enabled": False})).get("/graphql", headers=browser)

    assert (visit.status_code, visit.headers["location"]) == (303, "/")
    assert without.status_code == 400


async def test_goes_on_after_errors(serve: Any) -> None:
    client = await serve()
    bodies = ('{"query": "{ languages }"}', "{", '{"query": "{"}', '{"query": "{ nobody }"}') * 10

    answers = await asyncio.gather(
        *(client.post("/graphql", content=body, headers={"content-type": JSON}) for body in bodies)
    )

    assert [answer.status_code for answer in answers] == [200, 400, 200, 200] * 10
    assert [answer.json() for answer in answers[::4]] == [LANGUAGES] * 10


async def test_a_failing_pipeline_is_an_error_with_an_id(serve: Any, small_graph: Any) -> None:
    class Broken:
        async def fetch(self, _request: Any) -> Any:
            raise ZeroDivisionError("secret")

    small_graph.transports["greetings"] = Broken()

    answer = await (await serve()).post("/graphql", json={"query": "{ languages }"})

    assert answer.status_code == 500
    assert answer.json()["errors"][0]["extensions"]["code"] == "INTERNAL_SERVER_ERROR"
    assert "secret" not in answer.text


async def test_only_the_named_headers_go_on(serve: Any, small_graph: Any) -> None:
    headers = {"Authorization": "Bearer x", "X-Tenant": "7", "Cookie": "a=b", "X-Request-Id": "r1"}

    settings = {
        "headers": {"propagate": ["Authorization", "x-tenant"]},
        "upstream": {"deadline_header": None},
    }
    await (await serve(**settings)).post("/graphql", json={"query": "{ languages }"}, headers=headers)

    [(_, request)] = small_graph.requests
    assert request.headers == {"authorization": "Bearer x", "x-tenant": "7"}


async def test_lets_pages_of_named_origins_in(serve: Any) -> None:
    client = await serve(server={"cors": {"origins": ["https://app.example"]}})
    ask = {"access-control-request-method": "POST", "access-control-request-headers": "content-type"}

    allowed = await client.options("/graphql", headers={"origin": "https://app.example", **ask})
    refused = await client.options("/graphql", headers={"origin": "https://evil.example", **ask})

    assert allowed.status_code == 200
    assert allowed.headers["access-control-allow-origin"] == "https://app.example"
    assert refused.status_code == 400
    assert "access-control-allow-origin" not in refused.headers


@pytest.mark.parametrize(
    ("method", "path", "status", "code", "allow"),
    [
        ("GET", "/nowhere", 404, "NOT_FOUND", [""]),
        ("POST", "/nowhere", 404, "NOT_FOUND", [""]),
        ("POST", "/", 405, "METHOD_NOT_ALLOWED", ["GET", "HEAD"]),
        ("PUT", "/health", 405, "METHOD_NOT_ALLOWED", ["GET", "HEAD"]),
    ],
)
async def test_says_where_the_graph_is(
    serve: Any, method: str, path: str, status: int, code: str, allow: list[str]
) -> None:
    answer = await (await serve()).request(method, path)

    [error] = answer.json()["errors"]
    assert (answer.status_code, error["extensions"]["code"]) == (status, code)
    assert error["message"].endswith("GraphQL is at /graphql.")
    assert sorted(answer.headers.get("allow", "").split(", ")) == allow

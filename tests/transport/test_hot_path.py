"""The raw endpoint beside a straightforward one: the same status, headers and body, whatever comes in."""

import json
import re
import zlib
from collections.abc import Iterator
from decimal import Decimal
from typing import Any
from urllib.parse import parse_qsl

import brotli
import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from starlette.datastructures import Headers

from router.errors import ClientError
from router.pipeline import GraphQLRequest, GraphQLResponse, refusal
from router.transport.compression import Compression
from router.transport.endpoint import EndpointOptions, GraphQLEndpoint
from router.transport.media_type import MediaType, negotiate
from router.transport.persisted_queries import PersistedQueries
from router.upstream.headers import HeaderRules
from tests.transport.raw_client import RawRequest, exchange

MOST = 200
PROPAGATED = ("authorization", "x-tenant", "x-request-id")
CSRF = ("x-ask-first",)
IDENTIFIER = "0" * 32

GZIPPED = zlib.compress(b'{"query": "{a}"}', wbits=31)


class Echo:
    """Answers with what it was asked; some queries are refused, one breaks."""

    async def execute(self, request: GraphQLRequest) -> GraphQLResponse:
        return echo(request)


def echo(request: GraphQLRequest) -> GraphQLResponse:
    if request.query == "{refused}":
        return refusal(ClientError("BAD_USER_INPUT", "No."))
    if request.query == "{mutation}" and request.read_only:
        return refusal(ClientError("METHOD_NOT_ALLOWED", "No.", status=405))
    asked = [request.query, request.operation_name, request.variables, sorted(request.headers.items())]
    return GraphQLResponse(json.dumps(asked).encode())


endpoint = GraphQLEndpoint(
    Echo(),
    PersistedQueries(None),
    EndpointOptions(
        max_body_bytes=MOST,
        csrf_headers=CSRF,
        propagation=HeaderRules(frozenset(PROPAGATED)),
        explorer="/explorer",
        compression=Compression(("br", "gzip"), minimum_bytes=100),
        new_id=lambda: IDENTIFIER,
    ),
)


class Refused(Exception):
    """Of the reference: a code and a status."""

    def __init__(self, code: str, status: int = 400) -> None:
        super().__init__(code)
        self.code, self.status = code, status


def reference(request: RawRequest) -> tuple[int, dict[str, str], Any]:
    """Status, headers but the length, and the body: what was echoed, or the code of an error."""
    headers = Headers(raw=list(request.headers))
    given = headers.get("x-request-id", "")
    request_id = given if re.fullmatch(r"[A-Za-z0-9._:/+=@-]{1,128}", given) else IDENTIFIER
    if request.method == "GET" and not request.query_string and "text/html" in headers.get("accept", ""):
        return 303, {"location": "/explorer", "x-request-id": request_id}, ""
    media_type, extra = MediaType.JSON, {}
    try:
        try:
            media_type = negotiate(headers.get("accept"))
        except ClientError:
            raise Refused("NOT_ACCEPTABLE", 406) from None
        parameters = read(request, headers)
        response = echo(
            GraphQLRequest(
                query=parameters["query"],
                operation_name=parameters.get("operationName"),
                variables=parameters.get("variables") or {},
                headers=dict(passed_on(headers, request_id)),
                read_only=request.method == "GET",
            )
        )
        status, body = 200, json.loads(response.body)
        if response.refused is not None:
            newer = media_type is MediaType.GRAPHQL_RESPONSE
            status = 405 if response.refused.status == 405 else 400 if newer else 200
            extra, body = ({"allow": "POST"} if status == 405 else {}), response.refused.code
    except Refused as refused:
        status, body = refused.status, refused.code
        extra = {405: {"allow": "GET, POST"}, 413: {"connection": "close"}}.get(status, {})
    always = {
        "content-type": f"{media_type.value}; charset=utf-8",
        "cache-control": "no-store",
        "vary": "accept, accept-encoding",
        "x-request-id": request_id,
    }
    return status, {**always, **extra}, body


def read(request: RawRequest, headers: Headers) -> dict[str, Any]:
    if request.method == "POST":
        value = read_json(read_body(request, headers))
    elif request.method == "GET":
        refuse_forged(headers)
        value = read_query_string(request.query_string)
    else:
        raise Refused("METHOD_NOT_ALLOWED", 405)
    if isinstance(value, list):
        raise Refused("BATCHING_NOT_SUPPORTED")
    if not isinstance(value, dict):
        raise Refused("INVALID_REQUEST")
    kinds = {"query": str, "operationName": str, "variables": dict, "extensions": dict}
    if any(not isinstance(value.get(name), kind | None) for name, kind in kinds.items()):
        raise Refused("INVALID_REQUEST")
    if (value.get("extensions") or {}).get("persistedQuery") is not None:
        raise Refused("PERSISTED_QUERY_NOT_SUPPORTED")
    if value.get("query") is None:
        raise Refused("MISSING_QUERY")
    return value


def read_body(request: RawRequest, headers: Headers) -> bytes:
    media_type, _, parameters = headers.get("content-type", "").lower().partition(";")
    charset = parameters.partition("charset=")[2].partition(";")[0].strip(' "')
    if media_type.strip() != "application/json" or charset not in ("", "utf-8", "utf8"):
        raise Refused("UNSUPPORTED_MEDIA_TYPE", 415)
    length, body = headers.get("content-length", ""), b"".join(request.body)
    if len(body) > MOST or (re.fullmatch(r"[0-9]+", length) and Decimal(length) > MOST):
        raise Refused("REQUEST_TOO_LARGE", 413)
    coding = headers.get("content-encoding", "identity").strip().lower()
    if coding not in ("identity", "gzip"):
        raise Refused("UNSUPPORTED_MEDIA_TYPE", 415)
    if coding == "gzip" and body != GZIPPED:
        raise Refused("INVALID_REQUEST")
    return body if coding == "identity" else b'{"query": "{a}"}'


def read_json(text: bytes) -> Any:
    try:
        return msgspec.json.decode(text.removeprefix(b"\xef\xbb\xbf"))
    except ValueError:
        raise Refused("INVALID_JSON") from None


def read_query_string(query_string: bytes) -> dict[str, Any]:
    pairs = parse_qsl(query_string.decode(), keep_blank_values=True)
    if len(dict(pairs)) < len(pairs):
        raise Refused("INVALID_REQUEST")
    value: dict[str, Any] = {name: text or None for name, text in pairs}
    for name in ("variables", "extensions"):
        if value.get(name) is not None:
            value[name] = read_json(value[name].encode())
    return value


def refuse_forged(headers: Headers) -> None:
    browser = "origin" in headers or headers.get("user-agent", "").startswith("Mozilla/")
    site = headers.get("sec-fetch-site", "cross-site" if browser else "none")
    if site not in ("same-origin", "none") and not any(name in headers for name in CSRF):
        raise Refused("CSRF_PREVENTION_FAILED", 403)


def passed_on(headers: Headers, request_id: str) -> Iterator[tuple[str, str]]:
    hidden = [token.strip().lower() for value in headers.getlist("connection") for token in value.split(",")]
    for name in PROPAGATED:
        given = [request_id] if name == "x-request-id" else headers.getlist(name)
        values = [value for value in given if value.isprintable()]
        if values and name not in hidden:
            yield name, ", ".join(values)


HEADERS = {
    "accept": ["*/*", "application/json", "application/graphql-response+json", "text/html, */*;q=0.1", "text/html",
               "application/json;q=0, */*", "", "application/graphql-response+json;q=0.5,application/json;q=0.6"],
    "content-type": ["application/json", "application/json; charset=utf-8", 'Application/JSON;charset="UTF8"',
                     "application/json; charset=latin1", "text/plain", ""],
    "content-length": ["0", "16", "201", "9" * 5000, "0" * 30 + "7", "-1", "x", "²"],
    "content-encoding": ["identity", "gzip", " GZIP", "compress", "gzip, gzip", ""],
    "connection": ["close", "keep-alive, X-Tenant", "authorization", "x-request-id", ""],
    "authorization": ["Bearer a", "Bearer b", "é", "tab\t", "del\x7f"],
    "x-tenant": ["1", "2", "a\r\nhost: evil"],
    "x-request-id": ["abc-1", "two words", "", "x" * 129, "é"],
    "x-ask-first": ["1"],
    "origin": ["https://evil.example", "null"],
    "sec-fetch-site": ["same-origin", "none", "cross-site"],
    "user-agent": ["Mozilla/5.0", "curl/8"],
    "cookie": ["a=b"],
}  # fmt: skip
BODIES = [
    b'{"query": "{a}"}', b'{"query": "{refused}"}', b'{"query": "{mutation}", "variables": {"b": [1, null, "x"]}}',
    b'\xef\xbb\xbf{"query": "{a}", "operationName": "A", "more": 1}', b'[{"query": "{a}"}]', b'"{a}"', b"null", b"{}",
    b'{"query": 1}', b'{"query": "{a}", "variables": []}', b'{"query": "{a}", "extensions": 1}', b"", b"{", b"\xff",
    b'{"query": "{a}", "extensions": {"persistedQuery": {"version": 1}}}', b'{"query": "{a}", "variables": null}',
    b'{"query": "{a}", "query": "{b}"}', b'{"query": "\\ud800"}', b'{"query": "{a}", "variables": {"n": 1e999}}',
    b'{"query": "{' + b"a" * 190 + b'}"}', GZIPPED, GZIPPED[:-1], GZIPPED + b"x",
]  # fmt: skip
QUERY_STRINGS = [
    b"", b"query={a}", b"query={refused}", b"query={mutation}&variables={%22b%22:1}", b"query={a}&query={b}",
    b"query=", b"query={a}&variables={", b"query={a}&extensions=[]", b"query={a}&operationName=A", b"x", b"%7B=1",
]  # fmt: skip


KNOWN = st.sampled_from([(name, value) for name, values in HEADERS.items() for value in values])
OTHERS = st.tuples(st.sampled_from(sorted(HEADERS)), st.text(st.characters(max_codepoint=255)))
USUAL = [("content-type", "application/json")]


@st.composite
def requests(draw: st.DrawFn) -> RawRequest:
    """Mostly right, for what is wrong in many ways is refused for the first of them."""
    body = draw(st.sampled_from(BODIES) | st.binary(max_size=MOST + 20))
    headers = list(USUAL) if draw(st.integers(0, 9)) else []
    headers += [("content-encoding", "gzip")] if body[:1] == GZIPPED[:1] and draw(st.booleans()) else []
    headers += draw(st.lists(st.one_of(KNOWN, KNOWN, KNOWN, OTHERS), max_size=3))
    cuts = sorted(draw(st.lists(st.integers(0, len(body)), max_size=2)))
    return RawRequest(
        method=draw(st.sampled_from(["POST"] * 8 + ["GET"] * 4 + ["HEAD", "PUT", "get", ""])),
        query_string=draw(st.sampled_from(QUERY_STRINGS)),
        headers=[(name.encode(), value.encode("latin-1")) for name, value in draw(st.permutations(headers))],
        body=[body[start:end] for start, end in zip([0, *cuts], [*cuts, len(body)], strict=True)],
    )


@settings(max_examples=800, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(request=requests())
async def test_is_what_a_straightforward_endpoint_is(request: RawRequest) -> None:
    status, headers, body = reference(request)

    answer = await exchange(endpoint, request)

    length = {"content-length": str(len(answer.body))}
    expected = {**headers, **length}
    assert answer.status == status
    assert answer.headers == sorted((name.encode(), value.encode()) for name, value in expected.items())
    assert told(answer.body) == body
    assert [message["type"] for message in answer.messages] == ["http.response.start", "http.response.body"]


def told(body: bytes) -> Any:
    """What was echoed, or the code of the error."""
    value = json.loads(body) if body else ""
    return value["errors"][0]["extensions"]["code"] if isinstance(value, dict) else value


@pytest.mark.parametrize("accepted", [b"br", b"gzip"])
@settings(max_examples=100, deadline=None)
@given(text=st.text(min_size=30, max_size=120))
async def test_a_compressed_answer_says_the_same(accepted: bytes, text: str) -> None:
    body = msgspec.json.encode({"query": text})[:MOST]
    request = RawRequest(headers=((b"content-type", b"application/json"),), body=(body,))
    plain = await exchange(endpoint, request)
    request.headers = (*request.headers, (b"accept-encoding", accepted))
    packed = await exchange(endpoint, request)

    coding = dict(packed.headers).get(b"content-encoding")
    assert packed.status == plain.status
    assert coding == (accepted if len(plain.body) >= 100 else None)
    unpack = {None: bytes, b"br": brotli.decompress, b"gzip": lambda body: zlib.decompress(body, 31)}[coding]
    assert unpack(packed.body) == plain.body

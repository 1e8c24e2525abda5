"""Functions and ASGI applications as subgraphs: the answers and the errors of HTTP, without a socket."""

import asyncio
import json
from contextlib import asynccontextmanager
from contextvars import ContextVar
from datetime import UTC, datetime
from typing import Any

import pytest
from fastapi import FastAPI, Request
from fastapi.responses import HTMLResponse, JSONResponse, StreamingResponse

from router.executor.answer import read_answer
from router.operation.request_body import encode_request
from router.upstream.in_process import AsgiTransport, FunctionTransport
from router.upstream.lifespan import StartupFailedError, started
from router.upstream.subgraph import SubgraphError, SubgraphRequest

QUERY = SubgraphRequest(encode_request("{a}"))


def fastapi_app() -> FastAPI:
    app = FastAPI()

    @app.post("/graphql")
    async def graphql(request: Request) -> JSONResponse:
        body = await request.json()
        seen = {name: request.headers[name] for name in ("authorization", "content-type", "host", "accept")}
        return JSONResponse({"data": {"body": body, "headers": seen}}, headers={"X-Tag": "t"})

    @app.post("/html")
    async def html() -> HTMLResponse:
        return HTMLResponse("<html>", status_code=200)

    @app.post("/raises")
    async def raises() -> None:
        raise KeyError("secret")

    @app.post("/slow")
    async def slow() -> None:
        await asyncio.sleep(60)

    @app.post("/stream")
    async def stream() -> StreamingResponse:
        async def parts() -> Any:
            for part in ('{"data":', '{"a":', "1}}"):
                yield part

        return StreamingResponse(parts(), media_type="application/json")

    @app.post("/giant")
    async def giant() -> JSONResponse:
        return JSONResponse({"data": {"a": "x" * 10_000}})

    return app


async def test_an_asgi_application_sees_an_ordinary_request() -> None:
    transport = AsgiTransport(fastapi_app(), url="http://users.internal:4001/graphql?x=1")
    request = SubgraphRequest(encode_request("query Q{a}", {"v": 1}, "Q"), {"authorization": "Bearer t"})
    response = await transport.fetch(request)
    assert read_answer(response).data == {
        "body": {"query": "query Q{a}", "variables": {"v": 1}, "operationName": "Q"},
        "headers": {
            "authorization": "Bearer t",
            "content-type": "application/json",
            "host": "users.internal:4001",
            "accept": "application/graphql-response+json, application/json",
        },
    }
    assert response.headers["x-tag"] == "t"


async def test_a_streamed_answer() -> None:
    response = await AsgiTransport(fastapi_app(), url="http://x/stream").fetch(QUERY)
    assert read_answer(response).data == {"a": 1}


FAILURES = [
    ("/html", "SUBREQUEST_INVALID_RESPONSE"),
    ("/raises", "SUBREQUEST_HTTP_ERROR"),
    ("/slow", "SUBREQUEST_TIMEOUT"),
    ("/giant", "SUBREQUEST_INVALID_RESPONSE"),
    ("/nowhere", "SUBREQUEST_HTTP_ERROR"),
]


@pytest.mark.parametrize(("path", "code"), FAILURES)
async def test_an_asgi_application_that_fails(path: str, code: str) -> None:
    transport = AsgiTransport(fastapi_app(), url=f"http://x{path}", timeout=0.3, max_response_bytes=5000)
    with pytest.raises(SubgraphError) as raised:
        read_answer(await transport.fetch(QUERY))
    assert raised.value.code == code


async def returns_early(_scope: Any, _receive: Any, _send: Any) -> None:
    """No answer."""


async def returns_half(_scope: Any, _receive: Any, send: Any) -> None:
    await send({"type": "http.response.start", "status": 200, "headers": []})
    await send({"type": "http.response.body", "body": b"{", "more_body": True})


@pytest.mark.parametrize("app", [returns_early, returns_half])
async def test_an_application_that_returns_without_an_answer(app: Any) -> None:
    with pytest.raises(SubgraphError, match="before its answer was complete"):
        await AsgiTransport(app).fetch(QUERY)


async def test_a_disconnect_follows_the_answer() -> None:
    received: list[str] = []

    async def app(_scope: Any, receive: Any, send: Any) -> None:
        received.append((await receive())["type"])
        await send(
            {
                "type": "http.response.start",
                "status": 200,
                "headers": [(b"content-type", b"application/json")],
            }
        )
        await send({"type": "http.response.body", "body": b'{"data":{}}'})
        received.append((await receive())["type"])

    await AsgiTransport(app).fetch(QUERY)
    assert received == ["http.request", "http.disconnect"]


async def test_context_variables_stay_inside() -> None:
    viewer: ContextVar[str] = ContextVar("viewer", default="nobody")

    async def function(request: SubgraphRequest) -> dict[str, Any]:
        seen = viewer.get()
        viewer.set("somebody")
        return {"data": {"seen": seen}}

    transport = FunctionTransport(function)
    assert [read_answer(await transport.fetch(QUERY)).data for _ in range(2)] == [{"seen": "nobody"}] * 2


async def test_a_functions_answer_is_copied_and_made_json() -> None:
    shared: dict[str, Any] = {
        "data": {"at": datetime(2026, 1, 2, tzinfo=UTC), "list": (1, 2)},
        "errors": [{"message": "m"}],
    }

    async def function(request: SubgraphRequest) -> dict[str, Any]:
        return shared

    answer = read_answer(await FunctionTransport(function).fetch(QUERY))
    assert answer.data == {"at": "2026-01-02T00:00:00Z", "list": [1, 2]}
    assert answer.errors == ({"message": "m"},)
    answer.data["at"] = None
    assert shared["data"]["at"] is not None


async def raising(request: SubgraphRequest) -> dict[str, Any]:
    raise RuntimeError("secret")


def raising_at_once(request: SubgraphRequest) -> Any:
    raise RuntimeError("secret")


async def sleeping(request: SubgraphRequest) -> dict[str, Any]:
    await asyncio.sleep(60)
    return {}


async def answering_a_list(request: SubgraphRequest) -> Any:
    return []


async def answering_nothing(request: SubgraphRequest) -> Any:
    return None


async def answering_objects(request: SubgraphRequest) -> Any:
    return {"data": {"a": object()}}


FUNCTIONS = [
    (raising, "SUBREQUEST_HTTP_ERROR"),
    (raising_at_once, "SUBREQUEST_HTTP_ERROR"),
    (sleeping, "SUBREQUEST_TIMEOUT"),
    (answering_a_list, "SUBREQUEST_INVALID_RESPONSE"),
    (answering_nothing, "SUBREQUEST_INVALID_RESPONSE"),
    (answering_objects, "SUBREQUEST_INVALID_RESPONSE"),
]


@pytest.mark.parametrize(("function", "code"), FUNCTIONS)
async def test_a_function_that_fails(function: Any, code: str) -> None:
    with pytest.raises(SubgraphError) as raised:
        read_answer(await FunctionTransport(function, timeout=0.1).fetch(QUERY))
    assert raised.value.code == code


@pytest.mark.parametrize(
    "make", [lambda f: FunctionTransport(f), lambda f: AsgiTransport(lambda *_: f(QUERY))]
)
async def test_cancelling_cancels_the_subgraph(make: Any) -> None:
    state: list[str] = []
    begun = asyncio.Event()

    async def function(request: SubgraphRequest) -> dict[str, Any]:
        begun.set()
        try:
            await asyncio.sleep(60)
        except asyncio.CancelledError:
            state.append("cancelled")
            raise
        return {}

    task = asyncio.create_task(make(function).fetch(QUERY))
    await begun.wait()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert state == ["cancelled"]


async def test_lifespan_starts_and_stops_the_application_and_its_state_reaches_requests() -> None:
    log: list[str] = []

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> Any:
        log.append("start")
        yield {"pool": "the pool"}
        log.append("stop")

    app = FastAPI(lifespan=lifespan)

    @app.post("/graphql")
    async def graphql(request: Request) -> Any:
        return {"data": {"pool": request.state.pool}}

    async with started(app) as state:
        assert log == ["start"]
        response = await AsgiTransport(app, state=state).fetch(QUERY)
        assert read_answer(response).data == {"pool": "the pool"}
    assert log == ["start", "stop"]


async def test_an_application_that_cannot_start() -> None:
    @asynccontextmanager
    async def lifespan(app: FastAPI) -> Any:
        raise OSError("no database")
        yield

    with pytest.raises(StartupFailedError, match="no database"):
        async with started(FastAPI(lifespan=lifespan)):
            raise AssertionError


async def test_an_application_without_lifespan() -> None:
    async def app(scope: Any, _receive: Any, send: Any) -> None:
        assert scope["type"] == "http"
        await send(
            {
                "type": "http.response.start",
                "status": 200,
                "headers": [(b"Content-Type", b"application/json")],
            }
        )
        await send({"type": "http.response.body", "body": json.dumps({"data": {"a": 1}}).encode()})

    async with started(app) as state:
        assert read_answer(await AsgiTransport(app, state=state).fetch(QUERY)).data == {"a": 1}

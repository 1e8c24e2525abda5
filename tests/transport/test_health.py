"""What load balancers hear."""

from datetime import datetime
from typing import Any

import httpx

from router.app import create_app
from router.serving.lasting import Lasting
from router.serving.release import supergraph_id
from router.settings import RouterSettings
from router.transport.health import Readiness, Reloads


async def test_is_ready_from_start_to_stop(small_graph: Any) -> None:
    app = create_app(RouterSettings(), small_graph.supergraph, transports=small_graph.transports)
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://router") as client:

        async def ready() -> tuple[int, str]:
            answer = await client.get("/ready")
            return answer.status_code, answer.json()["status"]

        assert await ready() == (503, "starting")
        async with app.router.lifespan_context(app):
            assert await ready() == (200, "ok")
            app.state.readiness.drain()
            assert await ready() == (503, "draining")
            assert (await client.get("/health")).status_code == 200


async def test_says_what_is_served_and_what_is_wrong(small_graph: Any) -> None:
    lasting = Lasting(reloads=Reloads(lambda: "2026-11-24T12:00:00+00:00"))
    app = create_app(
        RouterSettings(), small_graph.supergraph, transports=small_graph.transports, lasting=lasting
    )
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://router") as client:
        well = (await client.get("/health")).json()
        lasting.reloads.note("INVALID_SUPERGRAPH")
        wrong = (await client.get("/health")).json()

    assert well == {"status": "ok", "supergraph": well["supergraph"], "last_reload_error": None}
    assert well["supergraph"]["id"] == supergraph_id(small_graph.supergraph.sdl)
    assert datetime.fromisoformat(well["supergraph"]["loaded_at"]).tzinfo is not None
    assert wrong["supergraph"] == well["supergraph"]
    assert wrong["last_reload_error"] == {"code": "INVALID_SUPERGRAPH", "at": "2026-11-24T12:00:00+00:00"}


def test_the_time_of_an_error_is_that_of_its_first_note() -> None:
    times = iter(["one", "two", "three"])
    reloads = Reloads(lambda: next(times))

    reloads.note("A")
    reloads.note("A")
    assert reloads.to_json() == {"code": "A", "at": "one"}
    reloads.note("B")
    assert reloads.to_json() == {"code": "B", "at": "two"}
    reloads.note(None)
    assert reloads.to_json() is None


def test_a_router_that_is_about_to_end_does_not_open_any_more() -> None:
    readiness = Readiness()

    readiness.drain()
    readiness.open()

    assert readiness.status == "draining"

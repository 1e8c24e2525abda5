"""What load balancers hear."""

from typing import Any

import httpx

from router.app import create_app
from router.settings import RouterSettings


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
            health = await client.get("/health")
            assert (health.status_code, health.json()) == (200, {"status": "ok"})

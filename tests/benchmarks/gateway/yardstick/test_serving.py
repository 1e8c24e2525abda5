import httpx

from benchmarks.gateway.yardstick.serving import Application


class Fixed:
    async def run(self) -> bytes:
        return b'{"data":1}'


async def test_every_request_has_the_programs_answer() -> None:
    app = Application(lambda calls: Fixed(), {"a": "http://127.0.0.1:1/a"}, single_flight=True)
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://test") as client:
        response = await client.post("/graphql", json={"query": "{ a }", "variables": {"n": 1}})
    assert response.status_code == 200
    assert response.headers["content-type"] == "application/json"
    assert response.content == b'{"data":1}'


def test_the_program_is_made_with_a_call_for_each_subgraph() -> None:
    made: list[list[str]] = []

    def make(calls: object) -> Fixed:
        assert isinstance(calls, dict)
        made.append(list(calls))
        return Fixed()

    urls = {"a": "http://127.0.0.1:1/a", "b": "http://127.0.0.1:1/b"}
    Application(make, urls, single_flight=False)
    assert made == [["a", "b"]]

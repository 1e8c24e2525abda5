"""Requests to a subgraph: entities, units of work, errors, HTTP."""

import asyncio
import logging
from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any

import asyncpg
import httpx
import pytest
from pydantic import SecretStr
from sqlalchemy import text

from subgraphs.kit import ids, testing, tokens
from subgraphs.kit.app import LARGEST_BODY, create_app
from subgraphs.kit.context import Context
from subgraphs.kit.database import asyncpg_url
from subgraphs.kit.service import Service
from subgraphs.kit.settings import MissingSetting, SubgraphSettings
from subgraphs.kit.subgraph import GraphQLRequest, Subgraph
from subgraphs.kit.testing import SECRET, Client, FakeClock, reference
from subgraphs.kit.viewer import Viewer


async def outbox(client: Client) -> list[tuple[str, str, str, Any]]:
    async with client.subgraph.database.read() as session:
        rows = await session.rows(text("SELECT entity_type, entity_key, kind, payload FROM outbox_events"))
    return [tuple(row) for row in rows]  # type: ignore[misc]


class TestEntities:
    async def test_many_representations_are_one_statement(self, client: Client) -> None:
        representations = [reference("Author", key) for key in (3, 1, 99, 1, 2)]
        with client.statements() as seen:
            found = await client.entities("... on Author { name }", *representations)
        assert seen.count == 1
        assert [author and author["name"] for author in found] == [
            "author 3",
            "author 1",
            None,
            "author 1",
            "author 2",
        ]

    async def test_the_callers_representations_stay_as_they_were(self, client: Client) -> None:
        representation = reference("Author", 1)
        await client.entities("... on Author { name }", representation)
        assert representation == reference("Author", 1)

    async def test_fields_that_are_no_part_of_the_key_are_ignored(self, client: Client) -> None:
        found = await client.entities("... on Author { name }", reference("Author", 1, other=5, info=6))
        assert found[0]["name"] == "author 1"

    @pytest.mark.parametrize(
        ("representation", "code"),
        [
            ({"__typename": "Author"}, "INVALID_REPRESENTATION"),
            ({"id": "x"}, "INVALID_REPRESENTATION"),
            ({"__typename": "Query", "id": "x"}, "INVALID_REPRESENTATION"),
            ({"__typename": ["Author"], "id": "x"}, "INVALID_REPRESENTATION"),
            ("Author", "INVALID_REPRESENTATION"),
            ({"__typename": "Author", "id": "x"}, "INVALID_ID"),
            ({"__typename": "Author", "id": 5}, "INVALID_ID"),
            ({"__typename": "Author", "id": None}, "INVALID_ID"),
        ],
        ids=str,
    )
    async def test_malformed_representations_spoil_only_themselves(
        self, client: Client, representation: Any, code: str
    ) -> None:
        response = await client.execute(
            "query($r: [_Any!]!) { _entities(representations: $r) { ... on Author { name } } }",
            r=[representation, reference("Author", 2)],
        )
        assert response["data"]["_entities"] == [None, {"name": "author 2"}]
        assert [(error["path"], error["extensions"]["code"]) for error in response["errors"]] == [
            (["_entities", 0], code)
        ]


class TestUnitOfWork:
    ADD = "mutation($name: String!, $fail: Boolean! = false) { addAuthor(name: $name, fail: $fail) { id name } }"

    async def test_commits_the_row_together_with_its_event(self, client: Client) -> None:
        author = (await client.data(self.ADD, name="committed"))["addAuthor"]
        assert (
            await client.entities("... on Author { name }", {"__typename": "Author", "id": author["id"]})
        )[0]
        assert ("Author", author["id"], "created", {"name": "committed"}) in await outbox(client)

    async def test_rolls_both_back_when_it_raises(self, client: Client) -> None:
        before = await outbox(client)
        assert await client.codes(self.ADD, name="rolled back", fail=True) == ["INTERNAL_SERVER_ERROR"]
        assert (await client.data('{ authorNamed(name: "rolled back") { id } }'))["authorNamed"] is None
        assert await outbox(client) == before

    async def test_a_violated_constraint_is_the_error_of_its_rule(self, client: Client) -> None:
        assert await client.codes(self.ADD, name="author 1") == ["NAME_TAKEN"]

    async def test_what_the_answer_reads_after_the_commit_is_fresh(self, client: Client) -> None:
        mutation = 'mutation { addAuthor(name: "fresh") { books { nodes { id } } } }'
        assert (await client.data(mutation))["addAuthor"]["books"]["nodes"] == []


class TestReplicas:
    """Another database stands for the replica, so that an answer tells where it was read."""

    @pytest.fixture
    async def context(
        self, library: Service, library_url: str, postgres_cluster: Any
    ) -> AsyncIterator[Context[Any]]:
        replica = postgres_cluster.url("postgres")
        settings = SubgraphSettings(
            database_url=library_url, replica_urls=(replica,), jwt_secret=SecretStr(SECRET)
        )
        async with Subgraph(library, settings) as subgraph:
            yield subgraph.context({})

    async def where(self, context: Context[Any], *, fresh: bool = False) -> str:
        async with context.read(fresh=fresh) as session:
            ((name,),) = await session.rows(text("SELECT current_database()"))
        return str(name)

    async def test_reads_go_to_the_replica_unless_they_must_be_fresh(self, context: Context[Any]) -> None:
        assert await self.where(context) == "postgres"
        assert await self.where(context, fresh=True) == "library"

    async def test_after_a_write_the_request_reads_the_primary_with_empty_loaders(
        self, context: Context[Any]
    ) -> None:
        before = context.loaders
        async with context.write() as work:
            ((name,),) = await work.session.rows(text("SELECT current_database()"))
        assert name == "library"
        assert await self.where(context) == "library"
        assert context.loaders is not before


async def test_connections_that_the_server_closed_are_replaced(client: Client, library_url: str) -> None:
    queries = [client.data("{ books { nodes { id } } }") for _ in range(4)]
    await asyncio.gather(*queries)
    other = await asyncpg.connect(asyncpg_url(library_url))
    await other.execute(
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
        "WHERE datname = current_database() AND pid <> pg_backend_pid()"
    )
    await other.close()
    # The notice arrives with the next turn of the event loop.
    await asyncio.sleep(0.05)
    assert await client.codes("{ books { nodes { id } } }") == []


class TestErrors:
    async def test_a_defect_is_hidden_and_logged_under_its_number(
        self, client: Client, caplog: pytest.LogCaptureFixture
    ) -> None:
        with caplog.at_level(logging.ERROR, "subgraphs"):
            (error,) = (await client.execute("{ broken }"))["errors"]
        assert error["extensions"]["code"] == "INTERNAL_SERVER_ERROR"
        assert "1234" not in str(error)
        assert error["extensions"]["incident"] in caplog.text
        assert "the password is 1234" in caplog.text

    @pytest.mark.parametrize(
        ("query", "code"),
        [
            ("{ broken", "GRAPHQL_PARSE_FAILED"),
            ("{ nothing }", "GRAPHQL_VALIDATION_FAILED"),
            ("", "OPERATION_RESOLUTION_FAILURE"),
            ('{ books(first: "x") { nodes { id } } }', "GRAPHQL_VALIDATION_FAILED"),
            ("query($first: Int!) { books(first: $first) { nodes { id } } }", "BAD_USER_INPUT"),
            ("fragment F on Query { broken }", "OPERATION_RESOLUTION_FAILURE"),
            ('{ author(id: "x") { name } }', "INVALID_ID"),
            ("{ secret }", "UNAUTHENTICATED"),
        ],
        ids=str,
    )
    async def test_each_has_a_code(self, client: Client, query: str, code: str) -> None:
        assert await client.codes(query) == [code]

    async def test_a_loader_that_fails_is_logged_once(
        self, library: Service, library_url: str, caplog: pytest.LogCaptureFixture
    ) -> None:
        nowhere = library_url.rsplit("/", 1)[0] + "/missing"
        query = "query($r: [_Any!]!) { _entities(representations: $r) { ... on Author { name } } }"
        async with testing.client(library, nowhere) as client:
            with caplog.at_level(logging.ERROR, "subgraphs"):
                response = await client.execute(query, r=[reference("Author", key) for key in (1, 2, 3)])
        incidents = {error["extensions"]["incident"] for error in response["errors"]}
        assert (len(response["errors"]), len(incidents), len(caplog.records)) == (3, 1, 1)

    async def test_nul_in_a_text_is_bad_input(self, client: Client) -> None:
        query = "query($name: String!) { authorNamed(name: $name) { id } }"
        assert await client.codes(query, name="a\0b") == ["BAD_USER_INPUT"]


class TestViewer:
    async def test_comes_from_the_token(self, client: Client) -> None:
        assert await client.as_user(7).data("{ secret }") == {"secret": ids.encode("User", 7)}

    async def test_an_expired_token_says_so(self, client: Client, clock: FakeClock) -> None:
        token = tokens.issue(Viewer(7), SECRET, clock.now)
        clock.now += timedelta(hours=1)
        (error,) = (await client.with_token(token).execute("{ secret }"))["errors"]
        assert error["extensions"] == {"code": "TOKEN_EXPIRED"}
        assert error["message"].startswith("The access token has expired")

    async def test_a_bad_token_leaves_public_fields_alone(self, client: Client) -> None:
        stranger = client.with_token("nonsense")
        assert await stranger.codes("{ secret }") == ["INVALID_TOKEN"]
        assert await stranger.codes("{ books { nodes { id } } }") == []

    async def test_other_schemes_are_refused(self, client: Client) -> None:
        request = GraphQLRequest("{ secret }", headers={"authorization": "Basic abc"})
        response = await client.subgraph.execute(request)
        assert response["errors"][0]["extensions"]["code"] == "INVALID_TOKEN"


@pytest.fixture
async def http(library: Service, library_url: str) -> AsyncIterator[httpx.AsyncClient]:
    app = create_app(library, SubgraphSettings(database_url=library_url, jwt_secret=SecretStr(SECRET)))
    transport = httpx.ASGITransport(app)
    async with (
        app.router.lifespan_context(app),
        httpx.AsyncClient(transport=transport, base_url="http://library") as http,
    ):
        yield http


class TestHttp:
    async def test_answers_graphql(self, http: httpx.AsyncClient) -> None:
        response = await http.post(
            "/graphql", json={"query": "{ __typename }", "variables": None, "extensions": {}}
        )
        assert (response.status_code, response.json()) == (200, {"data": {"__typename": "Query"}})

    async def test_passes_the_operation_name_and_the_token(self, http: httpx.AsyncClient) -> None:
        body = {"query": "query A { __typename } query B { secret }", "operationName": "B"}
        response = await http.post("/graphql", json=body, headers={"Authorization": "Bearer x"})
        assert response.json()["errors"][0]["extensions"]["code"] == "INVALID_TOKEN"

    @pytest.mark.parametrize(
        "body", [b"", b"{", b"[]", b"{}", b'{"query": 5}', b'{"query": "{a}", "variables": []}', b"\xff"]
    )
    async def test_refuses_what_is_no_graphql_request(self, http: httpx.AsyncClient, body: bytes) -> None:
        response = await http.post("/graphql", content=body)
        assert response.status_code == 400
        assert response.json()["errors"][0]["extensions"]["code"] == "BAD_REQUEST"

    async def test_refuses_a_body_that_is_too_large(self, http: httpx.AsyncClient) -> None:
        response = await http.post("/graphql", content=b" " * (LARGEST_BODY + 1))
        assert response.status_code == 413

    async def test_is_healthy_and_ready(self, http: httpx.AsyncClient) -> None:
        assert (await http.get("/health")).status_code == 200
        assert (await http.get("/ready")).status_code == 200

    async def test_is_not_ready_without_its_database(self, library: Service, library_url: str) -> None:
        url = library_url.rsplit("/", 1)[0] + "/missing"
        app = create_app(library, SubgraphSettings(database_url=url, jwt_secret=SecretStr(SECRET)))
        async with (
            app.router.lifespan_context(app),
            httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://library") as http,
        ):
            assert (await http.get("/ready")).status_code == 503
            assert (await http.get("/health")).status_code == 200


class TestSettings:
    ENVIRONMENT = {"DATABASE_URL_LIBRARY": "postgresql://a/b", "JWT_SECRET": SECRET}

    def test_come_from_the_environment(self) -> None:
        replicas = {"REPLICA_URLS_LIBRARY": "postgresql://c/b, postgresql://d/b"}
        settings = SubgraphSettings.for_service("library", self.ENVIRONMENT | replicas)
        assert settings.database_url == "postgresql://a/b"
        assert settings.replica_urls == ("postgresql://c/b", "postgresql://d/b")

    @pytest.mark.parametrize("variable", ["DATABASE_URL_LIBRARY", "JWT_SECRET"])
    def test_name_the_variable_that_is_missing(self, variable: str) -> None:
        with pytest.raises(MissingSetting, match=variable):
            SubgraphSettings.for_service("library", {**self.ENVIRONMENT, variable: ""})

    def test_refuse_a_short_secret(self) -> None:
        with pytest.raises(ValueError, match="at least 32"):
            SubgraphSettings.for_service("library", {**self.ENVIRONMENT, "JWT_SECRET": "short"})

"""Requests through the whole pipeline, without HTTP."""

import asyncio
from typing import Any

import msgspec
import pytest

from router.pipeline import GraphQLRequest, Pipeline
from router.preparation import PreparationOptions
from router.security.operation_size import OperationSize


def pipeline(graph: Any, **options: Any) -> Pipeline:
    return Pipeline(graph.supergraph, graph.transports, PreparationOptions(**options))


async def answer(pipeline: Pipeline, query: str, **request: Any) -> dict[str, Any]:
    response = await pipeline.execute(GraphQLRequest(query, **request))
    decoded: dict[str, Any] = msgspec.json.decode(response.body)
    return decoded


async def codes(pipeline: Pipeline, query: str, **request: Any) -> list[str]:
    errors = (await answer(pipeline, query, **request))["errors"]
    return [error["extensions"]["code"] for error in errors]


async def test_joins_two_subgraphs(small_graph: Any) -> None:
    answered = await answer(
        pipeline(small_graph),
        "query Greet($first: Int!) { people(first: $first) { name greeting(language: KO) } }",
        variables={"first": 1},
    )

    assert answered == {"data": {"people": [{"name": "Ada", "greeting": "Annyeong 1"}]}}


async def test_passes_the_headers_to_every_subgraph(small_graph: Any) -> None:
    headers = {"authorization": "Bearer x"}

    await answer(pipeline(small_graph), "{ people { greeting } }", headers=headers)

    assert [(name, request.headers) for name, request in small_graph.requests] == [
        ("people", headers),
        ("greetings", headers),
    ]


async def test_answers_introspection_itself(small_graph: Any) -> None:
    answered = await answer(pipeline(small_graph), "{ __schema { queryType { name } } __typename }")

    assert answered == {"data": {"__schema": {"queryType": {"name": "Query"}}, "__typename": "Query"}}
    assert small_graph.requests == []


@pytest.mark.parametrize(
    ("query", "request_", "expected"),
    [
        ("{ people { name", {}, "GRAPHQL_PARSE_FAILED"),
        ("", {}, "GRAPHQL_PARSE_FAILED"),
        ("{ people { age } }", {}, "GRAPHQL_VALIDATION_FAILED"),
        ("query A { languages } query B { languages }", {}, "OPERATION_RESOLUTION_FAILURE"),
        ("query A { languages }", {"operation_name": "B"}, "OPERATION_RESOLUTION_FAILURE"),
        ("query A($id: ID!) { person(id: $id) { name } }", {}, "BAD_USER_INPUT"),
        ("query A($n: Int) { people(first: $n) { name } }", {"variables": {"n": "x"}}, "BAD_USER_INPUT"),
        ('mutation { rename(id: "1", name: "x") { name } }', {"read_only": True}, "METHOD_NOT_ALLOWED"),
        ("{ people { friend { friend { friend { name } } } } }", {}, "MAX_DEPTH_EXCEEDED"),
        ("{ " + "languages " * 13 + "}", {}, "MAX_FIELDS_EXCEEDED"),
        ("{ " + "languages " * 60 + "}", {}, "GRAPHQL_PARSE_FAILED"),
        ("#" * 2001 + "\n{ languages }", {}, "QUERY_TOO_LARGE"),
        ("{" * 900, {}, "GRAPHQL_PARSE_FAILED"),
    ],
)
async def test_refuses(small_graph: Any, query: str, request_: dict[str, Any], expected: str) -> None:
    limited = pipeline(small_graph, max_tokens=50, max_size=OperationSize(4, 12), max_query_characters=2000)

    response = await limited.execute(GraphQLRequest(query, **request_))

    assert response.refused is not None
    assert response.refused.code == expected
    assert "data" not in msgspec.json.decode(response.body)
    assert small_graph.requests == []


async def test_refuses_what_is_nested_deeper_than_the_stack(small_graph: Any) -> None:
    depth = 4000
    query = "{ people " + "{ friend " * depth + "{ name }" + "}" * depth + "}"

    assert await codes(pipeline(small_graph, max_tokens=100_000), query) == ["GRAPHQL_PARSE_FAILED"]


async def test_refuses_variables_nested_deeper_than_the_stack(small_graph: Any) -> None:
    value: Any = 1
    for _ in range(5000):
        value = [value]

    found = await codes(
        pipeline(small_graph), "query A($n: Int) { people(first: $n) { name } }", variables={"n": value}
    )

    assert found == ["BAD_USER_INPUT"]


async def test_keeps_introspection_and_names_to_itself_when_told_so(small_graph: Any) -> None:
    closed = pipeline(small_graph, introspection=False)

    assert await codes(closed, "{ ...S } fragment S on Query { ... { __schema { types { name } } } }") == [
        "INTROSPECTION_DISABLED"
    ]
    [error] = (await answer(closed, "{ peopel { name } }"))["errors"]
    assert error["message"] == "Cannot query field 'peopel' on type 'Query'."


async def test_plans_equal_operations_once_and_compiles_them_when_they_come_again(small_graph: Any) -> None:
    subject = pipeline(small_graph)

    for query in ("{ languages }", "{ languages }", "{\n  languages  # all\n}", "{ languages }"):
        assert await answer(subject, query) == {"data": {"languages": ["EN", "KO"]}}

    found = subject.statistics()
    assert (found.documents.hits, found.documents.misses) == (2, 2)
    assert (found.plans.hits, found.plans.misses) == (1, 1)
    assert (found.programs.hits, found.programs.misses) == (2, 1)


async def test_forgets_what_was_used_longest_ago(small_graph: Any) -> None:
    subject = pipeline(small_graph, document_cache=2, plan_cache=1)

    for number in range(5):
        await answer(subject, f"{{ people {{ a{number}: id }} }}")

    assert subject.statistics().documents.entries == 2
    assert subject.statistics().plans.entries == 1


async def test_hides_an_unforeseen_exception_and_goes_on(
    small_graph: Any, caplog: pytest.LogCaptureFixture
) -> None:
    class Broken:
        async def fetch(self, _request: Any) -> Any:
            raise ZeroDivisionError("secret")

    healthy = small_graph.transports["greetings"]
    small_graph.transports["greetings"] = Broken()
    subject = pipeline(small_graph)

    [error] = (await answer(subject, "{ languages }"))["errors"]

    assert error["extensions"]["code"] == "INTERNAL_SERVER_ERROR"
    assert "secret" not in str(error)
    assert error["extensions"]["id"] in caplog.text
    assert "ZeroDivisionError: secret" in caplog.text
    small_graph.transports["greetings"] = healthy
    assert await answer(subject, "{ languages }") == {"data": {"languages": ["EN", "KO"]}}


async def test_a_cancelled_query_stops_its_subgraphs(small_graph: Any) -> None:
    running = asyncio.create_task(answer(pipeline(small_graph), "{ slow }"))
    await small_graph.waiting.wait()

    running.cancel()
    await asyncio.gather(running, return_exceptions=True)

    assert small_graph.finished == ["slow cancelled"]


async def test_a_cancelled_mutation_goes_on_to_its_end(small_graph: Any) -> None:
    subject = pipeline(small_graph)
    mutation = 'mutation { slowly rename(id: "1", name: "Eve") { id } }'
    running = asyncio.create_task(answer(subject, mutation))
    await small_graph.waiting.wait()

    running.cancel()
    await asyncio.gather(running, return_exceptions=True)
    small_graph.release.set()
    await subject.close()

    assert small_graph.finished == ["slowly"]
    assert small_graph.names["1"] == "Eve"


async def test_a_mutation_that_fails_when_nobody_waits_is_logged(
    small_graph: Any, caplog: pytest.LogCaptureFixture
) -> None:
    waiting, release = asyncio.Event(), asyncio.Event()

    class Broken:
        async def fetch(self, _request: Any) -> Any:
            waiting.set()
            await release.wait()
            raise ZeroDivisionError("secret")

    small_graph.transports["people"] = Broken()
    subject = pipeline(small_graph)
    running = asyncio.create_task(answer(subject, "mutation { slowly }"))
    await waiting.wait()

    running.cancel()
    await asyncio.gather(running, return_exceptions=True)
    release.set()
    await subject.close()

    assert "ZeroDivisionError: secret" in caplog.text

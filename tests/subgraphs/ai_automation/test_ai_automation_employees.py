"""AI employees: their owner's alone, batched, and counted once."""

from collections.abc import Callable

import asyncpg
import pytest

from subgraphs.ai_automation import SERVICE
from subgraphs.kit import ids
from subgraphs.kit.database import asyncpg_url
from subgraphs.kit.service import Service
from subgraphs.kit.testing import Client, reference
from subgraphs.kit.viewer import Role

DEMO = 2
EMPLOYEE = "query($id: ID!) { aiEmployee(id: $id) { name } }"
OF_USER = "... on User { aiEmployees(first: 2) { nodes { name scenario { name } monthlySavingsHours } } }"


async def test_the_viewers_employees_newest_first(client: Client) -> None:
    with client.statements() as seen:
        data = await client.as_user(DEMO).data(
            "{ aiEmployees { nodes { name status monthlySavingsHours owner { id } drives { __typename id }"
            " scenario { category } availableActions deployedAt } } }"
        )
    assert seen.count == 2
    nodes = data["aiEmployees"]["nodes"]
    assert [(node["name"], node["status"], node["monthlySavingsHours"]) for node in nodes] == [
        ("Inbox Ina", "ACTIVE", 15),
        ("Social Sora", "ACTIVE", 20),
        ("Table Taeho", "PAUSED", 25),
        ("Calendar Kyung", "DRAFT", 10),
    ]
    assert {node["owner"]["id"] for node in nodes} == {ids.encode("User", DEMO)}
    assert [node["drives"] for node in nodes] == [None, reference("SNSAccount", 1), None, None]
    assert nodes[0]["availableActions"] == ["PAUSE"]
    assert nodes[3]["availableActions"] == ["DEPLOY", "DELETE"]
    assert nodes[3]["deployedAt"] is None


async def test_pages_and_status(client: Client) -> None:
    query = "query($after: String) { aiEmployees(first: 1, after: $after, status: ACTIVE) { nodes { name } pageInfo { hasNextPage endCursor } } }"
    demo = client.as_user(DEMO)
    first = (await demo.data(query))["aiEmployees"]
    second = (await demo.data(query, after=first["pageInfo"]["endCursor"]))["aiEmployees"]
    assert [first["nodes"], second["nodes"]] == [[{"name": "Inbox Ina"}], [{"name": "Social Sora"}]]
    assert [first["pageInfo"]["hasNextPage"], second["pageInfo"]["hasNextPage"]] == [True, False]


async def test_the_dashboard_counts_only_active_hours(client: Client) -> None:
    with client.statements() as seen:
        data = await client.as_user(DEMO).data(
            "{ aiDashboard { employeeCount activeEmployeeCount monthlySavingsHours yearlySaving { amountMinor currency } } }"
        )
    assert seen.count == 1
    assert data["aiDashboard"] == {
        "employeeCount": 4,
        "activeEmployeeCount": 2,
        "monthlySavingsHours": 35,
        "yearlySaving": {"amountMinor": 35 * 15_000 * 12, "currency": "KRW"},
    }


async def test_a_dashboard_without_employees(client: Client) -> None:
    data = await client.as_user(3).data(
        "{ aiDashboard { employeeCount activeEmployeeCount monthlySavingsHours yearlySaving { amountMinor } } }"
    )
    assert data["aiDashboard"] == {
        "employeeCount": 0,
        "activeEmployeeCount": 0,
        "monthlySavingsHours": 0,
        "yearlySaving": {"amountMinor": 0},
    }


@pytest.mark.parametrize("field", ["aiEmployees { nodes { id } }", "aiDashboard { employeeCount }"])
async def test_the_gate(client: Client, field: str) -> None:
    assert await client.codes(f"{{ {field} }}") == ["UNAUTHENTICATED"]
    without = client.as_user(DEMO, products=frozenset({"coocook"}))
    assert await without.codes(f"{{ {field} }}") == ["SUBSCRIPTION_REQUIRED"]


async def test_one_employee(client: Client) -> None:
    wanted = ids.encode("AIEmployee", 1)
    assert await client.as_user(DEMO).data(EMPLOYEE, id=wanted) == {"aiEmployee": {"name": "Inbox Ina"}}
    assert await client.codes(EMPLOYEE, id=wanted) == ["UNAUTHENTICATED"]
    assert await client.as_user(DEMO, products=frozenset()).codes(EMPLOYEE, id=wanted) == [
        "SUBSCRIPTION_REQUIRED"
    ]


async def test_someone_elses_employee_looks_like_none(client: Client) -> None:
    stranger = client.as_user(8)
    someones = await stranger.execute(EMPLOYEE, id=ids.encode("AIEmployee", 1))
    nobodys = await stranger.execute(EMPLOYEE, id=ids.encode("AIEmployee", 10**9))
    assert someones == nobodys
    assert someones["errors"][0]["extensions"]["code"] == "NOT_FOUND"
    references = [reference("AIEmployee", 1), reference("AIEmployee", 10**9)]
    assert await stranger.entities("", *references) == [None, None]
    assert await client.entities("", *references) == [None, None]
    assert await client.as_user(DEMO, products=frozenset()).entities("", *references) == [None, None]


async def test_employees_of_users_are_one_statement_a_level(client: Client) -> None:
    admin = client.as_user(1, role=Role.ADMIN)
    with admin.statements() as seen:
        users = await admin.entities(OF_USER, *[reference("User", key) for key in range(2, 40)])
    assert seen.count == 2
    assert sum(len(user["aiEmployees"]["nodes"]) for user in users) > 20


async def test_the_employees_of_others_are_forbidden(client: Client) -> None:
    query = "query($r: [_Any!]!) { _entities(representations: $r) { " + OF_USER + " } }"
    answer = await client.as_user(8).execute(query, r=[reference("User", DEMO), reference("User", 8)])
    assert answer["data"]["_entities"][0] == {"aiEmployees": None}
    assert answer["data"]["_entities"][1]["aiEmployees"] is not None
    assert [error["extensions"]["code"] for error in answer["errors"]] == ["FORBIDDEN"]
    assert await client.codes(query, r=[reference("User", DEMO)]) == ["UNAUTHENTICATED"]


VIOLATIONS = [
    ("UPDATE ai_employees SET sns_account_id = 1 WHERE id = 1", "ck_ai_employees_only_social_drives"),
    (
        "UPDATE ai_employees SET scenario_category = 'SOCIAL' WHERE id = 1",
        "fk_ai_employees_scenario_id_scenario_category",
    ),
    ("UPDATE ai_employees SET status = 'DRAFT' WHERE id = 1", "ck_ai_employees_deployed_unless_draft"),
    ("UPDATE ai_employees SET status = 'GONE' WHERE id = 1", "ck_ai_employees_employeestatus"),
    ("UPDATE ai_plans SET monthly_price_minor = 0", "ck_ai_plans_price_positive"),
]


@pytest.mark.parametrize(("statement", "constraint"), VIOLATIONS)
async def test_the_database_refuses(
    prepared: Callable[[Service], str], statement: str, constraint: str
) -> None:
    connection = await asyncpg.connect(asyncpg_url(prepared(SERVICE)))
    try:
        with pytest.raises(asyncpg.IntegrityConstraintViolationError) as raised:
            await connection.execute(statement)
    finally:
        await connection.close()
    assert raised.value.constraint_name == constraint

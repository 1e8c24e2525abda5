"""Enrolments and web apps: their user's alone, batched."""

from datetime import timedelta

import asyncpg
import pytest

from subgraphs.kit import ids
from subgraphs.kit.testing import Client, FakeClock, reference
from subgraphs.kit.viewer import Role

DEMO = 2
APP = "query($id: ID!) { webApp(id: $id) { name } }"
OF_USER = """... on User {
  enrollments { nodes { progress daysRemaining waitingPosition completedLessons { title } cohort { seatsLeft plan { name } } } }
  webApps { nodes { name } }
}"""


async def test_the_viewers_enrolments(client: Client) -> None:
    demo = client.as_user(DEMO)
    with demo.statements() as seen:
        data = await demo.data(
            "{ myEnrollments { nodes { status progress waitingPosition student { id } completedLessons { title }"
            " cohort { plan { planType } } } } }"
        )
    # Enrolments, cohorts, plans, lesson counts, lessons, waiting positions.
    assert seen.count == 6
    running, completed = data["myEnrollments"]["nodes"]
    assert [(node["status"], node["progress"]) for node in (running, completed)] == [
        ("IN_PROGRESS", 35),
        ("COMPLETED", 100),
    ]
    assert running["student"]["id"] == ids.encode("User", DEMO)
    assert [lesson["title"] for lesson in running["completedLessons"]][::6] == [
        "What is worth automating",
        "Reading JSON",
    ]
    assert len(completed["completedLessons"]) == 20


async def test_enrolments_by_status(client: Client) -> None:
    data = await client.as_user(DEMO).data("{ myEnrollments(status: COMPLETED) { nodes { status } } }")
    assert data == {"myEnrollments": {"nodes": [{"status": "COMPLETED"}]}}


async def test_days_remaining_come_from_the_clock(client: Client, clock: FakeClock) -> None:
    query = "{ myEnrollments(status: IN_PROGRESS) { nodes { daysRemaining } } }"
    days = []
    for _ in range(3):
        (node,) = (await client.as_user(DEMO).data(query))["myEnrollments"]["nodes"]
        days.append(node["daysRemaining"])
        clock.now += timedelta(days=20)
    assert 28 <= days[0] <= 35
    assert days[1:] == [days[0] - 20, 0]


async def test_the_dashboard(client: Client) -> None:
    demo = client.as_user(DEMO)
    with demo.statements() as seen:
        data = await demo.data("{ builderDashboard { enrollment { status } webAppCount liveWebAppCount } }")
    assert seen.count == 2
    assert data["builderDashboard"] == {
        "enrollment": {"status": "IN_PROGRESS"},
        "webAppCount": 2,
        "liveWebAppCount": 1,
    }
    assert await client.as_user(3).data("{ builderDashboard { enrollment { id } webAppCount } }") == {
        "builderDashboard": {"enrollment": None, "webAppCount": 0}
    }


async def test_web_apps(client: Client) -> None:
    data = await client.as_user(DEMO).data("{ webApps { nodes { name status url owner { id } } } }")
    assert [(app["name"], app["status"]) for app in data["webApps"]["nodes"]] == [
        ("Bibimbap Planner", "LIVE"),
        ("Rent Splitter", "DRAFT"),
    ]
    live = await client.as_user(DEMO).data("{ webApps(status: LIVE) { nodes { name } } }")
    assert live == {"webApps": {"nodes": [{"name": "Bibimbap Planner"}]}}


async def test_someone_elses_web_app_looks_like_none(client: Client) -> None:
    assert await client.as_user(DEMO).data(APP, id=ids.encode("WebApp", 1)) == {
        "webApp": {"name": "Bibimbap Planner"}
    }
    stranger = client.as_user(8)
    someones = await stranger.execute(APP, id=ids.encode("WebApp", 1))
    assert someones == await stranger.execute(APP, id=ids.encode("WebApp", 10**9))
    assert someones["errors"][0]["extensions"]["code"] == "NOT_FOUND"


@pytest.mark.parametrize("type_name", ["WebApp", "Enrollment"])
async def test_references_to_what_is_someone_elses_are_null(client: Client, type_name: str) -> None:
    references = [reference(type_name, 1), reference(type_name, 10**9)]
    assert await client.as_user(8).entities("", *references) == [None, None]
    assert await client.entities("", *references) == [None, None]
    assert await client.as_user(DEMO, products=frozenset()).entities("", *references) == [None, None]
    assert await client.as_user(DEMO).entities("", *references) == [{"__typename": type_name}, None]


PRIVATE = [
    "myEnrollments { nodes { id } }",
    "webApps { nodes { id } }",
    'webApp(id: "V2ViQXBwOjE") { id }',
    "builderDashboard { webAppCount }",
]


@pytest.mark.parametrize("field", PRIVATE)
async def test_the_gate(client: Client, field: str) -> None:
    assert await client.codes(f"{{ {field} }}") == ["UNAUTHENTICATED"]
    without = client.as_user(DEMO, products=frozenset({"coocook"}))
    assert await without.codes(f"{{ {field} }}") == ["SUBSCRIPTION_REQUIRED"]


async def test_what_hangs_on_users_is_one_statement_a_kind(client: Client) -> None:
    admin = client.as_user(1, role=Role.ADMIN)
    with admin.statements() as seen:
        users = await admin.entities(OF_USER, *[reference("User", key) for key in range(2, 60)])
    # Enrolments, web apps, lesson counts, waiting positions, lessons, cohorts, plans.
    assert seen.count == 7
    assert sum(len(user["enrollments"]["nodes"]) for user in users) >= 10


async def test_what_others_have_is_forbidden(client: Client) -> None:
    query = "query($r: [_Any!]!) { _entities(representations: $r) { " + OF_USER + " } }"
    answer = await client.as_user(8).execute(query, r=[reference("User", DEMO)])
    assert answer["data"] == {"_entities": [{"enrollments": None, "webApps": None}]}
    assert [error["extensions"]["code"] for error in answer["errors"]] == ["FORBIDDEN", "FORBIDDEN"]


VIOLATIONS = [
    ("UPDATE cohorts SET seats_taken = seats + 1 WHERE id = 1", "ck_cohorts_seats_suffice"),
    ("UPDATE cohorts SET seats_taken = -1 WHERE id = 1", "ck_cohorts_seats_suffice"),
    ("UPDATE cohorts SET ends_at = ends_at + interval '1 hour' WHERE id = 1", "ck_cohorts_eight_weeks"),
    ("UPDATE enrollments SET status = 'ENROLLED' WHERE student_id = 2", "uq_enrollments_open"),
    (
        "INSERT INTO lesson_completions (enrollment_id, lesson_id, completed_at) VALUES (1, 1, now())",
        "uq_lesson_completions_enrollment_id_lesson_id",
    ),
    ("UPDATE web_apps SET url = 'http://bibimbap.test' WHERE id = 1", "ck_web_apps_url_https"),
    ("UPDATE web_apps SET url = NULL WHERE id = 1", "ck_web_apps_live_has_url"),
    ("UPDATE web_apps SET deployed_at = now() WHERE id = 2", "ck_web_apps_deployed_when"),
]


@pytest.mark.parametrize(("statement", "constraint"), VIOLATIONS)
async def test_the_database_refuses(connection: asyncpg.Connection, statement: str, constraint: str) -> None:
    with pytest.raises(asyncpg.IntegrityConstraintViolationError) as raised:
        await connection.execute(statement)
    assert raised.value.constraint_name == constraint

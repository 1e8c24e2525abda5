"""Plans, courses and cohorts: public, as they are sold, in one statement a level."""

from datetime import datetime, timedelta

from subgraphs.kit.clock import utc_now
from subgraphs.kit.testing import Client, reference


async def test_plans_with_their_product(client: Client) -> None:
    with client.statements() as seen:
        data = await client.data(
            "{ bootcampPlans { planType weeks price { amountMinor currency } product { __typename slug } } }"
        )
    assert seen.count == 1
    assert data["bootcampPlans"] == [
        {
            "planType": plan_type,
            "weeks": 8,
            "price": {"amountMinor": 590_000, "currency": "KRW"},
            "product": {"__typename": "Product", "slug": "webapp-builder"},
        }
        for plan_type in ("WEEKDAY", "WEEKEND")
    ]


async def test_courses_with_lessons(client: Client) -> None:
    with client.statements() as seen:
        data = await client.data("{ courses { title level weeks lessons { position title } } }")
    assert seen.count == 2
    assert [(course["title"], course["level"], course["weeks"]) for course in data["courses"]] == [
        ("Automation 1", "BEGINNER", 2),
        ("Automation 2", "INTERMEDIATE", 2),
        ("Automation 3", "INTERMEDIATE", 2),
        ("Web app", "ADVANCED", 2),
    ]
    assert all(
        [lesson["position"] for lesson in course["lessons"]] == [1, 2, 3, 4, 5] for course in data["courses"]
    )


async def test_cohorts_with_plan_and_waiting_list(client: Client) -> None:
    with client.statements() as seen:
        data = await client.data(
            "{ cohorts(first: 50, upcomingOnly: true) { nodes { startsAt endsAt seats seatsLeft waitingCount plan { planType } } } }"
        )
    assert seen.count == 3
    cohorts = data["cohorts"]["nodes"]
    starts = [datetime.fromisoformat(cohort["startsAt"]) for cohort in cohorts]
    assert starts == sorted(starts)
    assert min(starts) > utc_now()
    ends = [datetime.fromisoformat(cohort["endsAt"]) for cohort in cohorts]
    assert {end - start for start, end in zip(starts, ends, strict=True)} == {timedelta(weeks=8)}


async def test_cohorts_of_a_plan_type(client: Client) -> None:
    data = await client.data(
        "{ cohorts(planType: WEEKEND) { nodes { seats seatsLeft waitingCount plan { planType } } } }"
    )
    assert data["cohorts"]["nodes"] == [
        {"seats": 0, "seatsLeft": 0, "waitingCount": 3, "plan": {"planType": "WEEKEND"}}
    ]


async def test_pages_of_cohorts_join(client: Client) -> None:
    query = "query($after: String) { cohorts(first: 2, after: $after) { nodes { id } pageInfo { hasNextPage endCursor } } }"
    first = (await client.data(query))["cohorts"]
    second = (await client.data(query, after=first["pageInfo"]["endCursor"]))["cohorts"]
    whole = (await client.data("{ cohorts(first: 4) { nodes { id } } }"))["cohorts"]
    assert first["nodes"] + second["nodes"] == whole["nodes"]


async def test_cohorts_of_plans_are_one_statement(client: Client) -> None:
    with client.statements() as seen:
        data = await client.data(
            "{ bootcampPlans { cohorts(first: 2, upcomingOnly: true) { nodes { seatsLeft } } } }"
        )
    assert seen.count == 2
    weekday, weekend = (plan["cohorts"]["nodes"] for plan in data["bootcampPlans"])
    assert weekday[0] == {"seatsLeft": 2}
    assert weekend == [{"seatsLeft": 0}]


async def test_a_cohort_by_id(client: Client) -> None:
    query = "query($id: ID!) { cohort(id: $id) { seats } }"
    assert await client.data(query, id=reference("Cohort", 3)["id"]) == {"cohort": {"seats": 3}}
    assert await client.data(query, id=reference("Cohort", 10**9)["id"]) == {"cohort": None}
    assert await client.codes(query, id="3") == ["INVALID_ID"]

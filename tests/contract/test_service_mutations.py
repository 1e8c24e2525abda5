"""Every mutation: right after its answer, a router that keeps what it may shows what one without a cache shows.

No stream of events is read, and no mutation selects what it changes: what is dropped is what the service names.
"""

import importlib
import json
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Mapping
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from itertools import count
from pathlib import Path
from typing import Any, Final, TypeAlias

import httpx
import msgspec
import pytest
import yaml
from argon2 import PasswordHasher
from graphql import (
    GraphQLObjectType,
    GraphQLSchema,
    build_schema,
    get_named_type,
    is_composite_type,
    is_object_type,
    is_required_argument,
)
from pydantic import SecretStr
from sqlalchemy import update

from router.app import create_app
from router.cache.asked_names import AskedNames
from router.cache.named import Named
from router.federation.supergraph import Supergraph
from router.settings import RouterSettings
from router.upstream.in_process import AsgiTransport
from router.upstream.subgraph import SubgraphRequest, SubgraphResponse, SubgraphTransport
from subgraphs import accounts, sns_auto
from subgraphs.accounts.models import User
from subgraphs.kit import app as kit
from subgraphs.kit import ids, testing, tokens
from subgraphs.kit.service import Service
from subgraphs.kit.settings import SubgraphSettings
from subgraphs.kit.testing import FakeClock
from subgraphs.kit.unit_of_work import unit_of_work
from subgraphs.kit.viewer import Role, Viewer
from subgraphs.sns_auto.enums import SNSAccountType, SNSPlatform
from subgraphs.sns_auto.models import SNSAccount, SNSPost

ROOT: Final = Path(__file__).parents[2]
NOW: Final = datetime(2026, 6, 15, 12, tzinfo=UTC)
"""When the databases were seeded."""
NAMES: Final = tuple(yaml.safe_load((ROOT / "supergraph.yaml").read_text())["subgraphs"])
API: Final = build_schema((ROOT / "schema" / "api.graphql").read_text())
NUMBERS: Final = count(1)
ADMIN, SOMEBODY = Viewer(1, Role.ADMIN), Viewer(8, products=testing.PRODUCTS)


class Wire:
    """Keeps what a service names in its answers, and takes it out of them unless `passes`."""

    def __init__(self, inner: SubgraphTransport, *, passes: bool, seen: list[Any]) -> None:
        self._inner = inner
        self._passes = passes
        self._seen = seen

    async def fetch(self, request: SubgraphRequest) -> SubgraphResponse:
        response = await self._inner.fetch(request)
        body = json.loads(response.body)
        if (extensions := body.pop("extensions", None)) is not None:
            self._seen.append(extensions)
        return response if self._passes else msgspec.structs.replace(response, body=msgspec.json.encode(body))


@dataclass
class Graph:
    """All services, behind a router with a cache and one without."""

    services: Mapping[str, kit.Subgraph]
    cached: httpx.AsyncClient
    plain: httpx.AsyncClient
    clock: FakeClock
    named: list[Any]

    async def ask(self, where: httpx.AsyncClient, viewer: Viewer | None, query: str, **variables: Any) -> Any:
        """The whole response."""
        token = tokens.issue(viewer, testing.SECRET, self.clock()) if viewer is not None else None
        headers = {"authorization": f"Bearer {token}"} if token is not None else {}
        body = {"query": query, "variables": variables}
        return (await where.post("/graphql", json=body, headers=headers, timeout=60)).json()

    async def find(self, viewer: Viewer | None, query: str) -> Any:
        """The data of an answer without errors, past the cache."""
        answer = await self.ask(self.plain, viewer, query)
        assert "errors" not in answer, answer
        return answer["data"]

    async def add(self, service: Service, *rows: Any) -> None:
        async with unit_of_work(self.services[service.name].database, service.outbox) as work:
            for row in rows:
                work.session.add(row)
                await work.session.flush()


@dataclass(frozen=True)
class Case:
    """A mutation that is about to be asked, and queries of which it changes something."""

    viewer: Viewer | None
    mutation: str
    variables: Mapping[str, Any]
    also: tuple[str, ...]
    watching: tuple[Viewer | None, ...] = field(default=(ADMIN, SOMEBODY, None))


Prepare: TypeAlias = Callable[[Graph], Awaitable[Case]]


async def register(_: Graph) -> Case:
    new = {"email": f"new-{next(NUMBERS)}@example.org", "password": "Bulgogi-4-Two!", "name": "New"}
    text = "mutation($input: RegisterInput!) { register(input: $input) { expiresAt } }"
    next_ids = (ids.encode("User", key) for key in range(60, 64))
    return Case(
        None, text, {"input": new}, tuple(f'{{ user(id: "{each}") {{ name }} }}' for each in next_ids)
    )


async def login(graph: Graph) -> Case:
    """With a password that was kept with weaker parameters than today's."""
    [demo] = [each for each in accounts.SERVICE.demo_logins if each.email.startswith("demo")]
    weak = PasswordHasher(time_cost=1, memory_cost=1024, parallelism=1).hash(demo.password)
    async with unit_of_work(graph.services["accounts"].database, accounts.SERVICE.outbox) as work:
        await work.session.execute(update(User).where(User.email == demo.email).values(password_hash=weak))
    text = "mutation($input: LoginInput!) { login(input: $input) { expiresAt } }"
    user = f'{{ user(id: "{ids.encode("User", 2)}") {{ name updatedAt }} }}'
    return Case(None, text, {"input": {"email": demo.email, "password": demo.password}}, (user,))


async def create_booking(graph: Graph) -> Case:
    [chef] = (await graph.find(None, "{ chefs(first: 1) { nodes { id } } }"))["chefs"]["nodes"]
    starts = graph.clock.now + timedelta(days=100 + next(NUMBERS))
    until = starts + timedelta(days=1)
    text = "mutation($input: CreateBookingInput!) { createBooking(input: $input) { __typename } }"
    free = f'{{ chefAvailability(chefId: "{chef["id"]}", from: "{starts:%FT%TZ}", to: "{until:%FT%TZ}") {{ startsAt }} }}'
    variables = {"input": {"chefId": chef["id"], "startsAt": starts.isoformat()}}
    return Case(SOMEBODY, text, variables, (free, f'{{ chef(id: "{chef["id"]}") {{ rating updatedAt }} }}'))


async def apply_to_campaign(graph: Graph) -> Case:
    query = "{ campaigns(first: 50) { nodes { id spotsAvailable creator { id } applications(first: 50) { nodes { applicant { id } } } } } }"
    me = ids.encode("User", SOMEBODY.user_id)
    [campaign, *_] = [
        each
        for each in (await graph.find(ADMIN, query))["campaigns"]["nodes"]
        if each["spotsAvailable"] and each["creator"]["id"] != me
        if all(other["applicant"]["id"] != me for other in each["applications"]["nodes"])
    ]
    key, creator = campaign["id"], ids.decode("User", campaign["creator"]["id"])
    text = "mutation($input: ApplyToCampaignInput!) { applyToCampaign(input: $input) { __typename } }"
    also = (
        f'{{ campaign(id: "{key}") {{ spotsAvailable updatedAt applications {{ nodes {{ message }} }} }} }}',
        f'{{ campaignApplications(campaignId: "{key}") {{ nodes {{ message applicant {{ id }} }} }} }}',
    )
    variables = {"input": {"campaignId": key, "message": "Let me try it.", "followerCount": 7}}
    watching = (ADMIN, SOMEBODY, None, Viewer(creator, products=testing.PRODUCTS))
    return Case(SOMEBODY, text, variables, also, watching)


async def schedule_post(graph: Graph) -> Case:
    account = SNSAccount(
        user_id=8, platform=SNSPlatform.TWITTER, account_name=f"eight-{next(NUMBERS)}", account_type=SNSAccountType.PERSONAL,
        permissions=[],
    )  # fmt: skip
    await graph.add(sns_auto.SERVICE, account)
    post = SNSPost(
        user_id=8, account_id=account.id, platform=account.platform, content="Hello.", media=[], hashtags=[]
    )
    await graph.add(sns_auto.SERVICE, post)
    key, time = ids.encode("SNSPost", post.id), graph.clock.now + timedelta(days=1)
    text = "mutation($input: SchedulePostInput!) { schedulePost(input: $input) { __typename } }"
    also = (
        f'{{ snsPost(id: "{key}") {{ status scheduledAt updatedAt account {{ id postCount }} }} }}',
        f'{{ snsCalendar(from: "{graph.clock.now:%FT%TZ}", to: "{time + timedelta(days=1):%FT%TZ}") {{ nodes {{ id }} }} }}',
        "{ snsPosts(filter: {status: SCHEDULED}) { nodes { id } } }",
    )
    return Case(SOMEBODY, text, {"input": {"postId": key, "scheduledAt": time.isoformat()}}, also)


async def enroll(graph: Graph) -> Case:
    """A student who has waited elsewhere."""
    query = (
        "{ users(first: 50) { nodes { id enrollments(status: WAITLISTED) { nodes { cohort { id } } } } } }"
    )
    users = (await graph.find(ADMIN, query))["users"]["nodes"]
    [(student, left), *_] = [
        (Viewer(ids.decode("User", each["id"]), products=testing.PRODUCTS), place["cohort"]["id"])
        for each in users
        for place in each["enrollments"]["nodes"]
    ]
    cohorts = (await graph.find(None, "{ cohorts(upcomingOnly: true) { nodes { id seatsLeft } } }"))[
        "cohorts"
    ]
    [cohort, *_] = [each["id"] for each in cohorts["nodes"] if each["seatsLeft"] and each["id"] != left]
    also = tuple(
        f'{{ cohort(id: "{each}") {{ seatsLeft waitingCount updatedAt }} }}' for each in (left, cohort)
    )
    text = "mutation($cohort: ID!) { enroll(cohortId: $cohort) { __typename } }"
    return Case(student, text, {"cohort": cohort}, also, (ADMIN, student, SOMEBODY, None))


CASES: Final[Mapping[str, Prepare]] = {
    "register": register,
    "login": login,
    "createBooking": create_booking,
    "applyToCampaign": apply_to_campaign,
    "schedulePost": schedule_post,
    "enroll": enroll,
}


def open_queries(schema: GraphQLSchema) -> Iterator[str]:
    """Each root field that can be asked without arguments, with what its objects have; of `me`, also with what their objects have."""
    assert schema.query_type is not None
    for name, each in schema.query_type.fields.items():
        if not any(is_required_argument(argument) for argument in each.args.values()):
            steps = 2 if name == "me" else 1
            yield f"{{ {name} {_selection(get_named_type(each.type), steps)} }}"


def _selection(type_: Any, steps: int) -> str:
    """Pages cost no step."""
    if not is_composite_type(type_):
        return ""
    if not is_object_type(type_):
        return "{ __typename }"
    if type_.name.endswith("Connection"):
        return f"{{ nodes {_selection(get_named_type(type_.fields['nodes'].type), steps)} pageInfo {{ hasNextPage }} }}"
    return f"{{ __typename {' '.join(_fields(type_, steps))} }}"


def _fields(type_: GraphQLObjectType, steps: int) -> Iterator[str]:
    for name, each in type_.fields.items():
        named = get_named_type(each.type)
        if any(is_required_argument(argument) for argument in each.args.values()):
            continue
        if steps or not is_composite_type(named):
            page = "(first: 5)" if "first" in each.args else ""
            yield f"{name}{page} {_selection(named, steps - 1)}"


def test_each_mutation_is_here() -> None:
    assert API.mutation_type is not None
    assert CASES.keys() == API.mutation_type.fields.keys()


@pytest.fixture(scope="module")
def databases(seed_new: Callable[[Service, str], str]) -> Mapping[str, str]:
    """Of all services; the tests write to them."""
    return {
        name: seed_new(importlib.import_module(f"subgraphs.{name}").SERVICE, "mutations") for name in NAMES
    }


@pytest.fixture(params=[True, False], ids=["named", "not-named"])
def passes(request: pytest.FixtureRequest) -> bool:
    """Whether the router gets to know what a service names."""
    found: bool = request.param
    return found


@pytest.fixture
async def graph(databases: Mapping[str, str], passes: bool) -> AsyncIterator[Graph]:
    clock, named = FakeClock(NOW), []  # type: ignore[var-annotated]
    supergraph = Supergraph.parse((ROOT / "schema" / "supergraph.graphql").read_text())
    async with AsyncExitStack() as stack:
        apps = {}
        for name, url in databases.items():
            settings = SubgraphSettings(database_url=url, jwt_secret=SecretStr(testing.SECRET), pool_size=5)
            apps[name] = kit.create_app(importlib.import_module(f"subgraphs.{name}").SERVICE, settings, clock)
            await stack.enter_async_context(apps[name].router.lifespan_context(apps[name]))
        wires = {name: Wire(AsgiTransport(app), passes=passes, seen=named) for name, app in apps.items()}
        routers = []
        for store in ("memory", "off"):
            router = create_app(RouterSettings(cache={"store": store}), supergraph, transports=wires)
            await stack.enter_async_context(router.router.lifespan_context(router))
            client = httpx.AsyncClient(transport=httpx.ASGITransport(router), base_url="http://router")
            routers.append(await stack.enter_async_context(client))
        services = {name: app.state.subgraph for name, app in apps.items()}
        yield Graph(services, *routers, clock, named)


@pytest.mark.parametrize("name", CASES)
async def test_its_answer_says_what_is_old(name: str, graph: Graph, passes: bool) -> None:
    case = await CASES[name](graph)
    queries = (*open_queries(API), *case.also) if passes else case.also
    answers = {
        (viewer, query): await graph.ask(graph.plain, viewer, query)
        for viewer in case.watching
        for query in queries
    }
    # What is refused before is never kept.
    before = {each: found for each, found in answers.items() if "errors" not in found or each[1] in case.also}
    assert {each: await graph.ask(graph.cached, *each) for each in before} == before
    graph.named.clear()

    answer = await graph.ask(graph.cached, case.viewer, case.mutation, **case.variables)

    assert answer.keys() == {"data"}, answer
    [extensions] = graph.named
    after = {each: await graph.ask(graph.plain, *each) for each in before}
    assert after != before
    old = [each for each, expected in after.items() if await graph.ask(graph.cached, *each) != expected]
    if passes:
        assert old == []
        understood(extensions)
    else:
        assert bool(old) is (name not in NEVER_OLD), old


NEVER_OLD: Final = {"createBooking", "schedulePost"}
"""Bookings are never kept, and only its author sees a post, whose own the router drops in any case."""


def understood(extensions: Any) -> None:
    """All of it is in the graph. Raises ClientError."""
    assert extensions.keys() == {"cacheInvalidation"}
    named = msgspec.convert(extensions["cacheInvalidation"], Named)
    names = AskedNames(Supergraph.parse((ROOT / "schema" / "supergraph.graphql").read_text()))
    names.invalidation(list(named.asked()))

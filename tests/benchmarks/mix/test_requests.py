from collections import Counter, defaultdict

import pytest

from benchmarks.mix.requests import (
    HEALTH,
    OPERATIONS,
    PROFILE_UPDATE,
    TAKEN,
    TOKEN_SECONDS,
    WEIGHTS,
    Plan,
    plan,
)
from subgraphs.kit import ids
from tests.benchmarks.mix.worlds import SCALE, WORLD


@pytest.fixture(scope="module")
def made() -> Plan:
    return plan(WORLD, SCALE, 600, seed=1)


def of(made: Plan, operation: str) -> list[dict]:
    return [each.variables for each in made.requests if each.operation == operation]


def test_a_seed_makes_the_same_plan_and_another_one_another() -> None:
    assert plan(WORLD, SCALE, 20, seed=1) == plan(WORLD, SCALE, 20, seed=1)
    assert plan(WORLD, SCALE, 20, seed=1) != plan(WORLD, SCALE, 20, seed=2)


def test_each_operation_has_its_weight(made: Plan) -> None:
    found = Counter(each.operation for each in made.requests)
    assert found.keys() == WEIGHTS.keys()
    for name, weight in WEIGHTS.items():
        expected = len(made.requests) * weight / sum(WEIGHTS.values())
        assert abs(found[name] - expected) < 4 * expected**0.5, name


def test_each_operation_has_a_file_unless_it_is_none() -> None:
    files = {file.stem for file in OPERATIONS.glob("*.graphql")}
    assert files == WEIGHTS.keys() - {HEALTH, PROFILE_UPDATE}


def test_requests_come_in_order_at_the_rate_until_the_end(made: Plan) -> None:
    times = [each.due for each in made.requests]
    assert times == sorted(times)
    assert times[-1] < 600
    assert len(times) == pytest.approx(600 * SCALE.rate, rel=0.02)


def test_no_more_sessions_at_a_time_than_concurrent_users_and_none_outlives_its_token(made: Plan) -> None:
    first, last = {}, {}
    for each in made.requests:
        first.setdefault(each.session, each.due)
        last[each.session] = each.due
    for moment in range(0, 600, 7):
        assert sum(first[each] <= moment <= last[each] for each in first) <= SCALE.concurrent_users
    assert max(last[each] - first[each] for each in first) <= SCALE.seconds(TOKEN_SECONDS)
    assert len(made.sessions) > SCALE.concurrent_users


def test_some_users_sign_in_more_often_than_others(made: Plan) -> None:
    assert set(made.sessions) <= set(WORLD.users)
    counts = Counter(made.sessions)
    popular = sum(counts[user] for user in WORLD.users[:20])
    assert popular > 2 * sum(counts[user] for user in WORLD.users[-20:])


def test_nobody_books_himself_and_few_want_a_time_that_is_taken(made: Plan) -> None:
    owners = {chef.id: chef.user for chef in WORLD.chefs}
    taken = defaultdict(list)
    for each in made.requests:
        if each.operation == "create-booking":
            wish = each.variables["input"]
            assert owners[wish["chefId"]] != made.sessions[each.session]
            taken[wish["chefId"]].append(wish["startsAt"])
    bookings = sum(map(len, taken.values()))
    twice = bookings - sum(len(set(times)) for times in taken.values())
    assert twice / bookings == pytest.approx(TAKEN, abs=0.02)


def test_the_first_page_has_more_beside_it_and_later_ones_have_their_cursor(made: Plan) -> None:
    lists = of(made, "chef-list")
    assert all(each["isFirst"] is (each["after"] is None) for each in lists)
    plain = Counter(each["after"] for each in lists if each["filter"] is None)
    assert plain[None] > plain["second"] > plain["third"] > 0
    assert {each["after"] for each in lists if each["filter"] == {"cuisine": "THAI"}} == {None, "more"}


def test_who_changes_a_profile_changes_his_own(made: Plan) -> None:
    for each in made.requests:
        if each.operation == PROFILE_UPDATE:
            user = made.sessions[each.session]
            assert (each.variables["user"], each.variables["id"]) == (user, ids.encode("User", user))

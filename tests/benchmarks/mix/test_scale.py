from pathlib import Path

import pytest

from benchmarks.mix.scale import Scale, divided
from router.cache.policy import Policy, policies
from router.cache.settings import FieldCacheSettings
from router.federation.supergraph import Supergraph

SUPERGRAPH = Supergraph.parse((Path(__file__).parents[3] / "schema" / "supergraph.graphql").read_text())


def test_everything_is_smaller_in_the_same_part() -> None:
    scale = Scale(speed=20, rate=40)
    assert scale.part == pytest.approx(1 / 250)
    assert (scale.concurrent_users, scale.users) == (20, 200)
    # A user asks something every ten seconds there, which is half a second here.
    assert scale.concurrent_users / scale.rate == scale.seconds(10)


def test_at_full_size_and_speed_it_is_the_platform() -> None:
    scale = Scale(speed=1, rate=500)
    assert (scale.part, scale.concurrent_users, scale.users) == (1, 5_000, 50_000)


def test_there_are_as_many_users_as_a_seed_needs() -> None:
    assert Scale(speed=60, rate=1).users == 8


@pytest.mark.parametrize("speed", [1, 20, 60])
@pytest.mark.parametrize("subgraph", SUPERGRAPH.subgraphs)
def test_each_policy_is_the_same_but_for_its_times(subgraph: str, speed: int) -> None:
    before = policies(SUPERGRAPH, subgraph, FieldCacheSettings())
    after = policies(SUPERGRAPH, subgraph, divided(SUPERGRAPH, speed))
    kept = 0
    for name, view in SUPERGRAPH.subgraphs[subgraph].types.items():
        for field in view.fields:
            wanted, found = before.of(name, field), after.of(name, field)
            kept += found is not None
            assert found == (wanted and shortened(wanted, speed)), f"{name}.{field}"
    assert kept


def shortened(policy: Policy, speed: int) -> Policy:
    """All times of the services can be divided by 60, and what is kept at all for a second at least."""
    return Policy(
        policy.max_age // speed,
        policy.stale_while_revalidate // speed,
        policy.stale_if_error // speed,
        policy.scope,
        policy.vary_headers,
        policy.vary_claims,
    )


def test_what_is_shorter_than_a_second_is_a_second_and_nothing_is_nothing() -> None:
    found = divided(SUPERGRAPH, 10_000)
    assert found.subgraphs["coocook"].policy["Chef"].max_age == 1
    assert found.subgraphs["coocook"].policy["Booking"].max_age == 0
    assert found.negative_seconds == 1


def test_what_is_fetched_ahead_is_as_many_as_there() -> None:
    assert divided(SUPERGRAPH, 20).refresh_ahead == pytest.approx(FieldCacheSettings().refresh_ahead / 20)

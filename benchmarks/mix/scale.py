"""A small model of a large platform: fewer users, fewer chefs, less load, and time that passes faster.

Whether the cache has a field depends on how often the field is asked within its time to live, and how often it is dropped.
So the model has fewer of everything that grows with the number of users, in the same part: requests, and what they ask for.
And as nobody waits an hour for what is kept an hour, all times are divided by the same number, those of policies and those
between two requests of a user.
"""

from dataclasses import dataclass
from typing import Final

from router.cache.directives import CacheDirectives
from router.cache.hint import Hint
from router.cache.settings import FieldCacheSettings, PolicySettings, SubgraphCacheSettings
from router.federation.supergraph import Supergraph
from subgraphs.kit.seed_plan import FIRST_GENERATED

REQUESTS_PER_SECOND: Final = 500
CONCURRENT_USERS: Final = 5_000
"""Each asks something every ten seconds."""
USERS: Final = 50_000
"""Those who have an account. The seed makes a chef of every twentieth and a campaign of every fifth."""


@dataclass(frozen=True, slots=True)
class Scale:
    """`speed`: how many seconds of the platform pass in one of ours. `rate`: requests in a second of ours."""

    speed: int
    rate: float

    @property
    def part(self) -> float:
        """Of the platform, in requests, users and what they own."""
        return self.rate / self.speed / REQUESTS_PER_SECOND

    @property
    def concurrent_users(self) -> int:
        return max(1, round(CONCURRENT_USERS * self.part))

    @property
    def users(self) -> int:
        """Those in the database."""
        return max(FIRST_GENERATED, self.concurrent_users, round(USERS * self.part))

    def seconds(self, of_the_platform: float) -> float:
        """As long as that is here."""
        return of_the_platform / self.speed


def divided(supergraph: Supergraph, speed: int) -> FieldCacheSettings:
    """Every time in every policy of every subgraph, divided; whole seconds, and at least one where it was not none."""
    own = {
        name: SubgraphCacheSettings(policy=dict(_divided(supergraph, name, speed)))
        for name in supergraph.subgraphs
    }
    usual = FieldCacheSettings()
    return FieldCacheSettings(
        subgraphs=own,
        negative_seconds=_least(usual.negative_seconds, speed) or 0,
        refresh_ahead=usual.refresh_ahead / speed,  # subgraphs take as long as ever
    )


def _divided(supergraph: Supergraph, subgraph: str, speed: int) -> dict[str, PolicySettings]:
    directives = CacheDirectives(supergraph, subgraph)
    found: dict[str, PolicySettings] = {}
    for name in supergraph.subgraphs[subgraph].types:
        type_ = supergraph.schema.type_map.get(name)
        if type_ is None:
            continue
        elements = {name: type_} | {
            f"{name}.{field}": each for field, each in getattr(type_, "fields", {}).items()
        }
        for pattern, element in elements.items():
            hint = directives.hint(element)
            if hint.is_said:
                found[pattern] = _policy(hint, speed)
    return found


def _policy(hint: Hint, speed: int) -> PolicySettings:
    return PolicySettings(
        max_age=_least(hint.max_age, speed),
        stale_while_revalidate=_least(hint.stale_while_revalidate, speed),
        stale_if_error=_least(hint.stale_if_error, speed),
    )


def _least(seconds: int | None, speed: int) -> int | None:
    return None if seconds is None else max(min(seconds, 1), round(seconds / speed))

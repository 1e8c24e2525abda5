"""Who asks what, and when: a seed makes a list of requests, always the same one for the same world."""

import random
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from pathlib import Path
from typing import Final

import msgspec

from benchmarks.mix.chance import Popular
from benchmarks.mix.scale import Scale
from router.errors import JsonValue
from subgraphs.kit import ids

OPERATIONS: Final = Path(__file__).parent / "operations"
HEALTH, PROFILE_UPDATE = "health", "profile-update"
"""They are no operations of GraphQL."""
WEIGHTS: Final[Mapping[str, float]] = {
    "products": 5,
    "chef-list": 3,
    "dashboard": 3,
    "chef-detail": 2,
    "create-booking": 2,
    "social-accounts": 2,
    "reviews": 2,
    "ai-employees": 1,
    HEALTH: 1,
    "campaigns": 2,
    PROFILE_UPDATE: 0.1,
}
"""Those of the original's load tests, which change no profiles."""
TAKEN: Final = 0.05
"""The part of bookings for a time that is taken."""
BUSINESS_ERRORS: Final[Mapping[str, frozenset[str]]] = {"create-booking": frozenset({"CHEF_IS_BOOKED"})}
"""What may be answered, by operation: rules of the business that requests break on purpose."""

SESSION_SECONDS: Final = 15 * 60
"""Of the platform; the mean."""
TOKEN_SECONDS: Final = 3600
_PAGES: Final = (0.7, 0.2, 0.1)
_PLAIN: Final = 0.5
"""The part of lists that are asked without a filter."""
_FIRST_DAY: Final = 100
"""From now, for bookings: those of the seed are before."""
_LAST_DAY: Final = 364
_HOURS: Final = range(0, 24, 2)


class Chef(msgspec.Struct, frozen=True):
    """One who takes bookings. `user`: whose profile it is."""

    id: str
    user: int


class View(msgspec.Struct, frozen=True):
    """A list as it is asked for, with the cursors of its pages. The first page has none."""

    variables: dict[str, JsonValue]
    cursors: tuple[str | None, ...] = (None,)


class World(msgspec.Struct, frozen=True):
    """What there is to ask for, the most popular first. `users` are ids in the database."""

    now: datetime
    users: tuple[int, ...]
    chefs: tuple[Chef, ...]
    chef_lists: tuple[View, ...]
    campaign_lists: tuple[View, ...]
    review_lists: tuple[View, ...]


class Request(msgspec.Struct, frozen=True):
    """`due`: seconds from the start. `session`: whose token it has."""

    due: float
    operation: str
    session: int
    variables: dict[str, JsonValue] = {}


class Plan(msgspec.Struct, frozen=True):
    """`sessions`: the user of each. Each has a token of its own, as after signing in."""

    sessions: tuple[int, ...]
    requests: tuple[Request, ...]


def plan(world: World, scale: Scale, seconds: float, seed: int) -> Plan:
    """Requests come independently of one another, on an average at the scale's rate."""
    source = random.Random(seed)
    making = _Making(world, source)
    sessions = _Sessions(world, scale, source)
    operations, weights = list(WEIGHTS), list(WEIGHTS.values())
    requests = []
    due = source.expovariate(scale.rate)
    while due < seconds:
        session = sessions.draw(due)
        [operation] = source.choices(operations, weights)
        variables = making.variables(operation, sessions.users[session])
        requests.append(Request(due, operation, session, variables))
        due += source.expovariate(scale.rate)
    return Plan(tuple(sessions.users), tuple(requests))


class _Sessions:
    """As many at a time as there are concurrent users. Where one ends, that of somebody else begins."""

    def __init__(self, world: World, scale: Scale, source: random.Random) -> None:
        self.users: list[int] = []
        self._popular = Popular(world.users)
        self._scale = scale
        self._source = source
        self._places: list[tuple[int, float]] = [(-1, 0.0)] * scale.concurrent_users

    def draw(self, now: float) -> int:
        place = self._source.randrange(len(self._places))
        session, until = self._places[place]
        if now >= until:
            session = len(self.users)
            self.users.append(self._popular.draw(self._source))
            length = min(self._source.expovariate(1 / SESSION_SECONDS), TOKEN_SECONDS)
            self._places[place] = session, now + self._scale.seconds(length)
        return session


class _Views:
    """The first one is the list without a filter."""

    def __init__(self, views: Sequence[View], source: random.Random) -> None:
        self._plain = views[0]
        self._filtered = Popular(views[1:])
        self._source = source

    def draw(self) -> dict[str, JsonValue]:
        """With a page of it."""
        view = self._plain if self._source.random() < _PLAIN else self._filtered.draw(self._source)
        weights = _PAGES[: len(view.cursors)]
        [cursor] = self._source.choices(view.cursors[: len(weights)], weights)
        return {**view.variables, "after": cursor}


class _Making:
    """Variables for each operation."""

    def __init__(self, world: World, source: random.Random) -> None:
        self._world = world
        self._source = source
        self._chefs = Popular(world.chefs)
        self._chef_lists = _Views(world.chef_lists, source)
        self._campaign_lists = _Views(world.campaign_lists, source)
        self._review_lists = _Views(world.review_lists, source)
        self._free = {chef.id: _times(world.now) for chef in world.chefs}
        self._taken: dict[str, str] = {}
        self._makers: Mapping[str, Callable[[int], dict[str, JsonValue]]] = {
            "chef-list": self._chef_list,
            "chef-detail": self._chef_detail,
            "create-booking": self._create_booking,
            "campaigns": lambda _: self._campaign_lists.draw(),
            "reviews": self._reviews,
            PROFILE_UPDATE: self._profile_update,
        }

    def variables(self, operation: str, user: int) -> dict[str, JsonValue]:
        """As this user asks it now."""
        make = self._makers.get(operation)
        return make(user) if make is not None else {}

    def _chef_list(self, _user: int) -> dict[str, JsonValue]:
        found = self._chef_lists.draw()
        return {**found, "isFirst": found["after"] is None}

    def _reviews(self, _user: int) -> dict[str, JsonValue]:
        found = self._review_lists.draw()
        del found["after"]
        return found

    def _chef_detail(self, _user: int) -> dict[str, JsonValue]:
        today = self._world.now.replace(hour=0, minute=0, second=0, microsecond=0)
        month = {"from": _text(today), "to": _text(today + timedelta(days=31))}
        return {"id": self._chefs.draw(self._source).id, **month}

    def _create_booking(self, user: int) -> dict[str, JsonValue]:
        chef = self._chefs.draw(self._source)
        while chef.user == user:
            chef = self._chefs.draw(self._source)
        if self._source.random() >= TAKEN or chef.id not in self._taken:
            self._taken[chef.id] = next(self._free[chef.id])
        wish = {"chefId": chef.id, "startsAt": self._taken[chef.id], "durationMinutes": 120}
        return {"input": wish}

    def _profile_update(self, user: int) -> dict[str, JsonValue]:
        picture = f"https://cdn.softfactory.com/avatars/{user}-{self._source.randrange(1_000_000)}.webp"
        return {"user": user, "id": ids.encode("User", user), "avatarUrl": picture}


def _times(now: datetime) -> Iterator[str]:
    """Those at which nobody has booked, two hours each, for as many as there are in a year."""
    midnight = now.replace(hour=0, minute=0, second=0, microsecond=0)
    for day in range(_FIRST_DAY, _LAST_DAY):
        for hour in _HOURS:
            yield _text(midnight + timedelta(days=day, hours=hour))


def _text(moment: datetime) -> str:
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ")

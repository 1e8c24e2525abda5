"""From values that a subgraph gave to what a store keeps: times, tags, and a little chance in the times."""

import random
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any, Final

import msgspec

from router.cache.freshness import forbids_sharing, longest
from router.cache.identity import Identities, key_values
from router.cache.other_keys import POINTER
from router.cache.policy import Policy, Scope
from router.cache.shape import Member
from router.cache.store import Fill, type_of
from router.cache.take_apart import Taken
from router.errors import JsonValue

_MS: Final = 1000
LISTS: Final = "sf:list:"
VIEWERS: Final = "sf:viewer:"
_NULL: Final = b"null"
_encode: Final = msgspec.json.Encoder().encode


def tag_of_lists(type_name: str) -> str:
    """Of values with a list of such entities: whatever happens to one of them may add it, remove it or move it."""
    return f"{LISTS}{type_name}"


def tag_of_viewer(subgraph: str, viewer: str) -> str:
    """Of what a subgraph keeps for one viewer, who changes something in it and wants to see it changed."""
    return f"{VIEWERS}{subgraph}:{viewer}"


class Filling:
    """Of one subgraph. `jitter`: by which part times may be shorter, so that what came together does not go together."""

    def __init__(
        self,
        subgraph: str,
        identities: Identities,
        jitter: float,
        chance: Callable[[], float] = random.random,
    ) -> None:
        self._subgraph = subgraph
        self._identities = identities
        self._jitter = jitter
        self._chance = chance

    def fills(
        self,
        taken: Sequence[Taken],
        headers: Mapping[str, str],
        arguments: Callable[[Taken], Mapping[str, JsonValue]],
        viewer: str | None,
    ) -> list[Fill]:
        """`headers` are those of the answer, which may shorten times."""
        most = longest(headers)
        if most == 0:
            return []
        private = forbids_sharing(headers)
        found: dict[tuple[str, Policy, tuple[str, ...]], dict[str, bytes]] = {}
        for each in taken:
            policy = each.member.policy
            if policy is None or (private and policy.scope is not Scope.PRIVATE):
                continue
            tags = tuple(self.tags(each, arguments, viewer))
            found.setdefault((each.entity, policy, tags), {})[each.id] = each.value
        return [
            self._fill(entity, values, policy, most, tags) for (entity, policy, tags), values in found.items()
        ]

    def pointers(self, found: Mapping[str, tuple[Member, str]], headers: Mapping[str, str]) -> list[Fill]:
        """Names under other keys, with the names that they stand for."""
        most = 0 if forbids_sharing(headers) else longest(headers)
        fills = []
        for pointer, (member, name) in found.items():
            policy = member.policy
            if most != 0 and policy is not None:
                taken = Taken(name, member, POINTER, b"")
                tags = (tag_of_lists(type_of(name)), *self.tags(taken, lambda _: {}, None))
                fills.append(self._fill(pointer, {POINTER: _encode(name)}, policy, most, tags))
        return fills

    def absent(
        self, names: Iterable[str], field: str, seconds: float, headers: Mapping[str, str]
    ) -> list[Fill]:
        """Entities that there are not: under keys that they may get, too."""
        most = 0 if forbids_sharing(headers) else longest(headers)
        fresh = int((seconds if most is None else min(seconds, most)) * _MS)
        if not fresh:
            return []
        return [Fill(each, {field: _NULL}, fresh, tags=(tag_of_lists(type_of(each)),)) for each in names]

    def _fill(
        self,
        entity: str,
        values: Mapping[str, bytes],
        policy: Policy,
        most: int | None,
        tags: tuple[str, ...],
    ) -> Fill:
        seconds = policy.max_age if most is None else min(policy.max_age, most)
        fresh = int(seconds * _MS * (1 - self._jitter * self._chance()))
        return Fill(
            entity,
            values,
            max(1, fresh),
            policy.stale_while_revalidate * _MS,
            policy.stale_if_error * _MS,
            tags,
        )

    def tags(
        self, each: Taken, arguments: Callable[[Taken], Mapping[str, JsonValue]], viewer: str | None
    ) -> Iterator[str]:
        """All that say when a value is over: its own, those of the lists in it, and its viewer's."""
        yield from map(tag_of_lists, each.member.listed)
        if each.value == _NULL:
            yield from map(tag_of_lists, each.member.refers)
        policy = each.member.policy
        if viewer is not None and policy is not None and policy.scope is Scope.PRIVATE:
            yield tag_of_viewer(self._subgraph, viewer)
        if not each.member.tags:
            return
        identity = self._identities.key(type_of(each.entity))
        key: Mapping[str, Any] = key_values(each.entity, identity) if identity is not None else {}
        for format_ in each.member.tags:
            tag = format_.render(key, arguments(each))
            if tag is not None:
                yield tag

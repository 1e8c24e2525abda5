"""What one place says about keeping a field, be it a @cacheControl or a pattern of router.yaml: all of it, or a part."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from enum import StrEnum
from functools import reduce
from typing import Final, Self


class Scope(StrEnum):
    """PUBLIC is for everybody, PRIVATE has a copy for each viewer."""

    PUBLIC = "PUBLIC"
    PRIVATE = "PRIVATE"


@dataclass(frozen=True, slots=True)
class Hint:
    """Seconds; None is not said. `inherits`: the parent type's seconds count where no `max_age` is said."""

    max_age: int | None = None
    stale_while_revalidate: int | None = None
    stale_if_error: int | None = None
    scope: Scope | None = None
    inherits: bool = False

    @property
    def is_said(self) -> bool:
        """Whether it says for how long."""
        return self.max_age is not None

    @property
    def is_never(self) -> bool:
        return self.max_age is not None and self.max_age <= 0

    def over(self, under: "Hint") -> "Hint":
        """What this says wins. Staleness goes with its `max_age`, and PRIVATE is PRIVATE whoever says it."""
        scope = Scope.PRIVATE if Scope.PRIVATE in (self.scope, under.scope) else self.scope or under.scope
        if self.is_said:
            return replace(self, scope=scope)
        return Hint(
            under.max_age,
            _first(self.stale_while_revalidate, under.stale_while_revalidate),
            _first(self.stale_if_error, under.stale_if_error),
            scope,
            self.inherits or (under.inherits and not under.is_said),
        )

    def in_place_of(self, under: "Hint") -> "Hint":
        """As `over`, but a scope that is said here lifts a PRIVATE that was said there."""
        return self.over(replace(under, scope=None) if self.scope else under)

    def filled_from(self, default: "Hint") -> "Hint":
        """Each word that is not said here, from there."""
        return replace(
            self,
            max_age=_first(self.max_age, default.max_age),
            stale_while_revalidate=_first(self.stale_while_revalidate, default.stale_while_revalidate),
            stale_if_error=_first(self.stale_if_error, default.stale_if_error),
        )

    def limited_by(self, other: "Hint") -> "Hint":
        """The shorter of what both say, PRIVATE if either is. Staleness that goes unsaid beside a `max_age` is none."""
        return Hint(
            _least(self.max_age, other.max_age),
            self._staleness(self.stale_while_revalidate, other.stale_while_revalidate, other),
            self._staleness(self.stale_if_error, other.stale_if_error, other),
            Scope.PRIVATE if Scope.PRIVATE in (self.scope, other.scope) else self.scope or other.scope,
            self.inherits or other.inherits,
        )

    def _staleness(self, mine: int | None, others: int | None, other: "Hint") -> int | None:
        if mine is None and others is None:
            return None
        mine = 0 if mine is None and self.is_said else mine
        return _least(mine, 0 if others is None and other.is_said else others)

    @classmethod
    def of(cls, values: dict[str, object]) -> Self:
        """From the arguments of a @cacheControl. Numbers that are none go unsaid, an unknown scope is PRIVATE."""
        scope = values.get("scope")
        return cls(
            _seconds(values.get("maxAge")),
            _seconds(values.get("staleWhileRevalidate")),
            _seconds(values.get("staleIfError")),
            None if scope is None else Scope.PUBLIC if scope == "PUBLIC" else Scope.PRIVATE,
            values.get("inheritMaxAge") is True,
        )


NOTHING: Final = Hint()


def most_cautious(hints: Iterable[Hint]) -> Hint:
    """What all of them allow."""
    return reduce(Hint.limited_by, hints, NOTHING)


def _first(one: int | None, other: int | None) -> int | None:
    return other if one is None else one


def _least(one: int | None, other: int | None) -> int | None:
    return min(one, other) if one is not None and other is not None else _first(one, other)


def _seconds(value: object) -> int | None:
    return max(value, 0) if isinstance(value, int) and not isinstance(value, bool) else None

"""Groups of an earlier fetch that a later one can take over, which is a step for each group instead of one for each object.

That is so where all that the later fetch sends of some objects is what the earlier one sent, or what it was answered:
`@requires` on fields of another subgraph.
"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass

from router.compiler.groups import Groups
from router.compiler.inputs import Input, Representation
from router.compiler.layout import Cell, Target
from router.compiler.names import attribute


@dataclass(frozen=True, slots=True)
class Regrouped:
    """The targets whose objects are in the `groups` of an earlier fetch; `key` is an expression of its `key` and `entity`."""

    groups: Groups
    targets: tuple[Target, ...]
    key: str

    def lines(self, name: str) -> Iterator[str]:
        """Puts the objects into the groups of this name."""
        earlier = self.groups
        yield f"if {earlier.keys}:"
        values = f"{earlier.keys}, {earlier.keys}.values(), {earlier.entities}"
        yield f"    for key, objects, entity in zip({values}):"
        yield f"        {name}[{self.key}] += objects"


class Joined:
    """The fetches whose answers have been joined, so that their variables are there."""

    def __init__(self) -> None:
        self._groups: list[Groups] = []

    @contextmanager
    def scope(self) -> Iterator[None]:
        """What is joined meanwhile is not known outside."""
        before = list(self._groups)
        yield
        self._groups = before

    def add(self, groups: Groups) -> None:
        """From here on, in this scope."""
        if _is_plain(groups):
            self._groups.append(groups)

    def for_later(self, later: Groups) -> Regrouped | None:
        """The latest that has objects of the later fetch, if one has."""
        if not _is_plain(later):
            return None
        found = (_regrouped(earlier, later) for earlier in reversed(self._groups))
        return next((each for each in found if each is not None), None)


def _is_plain(groups: Groups) -> bool:
    """Whether all objects are in one group, and none of them can lack what is sent."""
    return (
        groups.sender is not None
        and len(groups.all) == 1
        and all(
            form is not None and form.has_certain_key and not any(each.may_lack for each in form.inputs)
            for form in groups.forms.values()
        )
    )


def _regrouped(earlier: Groups, later: Groups) -> Regrouped | None:
    """The order of representations is that of all paths, so the earlier paths have to stand together in the later ones."""
    before, after = earlier.entity.targets, later.entity.targets
    places = [target.place for target in before]
    for start in range(len(after) - len(before) + 1):
        targets = after[start : start + len(before)]
        if [target.place for target in targets] == places:
            break
    else:
        return None
    if any(set(a.requires) != set(b.requires) for a, b in zip(before, targets, strict=True)):
        return None
    keys = {_key(earlier, later.forms, cell) for target in targets for cell in target.requires}
    key = keys.pop()
    return None if keys or key is None else Regrouped(earlier, tuple(targets), key)


def _key(earlier: Groups, forms: Mapping[Cell, Representation | None], cell: Cell) -> str | None:
    later = forms[cell]
    values = [] if later is None else [_value(earlier, cell, each) for each in later.inputs]
    if not values or None in values:
        return None
    return values[0] if len(values) == 1 else f"({', '.join(map(str, values))})"


def _value(earlier: Groups, cell: Cell, wanted: Input) -> str | None:
    form = earlier.forms[cell]
    for position, each in enumerate(form.inputs if form else ()):
        if each.slot is wanted.slot and len(each.slot.providers) <= 1:
            return "key" if form is not None and len(form.inputs) == 1 else f"key[{position}]"
    for asked in earlier.entity.source.fields.values():
        if asked.slots.get(cell) is wanted.slot and wanted.slot.providers == [asked]:
            return f"entity.{attribute(asked.key)}"
    return None

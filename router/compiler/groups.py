"""The objects of a fetch of entities, as the program's variables have them."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from router.compiler.inputs import Representation
from router.compiler.layout import Cell, EntityLayout


@dataclass(frozen=True, slots=True)
class Group:
    """Objects that are treated alike: `name` is the variable that has lists of them by representation."""

    name: str
    cell: Cell


@dataclass(slots=True)
class Groups:
    """What an entity input sends. `sender` makes representations of `values` values; without it, they are JSON."""

    entity: EntityLayout
    name: str
    sender: str | None
    values: int
    forms: Mapping[Cell, Representation | None] = field(default_factory=dict)
    by_cell: dict[Cell, Group] = field(default_factory=dict)

    @property
    def all(self) -> list[Group]:
        """Each once."""
        return list(dict.fromkeys(self.by_cell.values()))

    @property
    def keys(self) -> str:
        """The variable with the distinct representations, in the order in which they are sent."""
        return self.all[0].name if len(self.all) == 1 else f"index_{self.name}"

    @property
    def entities(self) -> str:
        """The variable with what was answered, in the same order."""
        return f"entities_{self.name}"

    def representations(self) -> str:
        """The expression for their JSON."""
        if not self.all:
            return 'b"[]"'
        if self.sender is None:
            return f'b"[", b",".join({self.keys}), b"]"'
        return f"encode(list({'map' if self.values == 1 else 'starmap'}({self.sender}, {self.keys})))"

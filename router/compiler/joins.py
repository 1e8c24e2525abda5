"""Code around a fetch: what is sent, and how what comes back joins the objects that are there."""

from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext

from router.compiler.collect import Collecting
from router.compiler.filling import DEVIATE, unfilled
from router.compiler.groups import Group, Groups
from router.compiler.layout import Cell, EntityLayout, FetchLayout, Layout, Place, Slot, Source, Target
from router.compiler.names import TYPENAME, attribute, is_verbatim
from router.compiler.paths import Objects
from router.compiler.recast import Recasting
from router.compiler.settle import Settling
from router.compiler.writer import Writer


class Joins:
    """Writes both halves of a fetch into the program's function."""

    def __init__(self, writer: Writer, functions: Writer, objects: Objects, layout: Layout) -> None:
        self._writer = writer
        self._objects = objects
        self._recasting = Recasting(functions)
        self._settling = Settling(functions, self._recasting)
        self._collecting = Collecting(writer, functions, objects, layout)
        self._groups: dict[int, list[Groups]] = {}
        self._floats = "()"

    @contextmanager
    def scope(self) -> Iterator[None]:
        """For what is written into a function of its own, whose variables nobody else sees."""
        with self._objects.scope(), self._collecting.joined.scope():
            yield

    def send(self, fetch: FetchLayout, variables: str = "call.variables") -> bool:
        """Up to where the request is under way, as `answer_N`, which is None where there is nothing to ask.

        False where nothing will ever be asked.
        """
        self._writer.line(f"# {fetch.node.service}")
        return self._send_entities(fetch, variables) if fetch.entities else self._send_root(fetch, variables)

    def receive(self, fetch: FetchLayout) -> None:
        """From where the answer is there."""
        if not fetch.entities and not any(target.place.hops for target in fetch.targets):
            self._receive(fetch)
            return
        with self._objects.scope(), self._writer.block(f"if answer_{fetch.number} is not None:"):
            self._receive(fetch)
        for place in self._learning(fetch):
            self._objects.forget(place)
        for groups in self._groups.get(fetch.number, ()):
            self._collecting.joined.add(groups)

    def _learning(self, fetch: FetchLayout) -> list[Place]:
        return [target.place for each in fetch.entities if each.source.learns for target in each.targets]

    def _receive(self, fetch: FetchLayout) -> None:
        verbatim = any(_leaves(fetch))
        self._floats = "floats" if verbatim else "()"
        self._writer.line(f"response = await answer_{fetch.number}")
        if verbatim:
            self._writer.line("check_verbatim(response)")
        self._writer.line(f"data = read(response, decode_{fetch.number})")
        if verbatim:
            self._writer.line("floats = []")
        for target in fetch.targets:
            self._join_root(fetch, target)
        for groups in self._groups.get(fetch.number, ()):
            self._join(groups)
        if verbatim:
            self._writer.line("check_floats(floats)")

    def _send_root(self, fetch: FetchLayout, variables: str) -> bool:
        if not fetch.targets:
            return False
        number, names = fetch.number, fetch.node.variables
        body = f"BODY_{number}"
        if names:
            self._writer.line(f"values = variables({names!r}, {variables})")
            body = f'(HEAD_{number} + values + b"}}}}" if values else BODY_{number})'
        request = f"call.send({number}, {body})"
        places = [target.place for target in fetch.targets if target.place.hops]
        found = " or ".join(self._objects.at(place) for place in places)
        self._writer.line(f"answer_{number} = {request}{f' if {found} else None' if places else ''}")
        return True

    def _join_root(self, fetch: FetchLayout, target: Target) -> None:
        settle = self._settling.function(fetch.source, target.place)
        if not target.place.hops:
            if settle:
                self._writer.line(f"{settle}(data, {self._floats}, root)")
            self._assign(fetch.source, target.place.cells[0], "data", "root")
            return
        with self._writer.block(f"for o in {self._objects.at(target.place)}:"):
            if settle:
                self._writer.line(f"{settle}(data, {self._floats}, o)")
            for cell in target.requires:
                with self._of(target.place, cell):
                    self._assign(fetch.source, cell, "data", "o")

    def _send_entities(self, fetch: FetchLayout, variables: str) -> bool:
        found = [self._collecting.collect(fetch, entity, self._how(entity)) for entity in fetch.entities]
        names = [group.name for groups in found for group in groups.all]
        if not names:
            return False
        self._groups[fetch.number] = found
        self._writer.line(f"answer_{fetch.number} = None")
        with self._writer.block(f"if {' or '.join(names)}:"):
            parts = [f"HEAD_{fetch.number}"]
            if fetch.node.variables:
                self._writer.line(f"values = variables({fetch.node.variables!r}, {variables})")
                parts += ["values", 'b"," if values else b""']
            for position, groups in enumerate(found):
                label = f'{"," if position else ""}"{groups.entity.input.variable}":'
                parts += [repr(label.encode()), groups.representations()]
            body = f'b"".join(({", ".join(parts)}, b"}}}}"))'
            self._writer.line(f"answer_{fetch.number} = call.send({fetch.number}, {body})")
        return True

    def _how(self, entity: EntityLayout) -> dict[Cell, object]:
        """Equal for cells whose objects get the same fields in the same way."""
        how: dict[Cell, object] = {}
        for target in entity.targets:
            settle = self._settling.function(entity.source, target.place)
            for cell in target.requires:
                how[cell] = (
                    settle,
                    cell.is_interface,
                    tuple(
                        _put("o", slot, value)
                        for slot, value, _ in self._values(entity.source, cell, "entity")
                    ),
                    tuple(unfilled(entity.source, cell, "o")),
                )
        return how

    def _join(self, groups: Groups) -> None:
        if not groups.all:
            return
        entities = groups.entities
        self._writer.line(f"{entities} = data.{attribute(groups.entity.input.alias)}")
        with self._writer.block(f"if len({entities}) != len({groups.keys}):"):
            self._writer.line("deviate()")
        if len(groups.all) == 1:
            [group] = groups.all
            with self._writer.block(f"for objects, entity in zip({group.name}.values(), {entities}):"):
                self._join_group(groups.entity, group)
            return
        self._writer.line(f"found = dict(zip({groups.keys}, {entities}))")
        for group in groups.all:
            with self._writer.block(f"for key, objects in {group.name}.items():"):
                self._writer.line("entity = found[key]")
                self._join_group(groups.entity, group)

    def _join_group(self, entity: EntityLayout, group: Group) -> None:
        source, cell, place = entity.source, group.cell, group.cell.place
        with self._writer.block("if entity is None:"):
            lines = unfilled(source, cell, "o")
            if lines == [DEVIATE]:
                self._writer.line(DEVIATE)
            else:
                with self._writer.block("for o in objects:") if lines else nullcontext():
                    self._writer.lines(lines)
                self._writer.line("continue")
        if source.learns and cell.is_interface:
            self._learn(source, place)
            return
        settle = self._settling.function(source, place)
        if settle:
            self._writer.line(f"{settle}(entity, {self._floats}, objects[0])")
        lines = []
        for position, (slot, value, is_new) in enumerate(self._values(source, cell, "entity")):
            if not is_new:
                # Read once for all objects of the entity.
                self._writer.line(f"value_{position} = {value}")
                value = f"value_{position}"
            lines.append(_put("o", slot, value))
        with self._writer.block("for o in objects:"):
            self._writer.lines(lines)

    def _learn(self, source: Source, place: Place) -> None:
        """The objects turn out to be of some type, and get what is for that."""
        with self._writer.block(f"if entity.{TYPENAME} is UNSET:"):
            self._writer.line("deviate()")
        with self._writer.block("for o in objects:"):
            self._writer.line(f"o.{TYPENAME} = entity.{TYPENAME}")
            settle = self._settling.function(source, place)
            if settle:
                self._writer.line(f"{settle}(entity, {self._floats}, o)")
            for cell in place.cells:
                if cell in source.cells:
                    with self._of(place, cell):
                        self._writer.lines(_other_typenames(cell))
                        self._assign(source, cell, "entity", "o")

    def _of(self, place: Place, cell: Cell) -> AbstractContextManager[None]:
        if not place.is_split:
            return nullcontext()
        return self._writer.block(f"if o.{TYPENAME} in {cell.typenames!r}:")

    def _assign(self, source: Source, cell: Cell, origin: str, target: str) -> None:
        self._writer.lines(_put(target, slot, value) for slot, value, _ in self._values(source, cell, origin))

    def _values(self, source: Source, cell: Cell, origin: str) -> Iterator[tuple[Slot, str, bool]]:
        """What goes where; whether it is made anew each time."""
        for asked in source.fields.values():
            slot = asked.slots.get(cell)
            if slot is not None:
                field = f"{origin}.{attribute(asked.key)}"
                value = self._recasting.value(asked, slot, field)
                yield slot, value, value != field


def _other_typenames(cell: Cell) -> Iterator[str]:
    """By which the client calls the name of an object's type."""
    for slot in cell.slots.values():
        if slot.type is None and slot.visible and slot.key != "__typename":
            yield f"o.{attribute(slot.key)} = o.{TYPENAME}"


def _put(target: str, slot: Slot, value: str) -> str:
    if len(slot.providers) > 1:
        return f"merge({target}, {attribute(slot.key)!r}, {value})"
    return f"{target}.{attribute(slot.key)} = {value}"


def _leaves(fetch: FetchLayout) -> Iterator[bool]:
    """Whether leaves are kept as text, for every field that the fetch asks."""
    waiting = [fetch.source, *(each.source for each in fetch.entities)]
    for source in waiting:
        for asked in source.fields.values():
            if asked.below is not None:
                waiting.append(asked.below)
            yield any(slot.type is not None and is_verbatim(slot.type) for slot in asked.slots.values())

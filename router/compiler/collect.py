"""Code that gathers the objects of a fetch of entities, each distinct representation with all that it stands for."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext

from router.compiler.filling import unfilled
from router.compiler.groups import Group, Groups
from router.compiler.inputs import Picks, Representation, representation
from router.compiler.layout import Cell, EntityLayout, FetchLayout, Layout, Place, Target
from router.compiler.names import TYPENAME, attribute
from router.compiler.paths import Objects
from router.compiler.regroup import Joined
from router.compiler.sharing import Sharing
from router.compiler.writer import Writer


class Collecting:
    """Writes the loops."""

    def __init__(self, writer: Writer, functions: Writer, objects: Objects, layout: Layout) -> None:
        self._writer = writer
        self._sharing = Sharing(writer, objects, layout)
        self._functions = functions
        self._objects = objects
        self.joined = Joined()
        self._picks = Picks(functions)
        self._senders: dict[tuple[object, ...], str] = {}

    def collect(self, fetch: FetchLayout, entity: EntityLayout, how: Mapping[Cell, object]) -> Groups:
        """`how` is equal for cells that can share a group."""
        forms = {
            cell: representation(cell, fragments)
            for target in entity.targets
            for cell, fragments in target.requires.items()
        }
        groups = self._groups(f"{fetch.number}_{fetch.entities.index(entity)}", entity, forms, how)
        for name in dict.fromkeys(group.name for group in groups.all):
            self._writer.line(f"{name} = defaultdict(list)")
        if len(groups.all) > 1:
            self._writer.line(f"{groups.keys} = {{}}")
        taken = self.joined.for_later(groups)
        for target in entity.targets:
            if taken is None or target not in taken.targets:
                self._target(groups, target, forms)
            elif target is taken.targets[0]:
                self._writer.lines(taken.lines(groups.keys))
        return groups

    def _groups(
        self,
        name: str,
        entity: EntityLayout,
        forms: Mapping[Cell, Representation | None],
        how: Mapping[Cell, object],
    ) -> Groups:
        sent = [form for form in forms.values() if form is not None]
        kinds = {(form.typename, tuple(each.name for each in form.inputs)) for form in sent}
        simple = len(kinds) == 1 and all(form.is_simple for form in sent)
        sender = self._sender(sent[0]) if simple else None
        groups = Groups(entity, name, sender, len(sent[0].inputs) if sent else 0, forms)
        known: dict[object, Group] = {}
        for cell, form in forms.items():
            if form is not None:
                group = known.setdefault(how[cell], Group(f"groups_{name}_{len(known)}", cell))
                groups.by_cell[cell] = group
        if len(known) == 1:
            [only] = known.values()
            short = Group(f"groups_{name}", only.cell)
            groups.by_cell = dict.fromkeys(groups.by_cell, short)
        return groups

    def _target(self, groups: Groups, target: Target, forms: Mapping[Cell, Representation | None]) -> None:
        lines = {cell: list(self._cell(groups, cell, forms[cell])) for cell in target.requires}
        if not any(lines.values()):
            return
        self._sharing.share(target.place)
        with self._writer.block(f"for o in {self._objects.at(target.place)}:"):
            for cell, found in lines.items():
                with self._of(target.place, cell):
                    self._writer.lines(found)

    def _of(self, place: Place, cell: Cell) -> AbstractContextManager[None]:
        if not place.is_split:
            return nullcontext()
        return self._writer.block(f"if o.{TYPENAME} in {cell.typenames!r}:")

    def _cell(self, groups: Groups, cell: Cell, form: Representation | None) -> Iterator[str]:
        unsent = unfilled(groups.entity.source, cell, "o")
        if form is None:
            yield from unsent
            return
        values = [f"o.{attribute(each.slot.key)}" for each in form.inputs]
        lacking = [
            each.lacks(value) for each, value in zip(form.inputs, values, strict=True) if each.may_lack
        ]
        if groups.sender is None:
            yield from self._as_text(form, lacking, unsent)
            key = "sent"
        else:
            if not form.has_certain_key:
                lacking.append(" and ".join(f"{value} is None" for value in values) or "True")
            yield from _unless(" or ".join(lacking), unsent)
            key = values[0] if len(values) == 1 else f"({', '.join(values)})"
        if len(groups.all) > 1:
            yield f"key = {key}"
            yield f"{groups.keys}[key] = None"
            key = "key"
        yield f"{groups.by_cell[cell].name}[{key}].append(o)"

    def _as_text(self, form: Representation, lacking: Sequence[str], unsent: Sequence[str]) -> Iterator[str]:
        typename = repr(form.typename) if form.typename else f"o.{TYPENAME}"
        members = [f'"__typename": {typename}']
        members += [
            f"{each.name!r}: {self._picks.expression(each, f'o.{attribute(each.slot.key)}')}"
            for each in form.inputs
        ]
        yield from _unless(" or ".join(lacking), unsent)
        put = f"sent = {{{', '.join(members)}}}"
        if any(each.below for each in form.inputs):
            yield "try:"
            yield f"    {put}"
            yield "except MissingInput:"
            yield from _indented([*unsent, "continue"])
        else:
            yield put
        if not form.has_certain_key:
            yield from _unless("is_empty(sent)", unsent)
        yield "sent = encode(sent)"

    def _sender(self, form: Representation) -> str:
        inputs = tuple(each.name for each in form.inputs)
        name = self._senders.get((form.typename, inputs))
        if name is None:
            name = self._senders[form.typename, inputs] = f"Send_{len(self._senders)}"
            renamed = {attribute(each): each for each in inputs if attribute(each) != each}
            rename = f", rename={renamed!r}" if renamed else ""
            head = f'class {name}(Struct, tag_field="__typename", tag={form.typename!r}, gc=False{rename}):'
            with self._functions.block(head):
                for each in inputs:
                    self._functions.line(f"{attribute(each)}: Any")
            self._functions.line("\n")
        return name


def _unless(condition: str, unsent: Sequence[str]) -> Iterator[str]:
    if condition:
        yield f"if {condition}:"
        yield from _indented([*unsent, "continue"])


def _indented(lines: Sequence[str]) -> Iterator[str]:
    for line in lines:
        for each in line.split("\n"):
            yield f"    {each}"

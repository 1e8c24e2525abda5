"""Layout -> text of a program: classes, constants, the functions it needs, and `run`, which is the plan."""

import re
from collections.abc import Iterator, Sequence
from contextlib import nullcontext
from itertools import chain, repeat
from typing import Final

from router.compiler.conditions import Step
from router.compiler.contexts import context_values, mark_contexts
from router.compiler.inputs import mark_inputs
from router.compiler.joins import Joins
from router.compiler.layout import Cell, FetchLayout, Layout, Place
from router.compiler.names import TYPENAME, attribute
from router.compiler.paths import Objects
from router.compiler.recast import mark_recasts
from router.compiler.structs import stores_typename, structs
from router.compiler.writer import Writer
from router.operation.request_body import encode_request
from router.planner.nodes import FetchNode, ParallelNode, SequenceNode

_EMPTY_LINES: Final = re.compile(r"\n{3,}")


def emit(layout: Layout, step: Step | None, description: str) -> str:
    """The text of the program's module. `description` becomes its docstring. Raises NotCompilableError."""
    for fetch in layout.fetches.values():
        for entity in fetch.entities:
            for target in entity.targets:
                for cell, fragments in target.requires.items():
                    mark_inputs(cell, fragments)
        mark_contexts(fetch, layout)
    mark_recasts(layout)
    functions = Writer()
    run = _Run(layout, functions)
    body = run.text(step)
    classes = "\n\n\n".join(structs(layout))
    constants = "\n".join(_constants(layout))
    parts = (f'"""{_quoted(description)}"""', classes, constants, functions.text().rstrip(), body)
    return "\n\n\n".join(part for part in parts if part) + "\n"


def _quoted(text: str) -> str:
    """For a docstring, whatever strings the client put into its operation. Two empty lines are only between parts of the text."""
    text = _EMPTY_LINES.sub("\n\n", text)
    shown = "".join(each if each.isprintable() or each == "\n" else repr(each)[1:-1] for each in text)
    return shown.replace("\\", "\\\\").replace('"""', '\\"\\"\\"')


def _constants(layout: Layout) -> Iterator[str]:
    for fetch in layout.fetches.values():
        head = encode_request(fetch.node.operation, None, fetch.node.operation_name)
        yield f"decode_{fetch.number} = Decoder(Answer_{fetch.number}).decode"
        if fetch.entities or fetch.node.variables:
            with_variables = head[:-1] + b',"variables":{'
            yield f"HEAD_{fetch.number} = {with_variables!r}"
        if not fetch.entities:
            yield f"BODY_{fetch.number} = {head!r}"


class _Run:
    """Writes the function that runs the plan."""

    def __init__(self, layout: Layout, functions: Writer) -> None:
        self._layout = layout
        self._writer = Writer()
        self._objects = Objects(self._writer)
        self._joins = Joins(self._writer, functions, self._objects, layout)
        self._tasks = 0

    def text(self, step: Step | None) -> str:
        with self._writer.block("async def run(call):"):
            self._writer.line("root = Data()")
            if step is not None:
                self._step(step)
            self._clear()
            self._writer.line("return encode(Response(data=root))")
        return self._writer.text()

    def _step(self, step: Step) -> None:
        match step:
            case FetchNode():
                self._fetch(self._layout.fetches[id(step)])
            case SequenceNode():
                for node in step.nodes:
                    self._step(node)  # type: ignore[arg-type]
            case ParallelNode():
                self._parallel(step.nodes)  # type: ignore[arg-type]

    def _fetch(self, fetch: FetchLayout) -> None:
        if fetch.node.contexts:
            self._in_contexts(fetch)
        elif self._joins.send(fetch):
            self._joins.receive(fetch)

    def _in_contexts(self, fetch: FetchLayout) -> None:
        """One request for all objects that see the same values around them."""
        targets = [target for entity in fetch.entities for target in entity.targets]
        names = [f"at_{position}" for position in range(len(targets))]
        number = fetch.number
        with (
            self._joins.scope(),
            self._writer.block(f"async def fetch_{number}(values, {', '.join(names)}):"),
        ):
            for target, name in zip(targets, names, strict=True):
                self._objects.take(target.place, name)
            if self._joins.send(fetch, "{**call.variables, **values}"):
                self._joins.receive(fetch)
        self._writer.line(f"contexts_{number} = {{}}")
        for position, target in enumerate(targets, 1):
            pairs = self._objects.with_values(
                target.place, context_values(fetch.node, target.place, self._layout)
            )
            with self._writer.block(f"for o, values in {pairs}:"):
                empty = ", ".join("[]" for _ in targets)
                self._writer.line(
                    f"contexts_{number}.setdefault(encode(values), (values, {empty}))[{position}].append(o)"
                )
        self._writer.line(
            f"tasks = [call.spawn(fetch_{number}(*each)) for each in contexts_{number}.values()]"
        )
        with self._writer.block("for task in tasks:"):
            self._writer.line("await task")

    def _parallel(self, steps: Sequence[Step]) -> None:
        """Fetches are sent, chains of them become tasks, but for one, which goes on here."""
        simple = [step for step in steps if isinstance(step, FetchNode) and not step.contexts]
        fetches = [self._layout.fetches[id(step)] for step in simple]
        chains = [step for step in steps if step not in simple]
        sent: list[FetchLayout] = [fetch for fetch in fetches if self._joins.send(fetch)]
        tasks = [self._task(step) for step in chains[1:]]
        for step in chains[:1]:
            self._step(step)
        for fetch in sent:
            self._joins.receive(fetch)
        for task in tasks:
            self._writer.line(f"await {task}")

    def _task(self, step: Step) -> str:
        number, self._tasks = self._tasks, self._tasks + 1
        with self._joins.scope(), self._writer.block(f"async def chain_{number}():"):
            self._step(step)
        self._writer.line(f"task_{number} = call.spawn(chain_{number}())")
        return f"task_{number}"

    def _clear(self) -> None:
        """Removes what the client did not ask for, from the leaves up: type names lead to what is below."""
        for place in reversed(list(self._reachable(self._layout.root))):
            lines = {cell: self._last(cell) for cell in place.cells}
            if not any(lines.values()):
                continue
            with self._writer.block(f"for o in {self._objects.at(place)}:"):
                heads = chain(("if",), repeat("elif"))
                for (cell, line), head in zip(
                    ((c, each) for c, each in lines.items() if each), heads, strict=False
                ):
                    condition = f"{head} o.{TYPENAME} in {cell.typenames!r}:"
                    with self._writer.block(condition) if place.is_split else nullcontext():
                        self._writer.line(line)

    def _last(self, cell: Cell) -> str:
        """What happens to each object of a cell in the end."""
        if cell.is_interface and any(slot.visible and slot.type is None for slot in cell.slots.values()):
            return "deviate()"
        names = list(self._hidden(cell))
        return f"{' = '.join(f'o.{name}' for name in names)} = UNSET" if names else ""

    def _reachable(self, place: Place) -> Iterator[Place]:
        """The places that the client sees something of, parents first."""
        yield place
        for cell in place.cells:
            for slot in cell.slots.values():
                if slot.visible and slot.place is not None:
                    yield from self._reachable(slot.place)

    def _hidden(self, cell: Cell) -> Iterator[str]:
        """Attributes to clear; the type name last, for it says what kind of object this is."""
        for slot in cell.slots.values():
            if not slot.visible and slot.type is not None:
                yield attribute(slot.key)
        typename = cell.slots.get("__typename")
        stored = any(stores_typename(source, cell) for source in self._layout.sources if cell in source.cells)
        if typename is not None and not typename.visible and stored:
            yield TYPENAME

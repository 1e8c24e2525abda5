"""The text of a subgraph operation: minified, and the same bytes for the same plan."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

from graphql import (
    DirectiveNode,
    ListValueNode,
    ObjectValueNode,
    OperationType,
    StringValueNode,
    ValueNode,
    VariableDefinitionNode,
    VariableNode,
    print_ast,
)

from router.operation.selection import ALWAYS, Conditions
from router.planner.fetch_graph import Out, OutField
from router.planner.resolution import TYPENAME
from router.planner.shorten import repeated_selections


class OperationText:
    """Writes selections, and notes the variables that they use."""

    def __init__(self, definitions: Sequence[VariableDefinitionNode], hoisted: Conditions = ALWAYS) -> None:
        self._definitions: Mapping[str, VariableDefinitionNode] = {
            each.variable.name.value: each for each in definitions
        }
        self._hoisted = hoisted
        self._used: dict[str, None] = {}
        self._texts: dict[int, str] = {}
        self._fragments: dict[tuple[str, str], str] = {}

    @property
    def variables(self) -> tuple[str, ...]:
        """The client's variables used so far, in the order in which the client declares them."""
        return tuple(name for name in self._definitions if name in self._used)

    def root(self, kind: OperationType, out: Out) -> str:
        """The whole of a root operation."""
        body = self._shortened([out], lambda: self.selections(out))
        head = "" if kind is OperationType.QUERY else kind.value
        declared = self._declarations()
        return (f"{head or 'query'}({declared})" if declared else head) + body

    def entities(self, fields: Iterable[tuple[str, str, Out]]) -> str:
        """The whole of an entity fetch; each field is its response key, its variable and its selections."""
        asked = list(fields)
        variables = [f"${variable}:[_Any!]!" for _, variable, _ in asked]

        def write() -> str:
            return "{" + " ".join(self._entities(*each) for each in asked) + "}"

        body = self._shortened([out for _, _, out in asked], write)
        declared = self._declarations()
        return f"query({','.join([*variables, declared] if declared else variables)}){body}"

    def _entities(self, alias: str, variable: str, out: Out) -> str:
        name = "_entities" if alias == "_entities" else f"{alias}:_entities"
        return f"{name}(representations:${variable}){self.selections(out)}"

    def _shortened(self, outs: Sequence[Out], write: Callable[[], str]) -> str:
        """What `write` writes, with fragments behind it where selections are repeated."""
        self._texts = {}
        plain = write()
        self._fragments = repeated_selections(outs, self._texts)
        if not self._fragments:
            return plain
        originals = {(out.type_name, self._texts[id(out)]): out for root in outs for out in _all(root)}
        body = write()
        for (type_name, text), name in self._fragments.items():
            inside = self._inside(originals[(type_name, text)])
            body += f" fragment {name} on {type_name}{{{inside}}}"
        return min(plain, body, key=len)

    def selections(self, out: Out) -> str:
        """The selections in braces."""
        if self._fragments:
            name = self._fragments.get((out.type_name, self._texts.get(id(out), "")))
            return f"{{...{name}}}" if name is not None else "{" + self._inside(out) + "}"
        text = self._texts[id(out)] = "{" + self._inside(out) + "}"
        return text

    def _inside(self, out: Out) -> str:
        fields = sorted(out.fields.values(), key=lambda each: each.name != TYPENAME)
        parts = [self._field(each) for each in fields if not self._is_covered(each, out)]
        for type_name, fragment in out.fragments.items():
            if not fragment.is_empty():
                parts.append(f"...on {type_name}{self.selections(fragment)}")
        return " ".join(parts)

    def _is_covered(self, each: OutField, out: Out) -> bool:
        """Whether the same leaf is selected without conditions, too."""
        return bool(each.conditions) and each.below is None and (each.key, ALWAYS) in out.fields

    def _field(self, each: OutField) -> str:
        text = each.name if each.key == each.name else f"{each.key}:{each.name}"
        if each.arguments:
            arguments = (
                f"{argument.name.value}:{self._value(argument.value)}" for argument in each.arguments
            )
            text += f"({','.join(arguments)})"
        text += "".join(self._directive(directive) for directive in each.directives)
        conditions = sorted(each.conditions - self._hoisted)
        last: dict[bool, str] = {}
        outer = []
        for variable, value in conditions:
            self._used[variable] = None
            if value in last:
                outer.append(_condition(last[value], value))
            last[value] = variable
        text += "".join(_condition(variable, value) for value, variable in last.items())
        if each.below is not None:
            text += self.selections(each.below)
        for condition in outer:
            text = f"...{condition}{{{text}}}"
        return text

    def _directive(self, node: DirectiveNode) -> str:
        arguments = ",".join(f"{each.name.value}:{self._value(each.value)}" for each in node.arguments or ())
        return f"@{node.name.value}" + (f"({arguments})" if arguments else "")

    def _value(self, node: ValueNode) -> str:
        if isinstance(node, VariableNode):
            self._used[node.name.value] = None
            return f"${node.name.value}"
        if isinstance(node, ListValueNode):
            return "[" + ",".join(self._value(each) for each in node.values) + "]"
        if isinstance(node, ObjectValueNode):
            return (
                "{" + ",".join(f"{each.name.value}:{self._value(each.value)}" for each in node.fields) + "}"
            )
        if isinstance(node, StringValueNode):
            return print_ast(StringValueNode(value=node.value))
        return print_ast(node)

    def _declarations(self) -> str:
        found = []
        for name in self.variables:
            node = self._definitions[name]
            default = f"={self._value(node.default_value)}" if node.default_value is not None else ""
            found.append(f"${name}:{print_ast(node.type)}{default}")
        return ",".join(found)


def _all(out: Out) -> Iterator[Out]:
    yield out
    for below in out.below():
        yield from _all(below)


def _condition(variable: str, value: bool) -> str:
    return f"@{'include' if value else 'skip'}(if:${variable})"

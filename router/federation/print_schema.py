"""From the schema model to SDL: types and directives in alphabetical order, so that equal graphs print equally."""

from collections.abc import Iterable, Iterator, Mapping

from graphql.language.block_string import print_block_string

from router.federation.schema import (
    ROOT_NAMES,
    DirectiveDefinition,
    DirectiveUse,
    Element,
    Field,
    InputValue,
    Kind,
    Schema,
    TypeDefinition,
)
from router.federation.value import print_value


def print_schema(schema: Schema) -> str:
    """SDL of the whole schema. Members keep the order in which the model has them."""
    parts = [part for part in (_schema_definition(schema),) if part]
    parts += [_directive(schema.directives[name]) for name in sorted(schema.directives)]
    parts += [print_type(schema.types[name]) for name in sorted(schema.types)]
    return "\n\n".join(parts) + "\n"


def print_type(definition: TypeDefinition) -> str:
    """SDL of one type."""
    head = f"{_description(definition.description)}{definition.kind} {definition.name}"
    if definition.interfaces:
        head += f" implements {' & '.join(definition.interfaces)}"
    head += "".join(f"\n  {print_use(use)}" for use in definition.directives)
    if definition.kind is Kind.UNION:
        separator = "\n  = " if definition.directives else " = "
        return head + (separator + " | ".join(definition.members) if definition.members else "")
    lines = list(_members(definition))
    if not lines:
        return head
    return f"{head}{chr(10) if definition.directives else ' '}{{\n" + "\n".join(lines) + "\n}"


def print_use(use: DirectiveUse) -> str:
    """A directive as it is applied: `@tag(name: "x")`."""
    if not use.arguments:
        return f"@{use.name}"
    arguments = ", ".join(f"{name}: {print_value(value)}" for name, value in use.arguments.items())
    return f"@{use.name}({arguments})"


def _schema_definition(schema: Schema) -> str:
    definition = schema.definition
    ordinary = all(ROOT_NAMES[kind] == name for kind, name in schema.roots.items())
    implied = {k for k, name in ROOT_NAMES.items() if name in schema.types} == set(schema.roots)
    if ordinary and implied and not definition.directives and not definition.description:
        return ""
    roots = "\n".join(f"  {kind}: {schema.roots[kind]}" for kind in ROOT_NAMES if kind in schema.roots)
    uses = "".join(f"\n  {print_use(use)}" for use in definition.directives)
    return f"{_description(definition.description)}schema{uses}{chr(10) if uses else ' '}{{\n{roots}\n}}"


def _directive(definition: DirectiveDefinition) -> str:
    repeatable = " repeatable" if definition.is_repeatable else ""
    return (
        f"{_description(definition.description)}directive @{definition.name}{_arguments(definition.arguments)}"
        f"{repeatable} on {' | '.join(definition.locations)}"
    )


def _members(definition: TypeDefinition) -> Iterator[str]:
    for field in definition.fields.values():
        yield _field(field)
    for value in definition.values.values():
        yield f"{_description(value.description, '  ')}  {value.name}{_uses(value)}"
    for each in definition.input_fields.values():
        yield f"{_description(each.description, '  ')}  {_input_value(each)}"


def _field(field: Field) -> str:
    return (
        f"{_description(field.description, '  ')}  {field.name}{_arguments(field.arguments, '  ')}: {field.type}"
        f"{_uses(field)}"
    )


def _arguments(arguments: Mapping[str, InputValue], indent: str = "") -> str:
    if not arguments:
        return ""
    if not any(argument.description for argument in arguments.values()):
        return f"({', '.join(map(_input_value, arguments.values()))})"
    inner = indent + "  "
    lines = [
        f"{_description(each.description, inner)}{inner}{_input_value(each)}" for each in arguments.values()
    ]
    return "(\n" + "\n".join(lines) + f"\n{indent})"


def _input_value(value: InputValue) -> str:
    default = f" = {print_value(value.default)}" if value.default is not None else ""
    return f"{value.name}: {value.type}{default}{_uses(value)}"


def _uses(element: Element) -> str:
    return "".join(_each(" ", map(print_use, element.directives)))


def _each(before: str, texts: Iterable[str]) -> Iterator[str]:
    return (before + text for text in texts)


def _description(text: str | None, indent: str = "") -> str:
    if not text:
        return ""
    block = print_block_string(text)
    return "\n".join(f"{indent}{line}" if line else line for line in block.split("\n")) + "\n"

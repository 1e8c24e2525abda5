"""Input objects that can never be given, because each needs another of its own kind."""

from collections.abc import Iterator

from router.federation.schema import InputValue, Kind, Schema


def input_cycles(schema: Schema) -> Iterator[tuple[str, InputValue]]:
    """A message for each circle of non-null fields, and the field that it begins with."""
    done: set[str] = set()
    for definition in schema.of_kind(Kind.INPUT_OBJECT):
        yield from _follow(schema, definition.name, [], {}, done)


def _follow(
    schema: Schema, name: str, path: list[InputValue], began: dict[str, int], done: set[str]
) -> Iterator[tuple[str, InputValue]]:
    """`began` has the types on the way, with the length of the path to each; `done` those that are known."""
    if name in done:
        return
    done.add(name)
    began[name] = len(path)
    for field in schema.types[name].input_fields.values():
        target = schema.types.get(field.type[:-1]) if field.type.endswith("!") else None
        if target is None or target.kind is not Kind.INPUT_OBJECT:
            continue
        path.append(field)
        if target.name in began:
            circle = path[began[target.name] :]
            names = ".".join(each.name for each in circle)
            message = (
                f'Cannot reference Input Object "{target.name}" within itself through a series of non-null fields: '
                f'"{names}".'
            )
            yield message, circle[0]
        else:
            yield from _follow(schema, target.name, path, began, done)
        path.pop()
    del began[name]

"""The format of a @cacheTag: a text with places for fields of an entity's key and for arguments of a field."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, Self

from router.errors import JsonValue

_NAME: Final = "[_A-Za-z][_0-9A-Za-z]*"
_PLACE: Final = re.compile(rf"\{{\$(key|args)((?:\.{_NAME})+)\}}")


@dataclass(frozen=True, slots=True)
class Place:
    """`{$key.brand.id}` is the path `("brand", "id")` in the entity's key."""

    of_key: bool
    path: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class TagFormat:
    """`parts` are texts and places, as they stand in `text`."""

    text: str
    parts: tuple[str | Place, ...]

    @classmethod
    def parse(cls, text: str) -> Self:
        """Raises ValueError where something in braces is neither `{$key.…}` nor `{$args.…}`."""
        parts: list[str | Place] = []
        end = 0
        for found in _PLACE.finditer(text):
            parts += [text[end : found.start()], Place(found[1] == "key", tuple(found[2][1:].split(".")))]
            end = found.end()
        parts.append(text[end:])
        if any("{" in part or "}" in part for part in parts if isinstance(part, str)):
            raise ValueError(f'"{text}" has braces that hold neither $key.NAME nor $args.NAME')
        return cls(text, tuple(part for part in parts if part))

    def render(self, key: Mapping[str, JsonValue], args: Mapping[str, JsonValue]) -> str | None:
        """The tag, or None where a value is missing, null, a list or an object."""
        texts = []
        for part in self.parts:
            text = part if isinstance(part, str) else _text(_value(key if part.of_key else args, part.path))
            if text is None:
                return None
            texts.append(text)
        return "".join(texts)


def _value(values: JsonValue, path: tuple[str, ...]) -> JsonValue:
    for name in path:
        if not isinstance(values, Mapping):
            return None
        values = values.get(name)
    return values


def _text(value: JsonValue) -> str | None:
    match value:
        case bool():
            return "true" if value else "false"
        case str() | int() | float():
            return str(value)
    return None

"""A compiled plan: code over structs, immutable, shared by requests."""

import asyncio
from collections.abc import Awaitable, Callable, Coroutine, Iterator, Mapping
from dataclasses import dataclass, field
from itertools import count
from types import CodeType
from typing import Any, Final, Protocol

from router.compiler.not_compilable import NotCompilableError
from router.compiler.runtime import NAMES, Response
from router.errors import JsonValue

_numbers: Final = count()
_BETWEEN_PARTS: Final = "\n\n\n"


class Call(Protocol):
    """What a program needs to know of the request that it runs for."""

    variables: Mapping[str, JsonValue]
    """The coerced ones, in JSON values."""

    def send(self, number: int, body: bytes) -> Awaitable[Response]:
        """Begins the fetch of this number. Awaiting it raises SubgraphError."""

    def spawn(self, chain: Coroutine[Any, Any, None]) -> "asyncio.Task[None]":
        """Begins fetches that run beside others."""


@dataclass(frozen=True, slots=True, eq=False)
class Program:
    """`text` is the code, for people; `services` are those of its fetches, by their numbers."""

    text: str
    run: Callable[[Call], Coroutine[Any, Any, bytes]] = field(repr=False)
    """The body of an answer without errors. Raises Deviation, MsgspecError, UnicodeError or SubgraphError where there
    will be errors, or may be."""
    services: tuple[str, ...]
    mutations: tuple[bool, ...]


def load(text: str, services: tuple[str, ...], mutations: tuple[bool, ...]) -> Program:
    """Turns the text into a program. Raises NotCompilableError where Python refuses it, such as for 21 loops in each other."""
    name = f"<program {next(_numbers)}>"
    namespace: dict[str, Any] = {**NAMES, "__name__": name}
    try:
        for code in _compiled(text, name):
            exec(code, namespace)  # noqa: S102  our own code, in which names and texts are quoted
    except Exception as error:
        raise NotCompilableError(f"Python refuses its code: {error!r}") from error
    return Program(text, namespace["run"], services, mutations)


def _compiled(text: str, name: str) -> Iterator[CodeType]:
    """Class by class, function by function: requests wait while Python compiles, for milliseconds if it is all at once."""
    line = 0
    for part in text.split(_BETWEEN_PARTS):
        yield compile("\n" * line + part, name, "exec")
        line += part.count("\n") + len(_BETWEEN_PARTS)

"""What composition has to say about subgraphs: problems that stop it, and hints that do not."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from graphql import Node

from router.errors import RouterError


class ProblemLocation(NamedTuple):
    """A place in the SDL of one subgraph; line and column start at 1."""

    subgraph: str
    line: int
    column: int


@dataclass(frozen=True, slots=True)
class CompositionProblem:
    """One reason why the subgraphs do not compose. The codes are Apollo's: docs/composition.md lists them."""

    code: str
    message: str
    locations: tuple[ProblemLocation, ...] = ()


@dataclass(frozen=True, slots=True)
class Hint:
    """Something that composes and yet is probably not meant so. The codes are Apollo's."""

    code: str
    message: str
    locations: tuple[ProblemLocation, ...] = ()


class CompositionError(RouterError):
    """The subgraphs do not compose. `problems` has all that was found, not only the first."""

    def __init__(self, problems: Sequence[CompositionProblem]) -> None:
        super().__init__("COMPOSITION_FAILED", "\n".join(f"{each.code}: {each.message}" for each in problems))
        self.problems = tuple(problems)


def location_of(subgraph: str, node: Node | None) -> tuple[ProblemLocation, ...]:
    """Where a node starts; nothing for what composition itself has added."""
    if node is None or node.loc is None:
        return ()
    token = node.loc.start_token
    return (ProblemLocation(subgraph, token.line, token.column),)


def print_names(names: Iterable[str], one: str, many: str) -> str:
    """`subgraph "a"`, or `subgraphs "a" and "b"`."""
    quoted = [f'"{name}"' for name in names]
    return f"{one} {quoted[0]}" if len(quoted) == 1 else f"{many} {join_words(quoted)}"


def print_subgraphs(names: Iterable[str]) -> str:
    return print_names(names, "subgraph", "subgraphs")


def join_words(words: Sequence[str], last: str = "and") -> str:
    """`a`, `a and b`, `a, b and c`."""
    return words[0] if len(words) == 1 else f"{', '.join(words[:-1])} {last} {words[-1]}"

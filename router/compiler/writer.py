"""Text of a program in the making: lines, indented by blocks."""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager


def through(value: str, function: str, depth: int, level: int = 0) -> str:
    """The expression that calls a function for the objects in lists of lists, and leaves nulls alone."""
    if depth == 0:
        return f"(None if {value} is None else {function}({value}))"
    item = f"item_{level}"
    inner = through(item, function, depth - 1, level + 1)
    return f"(None if {value} is None else [{inner} for {item} in {value}])"


class Writer:
    """Collects lines."""

    def __init__(self, indent: int = 0) -> None:
        self._lines: list[str] = []
        self._indent = indent

    def line(self, text: str) -> None:
        """One line, or several, at the current depth."""
        self._lines += [f"{'    ' * self._indent}{each}" if each else "" for each in text.split("\n")]

    def lines(self, texts: Iterable[str]) -> None:
        """Several."""
        for text in texts:
            self.line(text)

    @contextmanager
    def block(self, head: str) -> Iterator[None]:
        """What is written meanwhile stands below `head`; a block without statements passes."""
        self.line(head)
        before = len(self._lines)
        self._indent += 1
        yield
        if all(line.lstrip().startswith("#") for line in self._lines[before:]):
            self.line("pass")
        self._indent -= 1

    @property
    def depth(self) -> int:
        """Of blocks."""
        return self._indent

    def text(self) -> str:
        """All of it."""
        return "\n".join(self._lines)

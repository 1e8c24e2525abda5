"""Operations to try, as they lie in a folder: `NAME.graphql`, and `NAME.variables.json` beside it where it has any."""

from dataclasses import dataclass
from itertools import takewhile
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Example:
    """`title` and `description` are the comment at the top of the file: its first line, and the rest of it."""

    name: str
    query: str
    title: str
    description: str = ""
    variables: str = ""


def read_examples(folder: Path) -> tuple[Example, ...]:
    """All examples of the folder by file name. A folder that is not there has none. Raises OSError, UnicodeError."""
    return tuple(_read(file) for file in sorted(folder.glob("*.graphql")))


def _read(file: Path) -> Example:
    query = file.read_text(encoding="utf-8")
    comment = [
        line.lstrip("# ").strip() for line in takewhile(lambda line: line.startswith("#"), _lines(query))
    ]
    title, *description = comment or [file.stem.replace("-", " ").replace("_", " ").capitalize()]
    variables = file.with_suffix(".variables.json")
    return Example(
        name=file.stem,
        query=query,
        title=title.rstrip("."),
        description=" ".join(description),
        variables=variables.read_text(encoding="utf-8") if variables.exists() else "",
    )


def _lines(text: str) -> list[str]:
    return [line.strip() for line in text.strip().splitlines()]

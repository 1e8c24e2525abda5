"""Sampled stacks as text: a line each, its frames from the outermost on, and how often it was seen; and what they add up to."""

import re
from collections import Counter
from collections.abc import Mapping
from typing import Final, TypeAlias

Stack: TypeAlias = tuple[str, ...]
Stacks: TypeAlias = Mapping[Stack, int]

_ADDRESS: Final = re.compile(r"^0x[0-9a-f]+ (\(.+\))$")
_SUFFIX: Final = re.compile(r"\.(?:cpython-[\w-]+\.)?so[.\d]*\)$")
_LINE_OF_C: Final = re.compile(r"(\.(?:[ch]|pyx|pxd)(?:\.h)?):\d+\)$")
_MAIN: Final = "MainThread"
_NEARLY_ALL: Final = 0.98


def read(text: str) -> Stacks:
    """Frames are as `_named` has them. Raises ValueError for a line that is no stack."""
    found: Counter[Stack] = Counter()
    for line in text.splitlines():
        frames, _, count = line.rpartition(" ")
        found[tuple(_named(frame) for frame in frames.split(";"))] += int(count)
    return found


def write(stacks: Stacks) -> str:
    """What `read` reads, and other tools for flame graphs do."""
    return "".join(f"{';'.join(stack)} {count}\n" for stack, count in sorted(stacks.items()))


def of_main_thread(stacks: Stacks) -> Stacks:
    """Other threads plan what is new; on the hot path they wait."""
    return {stack: count for stack, count in stacks.items() if _MAIN in stack[0]}


def without_root(stacks: Stacks) -> Stacks:
    """Without the frames that nearly all stacks begin with: the command, the server, the event loop.

    The few others are left out: a sample can fall between two frames, and its stack is torn then.
    """
    total = sum(stacks.values())
    while True:
        first: Counter[str] = Counter()
        for stack, count in stacks.items():
            first[stack[0]] += count
        [(root, samples)] = first.most_common(1) or [("", 0)]
        if samples < _NEARLY_ALL * total or (root,) in stacks or not total:
            return stacks
        stacks = {stack[1:]: count for stack, count in stacks.items() if stack[0] == root}


def own_time(stacks: Stacks) -> list[tuple[str, float]]:
    """Each function's share of the samples in which it was the innermost, largest first."""
    own: Counter[str] = Counter()
    for stack, count in stacks.items():
        own[stack[-1]] += count
    total = own.total() or 1
    return [(frame, count / total) for frame, count in own.most_common()]


def _named(frame: str) -> str:
    """Without addresses, lines of C and versions of libraries, so that the frames of a function are equal."""
    return _LINE_OF_C.sub(r"\1)", _SUFFIX.sub(".so)", _ADDRESS.sub(r"\1", frame)))

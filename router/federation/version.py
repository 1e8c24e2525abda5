"""Versions of specifications: `v2.9`."""

import re
from typing import NamedTuple

_VERSION = re.compile(r"^v(\d+)\.(\d+)$")


class Version(NamedTuple):
    """Major and minor. Versions of one major (above 0) can read what was written for a lower minor."""

    major: int
    minor: int

    def __str__(self) -> str:
        return f"v{self.major}.{self.minor}"

    @staticmethod
    def parse(text: str) -> "Version | None":
        """`v2.9` as a version, anything else as None."""
        match = _VERSION.match(text)
        return Version(int(match[1]), int(match[2])) if match else None

    def satisfies(self, required: "Version") -> bool:
        """Whether this version has all that `required` has."""
        if self.major != required.major:
            return False
        return self.minor == required.minor if self.major == 0 else self.minor >= required.minor

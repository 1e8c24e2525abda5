"""For how long what a subgraph answered may be kept: as long as the policy says, or shorter where the answer says so.

https://www.rfc-editor.org/rfc/rfc9111#section-5.2.2 Directives that nobody knows are passed over, as it demands.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

_DIRECTIVE: Final = re.compile(r'([!#$%&\'*+\-.^_`|~0-9A-Za-z]+)(?:\s*=\s*(?:"([^"]*)"|([^\s,;"]*)))?')
_LONGEST: Final = 2**31


@dataclass(frozen=True, slots=True)
class Directives:
    """Of a Cache-Control header, names in lower case; the value is None for one without."""

    found: Mapping[str, str | None]

    def seconds(self, name: str) -> int | None:
        """None where it is not there, 0 where it is no number: what cannot be read is not trusted."""
        if name not in self.found:
            return None
        value = self.found[name] or ""
        return min(int(value), _LONGEST) if value.isascii() and value.isdigit() and len(value) < 12 else 0

    def __contains__(self, name: str) -> bool:
        return name in self.found


def read_cache_control(value: str | None) -> Directives:
    """The first of two directives of one name counts."""
    found: dict[str, str | None] = {}
    for name, quoted, plain in _DIRECTIVE.findall(value or ""):
        found.setdefault(name.lower(), quoted or plain or None)
    return Directives(found)


def longest(headers: Mapping[str, str]) -> int | None:
    """Seconds from now at most, by the headers of an answer. None: they do not say; 0: not at all."""
    control = read_cache_control(headers.get("cache-control"))
    if "no-store" in control or "no-cache" in control:
        return 0
    seconds = control.seconds("s-maxage")
    if seconds is None:
        seconds = control.seconds("max-age")
    if seconds is None:
        return None
    age = headers.get("age", "")
    return max(0, seconds - (int(age) if age.isascii() and age.isdigit() and len(age) < 12 else 0))


def forbids_sharing(headers: Mapping[str, str]) -> bool:
    """Whether an answer is for its viewer only, whatever the policy says."""
    return "private" in read_cache_control(headers.get("cache-control"))

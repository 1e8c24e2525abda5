"""For whom entries are: everybody, one viewer, or those whose headers and claims are alike."""

import json
from collections.abc import Iterable, Mapping

from router.cache.field_ids import digest
from router.cache.policy import Policy, Scope
from router.errors import JsonValue


class Viewer:
    """Who asks, by the headers that go on to subgraphs, and by the claims of a token that was checked, if there was one.

    Names of headers are in lower case. `viewer_claims` tell who it is; only where there are none, `viewer_headers` do.
    """

    def __init__(
        self,
        headers: Mapping[str, str],
        viewer_headers: tuple[str, ...] = ("authorization",),
        claims: Mapping[str, JsonValue] | None = None,
        viewer_claims: tuple[str, ...] = (),
    ) -> None:
        self._headers = headers
        self._viewer_headers = viewer_headers
        self._claims = claims or {}
        self._viewer_claims = viewer_claims
        self._known: dict[Policy, str | None] = {}

    def scope(self, policy: Policy | None) -> str | None:
        """Part of the id of what has this policy. Empty: the same for all. None: nobody knows for whom, so it is not kept."""
        if policy is None:
            return ""
        if policy not in self._known:
            self._known[policy] = self._find(policy)
        return self._known[policy]

    @property
    def name(self) -> str | None:
        """Whoever it is, in a form that says nothing about who. None for somebody unknown."""
        if self._viewer_claims:
            found = self._values(self._viewer_claims)
            if found is None:
                return None
            # Issuers give the same names to other people: RFC 7519 section 4.1.2.
            found += self._values(("iss",)) or []
        else:
            names = (name for name in self._viewer_headers if name in self._headers)
            found = [f"{name}={self._headers[name]}" for name in names]
        return digest("\n".join(found).encode()) if found else None

    def _find(self, policy: Policy) -> str | None:
        parts = [f"{name}={self._headers.get(name, '')}" for name in policy.vary_headers]
        claims = self._values(policy.vary_claims)
        if claims is None:
            return None
        parts += claims
        if policy.scope is Scope.PRIVATE:
            viewer = self.name
            if viewer is None:
                return None
            parts.append(viewer)
        return digest("\n".join(parts).encode()) if parts else ""

    def _values(self, names: Iterable[str]) -> list[str] | None:
        """None where one is missing. As JSON, so that a list is no text that looks like it."""
        found = []
        for name in names:
            if self._claims.get(name) is None:
                return None
            # Not by msgspec, which refuses numbers and letters that are in no other JSON than a token's.
            found.append(f"claim {name}={json.dumps(self._claims[name], sort_keys=True)}")
        return found

"""For whom entries are: everybody, one viewer, or those whose headers are alike."""

from collections.abc import Mapping

from router.cache.field_ids import digest
from router.cache.policy import Policy, Scope


class Viewer:
    """Who asks, by the headers that go on to subgraphs. Names are in lower case."""

    def __init__(
        self, headers: Mapping[str, str], viewer_headers: tuple[str, ...] = ("authorization",)
    ) -> None:
        self._headers = headers
        self._viewer_headers = viewer_headers
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
        found = [f"{name}={self._headers[name]}" for name in self._viewer_headers if name in self._headers]
        return digest("\n".join(found).encode()) if found else None

    def _find(self, policy: Policy) -> str | None:
        if policy.vary_claims:
            return None  # nobody here has checked a token
        parts = [f"{name}={self._headers.get(name, '')}" for name in policy.vary_headers]
        if policy.scope is Scope.PRIVATE:
            viewer = self.name
            if viewer is None:
                return None
            parts.append(viewer)
        return digest("\n".join(parts).encode()) if parts else ""

"""A mutation on its way past the cache: what it has changed is dropped before anybody knows of the change."""

from typing import Protocol

import msgspec

from router.cache.asking import Asking
from router.cache.invalidating import Changed, Naming, named_in
from router.cache.shadow import is_same
from router.cache.shape import Shape
from router.cache.shapes import variables_of
from router.cache.store import FieldStore, Invalidation, Wanted, field_name
from router.cache.take_apart import TakingApart, UnexpectedAnswerError
from router.cache.viewer import Viewer
from router.operation.request_body import encode_request
from router.upstream.subgraph import SubgraphError, SubgraphRequest, SubgraphResponse, SubgraphTransport


class Kept(Protocol):
    """What is kept."""

    store: FieldStore

    async def invalidate_in_any_case(self, what: Invalidation) -> None:
        """Sooner or later, wherever something is kept."""


class Mutating:
    """Of one subgraph."""

    def __init__(self, subgraph: str, inner: SubgraphTransport, cache: Kept, naming: Naming) -> None:
        self._subgraph = subgraph
        self._inner = inner
        self._cache = cache
        self._naming = naming

    async def run(
        self, shape: Shape | None, request: SubgraphRequest, viewer: str | None
    ) -> SubgraphResponse:
        """Also where nobody knows whether anything has changed. `shape`: None where it is not understood. Raises SubgraphError."""
        asked = request
        if shape is not None:
            body = encode_request(shape.text, variables_of(request.body), shape.operation_name)
            asked = SubgraphRequest(body, request.headers, True, request.deadline)
        try:
            response = await self._inner.fetch(asked)
        except SubgraphError:
            await self._invalidate(Changed(viewer=viewer))
            raise
        changed = Changed(viewer=viewer, named=named_in(response.body))
        if shape is not None:
            changed = await self._shown(shape, request, response, changed)
        await self._invalidate(changed)
        return response

    async def _shown(
        self, shape: Shape, request: SubgraphRequest, response: SubgraphResponse, changed: Changed
    ) -> Changed:
        """What it returns has changed, also with errors. A subgraph that names what has changed names the rest, too. Else so have
        those entities that this leads to of which the cache knows something else; of the others only what is shown may have."""
        values: dict[str, dict[str, bytes]] = {}
        apart = TakingApart(Asking(variables_of(request.body), Viewer({})), values)
        try:
            assert shape.decode is not None  # noqa: S101 - shapes are complete
            data = shape.decode(response.body).data
            if data is not None and shape.root_selection is not None:
                apart.take(shape.root_selection, data)
        except (UnexpectedAnswerError, msgspec.MsgspecError, UnicodeError):
            pass  # what was found until then has changed all the same
        if changed.named is not None:
            return changed._replace(entities=apart.outermost)
        inner = {name: found for name, found in values.items() if name not in apart.outermost}
        different = await self._different(inner) if inner else set()
        fields = {
            (name, field_name(id_)) for name, found in inner.items() if name not in different for id_ in found
        }
        return changed._replace(entities=apart.outermost | different, fields=fields)

    async def _different(self, values: dict[str, dict[str, bytes]]) -> set[str]:
        found = await self._cache.store.read([Wanted(name, tuple(each)) for name, each in values.items()])
        if found.stamp <= 0:
            return set(values)  # nobody knows what is in the store
        return {
            name
            for (name, shown), entries in zip(values.items(), found.entries, strict=True)
            if any(not is_same(entry.value, shown[id_]) for id_, entry in entries.items())
        }

    async def _invalidate(self, changed: Changed) -> None:
        what = self._naming.invalidation(self._subgraph, changed)
        if what != Invalidation():
            await self._cache.invalidate_in_any_case(what)

"""Entities under keys other than that which names them: `Product:slug=["tea"]` has one entry, which says whose key that is.

So a fetch by `slug` finds what a fetch by `id` has filled in. The entry goes whenever something happens to an entity of the type,
since that may have given the key to another one.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

import msgspec

from router.cache.identity import KeyTree, entity_name, key_tree
from router.cache.policy import Policies, Policy
from router.federation.field_set import normalize_field_set
from router.federation.supergraph import Supergraph

POINTER: Final = "="
"""The field of the entry."""
_read: Final = msgspec.json.Decoder(str).decode


@dataclass(frozen=True, slots=True)
class OtherKey:
    """`label` tells keys of one type apart."""

    label: str
    tree: KeyTree

    def name(self, type_name: str, values: Mapping[str, object]) -> str | None:
        """None where a part of the key is missing."""
        found = entity_name(type_name, self.tree, values)
        return None if found is None else f"{type_name}:{self.label}={found.partition(':')[2]}"


def other_keys(supergraph: Supergraph, graph: str, type_name: str, identity: KeyTree) -> tuple[OtherKey, ...]:
    """Those by which the subgraph answers, apart from the one that names entities of the type."""
    view = supergraph.view(graph, type_name)
    if view is None or view.name != type_name:
        return ()
    found: dict[str, OtherKey] = {}
    for key in view.keys:
        label = normalize_field_set(key.fields)
        tree = key_tree(key.fields, type_name, supergraph.schema) if key.resolvable else None
        if tree is not None and tree != identity:
            found[label] = OtherKey(label, tree)
    return tuple(found.values())


def pointer_policy(
    policies: Policies, type_name: str, keys: Iterable[OtherKey], identity: KeyTree
) -> Policy | None:
    """As long as each field of each key may be kept. None where one may not, or not for everybody."""
    names = {part.name for tree in (identity, *(key.tree for key in keys)) for part in tree}
    found = [policies.of(type_name, name) for name in sorted(names)]
    allowed = [each for each in found if each is not None and each.is_for_all]
    if len(allowed) < len(found) or not allowed:
        return None
    return Policy(min(each.max_age for each in allowed))


def pointer_names(
    type_name: str, keys: Iterable[OtherKey], representation: Mapping[str, Any]
) -> Iterator[str]:
    """Under all other keys that are sent."""
    for key in keys:
        name = key.name(type_name, representation)
        if name is not None:
            yield name


def read_pointer(value: bytes, type_name: str) -> str:
    """Raises msgspec.MsgspecError for what is none."""
    name = _read(value)
    if not name.startswith(f"{type_name}:["):
        raise msgspec.ValidationError("not the name of an entity of the type")
    return name

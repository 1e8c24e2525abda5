"""Prints a query plan as JSON, in the form in which Apollo's gateway and its tools read it.

Two things are ours: a Flatten may have `paths` in place of `path`, and a BatchFetch carries several groups of entities
in one request, each under `entities` with the alias, the paths and the requirements that it has there.
"""

from collections.abc import Iterable

from router.errors import JsonValue
from router.planner.nodes import (
    ConditionNode,
    DeferNode,
    DeferredNode,
    EntityInput,
    FetchNode,
    InputField,
    InputFragment,
    InputSelection,
    OnTypes,
    ParallelNode,
    Path,
    PlanNode,
    QueryPlan,
    Rename,
    SequenceNode,
    SubscriptionNode,
)

JsonObject = dict[str, JsonValue]
_TYPENAME: JsonObject = {"kind": "Field", "name": "__typename"}


def plan_to_json(plan: QueryPlan) -> JsonObject:
    """Objects and lists that any JSON encoder takes."""
    if plan.node is None:
        return {"kind": "QueryPlan"}
    return {"kind": "QueryPlan", "node": _node(plan.node)}


def path_to_json(path: Path) -> list[str]:
    """`["users", "@", "owner|[Person]"]`: where a path goes on for some types only, they stand with the element before."""
    parts: list[str] = []
    for element in path:
        if not isinstance(element, OnTypes):
            parts.append(element)
        else:
            types = f"|[{','.join(sorted(element.types))}]"
            parts[-1:] = [parts[-1] + types] if parts else [types]
    return parts


def _node(node: PlanNode) -> JsonObject:
    match node:
        case FetchNode():
            return _fetch(node)
        case SequenceNode():
            return {"kind": "Sequence", "nodes": [_node(each) for each in node.nodes]}
        case ParallelNode():
            return {"kind": "Parallel", "nodes": [_node(each) for each in node.nodes]}
        case ConditionNode():
            clauses = {"ifClause": node.if_true, "elseClause": node.if_false}
            found = {name: _node(below) for name, below in clauses.items() if below is not None}
            return {"kind": "Condition", "condition": node.variable, **found}
        case DeferNode():
            deferred = [_deferred(each) for each in node.deferred]
            return {"kind": "Defer", "primary": _part(node.selections, node.primary), "deferred": deferred}
        case SubscriptionNode():
            rest = {"rest": _node(node.rest)} if node.rest is not None else {}
            return {"kind": "Subscription", "primary": _node(node.primary), **rest}


def _part(selections: str, node: PlanNode | None) -> JsonObject:
    found: JsonObject = {} if selections == "{}" else {"subselection": selections}
    return found if node is None else {**found, "node": _node(node)}


def _deferred(node: DeferredNode) -> JsonObject:
    found: JsonObject = {
        "depends": [{"id": str(each)} for each in node.depends],
        "queryPath": path_to_json(node.path),
    }
    if node.label is not None:
        found["label"] = node.label
    return {**found, **_part(node.selections, node.node)}


def _fetch(node: FetchNode) -> JsonObject:
    if len(node.entities) > 1:
        return {**_request(node, "BatchFetch"), "entities": [_batched(each) for each in node.entities]}
    request = _request(node, "Fetch")
    if not node.entities:
        request |= _rewrites("outputRewrites", map(_renamed, node.renames))
        return _flatten((node.path,), request) if node.path else request
    only = node.entities[0]
    return _flatten(only.paths, {**request, **_representation(only)})


def _request(node: FetchNode, kind: str) -> JsonObject:
    found: JsonObject = {"kind": kind}
    if node.id is not None:
        found["id"] = str(node.id)
    found |= {
        "serviceName": node.service,
        "variableUsages": list(node.variables),
        "operation": node.operation,
        "operationKind": node.kind.value,
    }
    if node.operation_name is not None:
        found["operationName"] = node.operation_name
    return found


def _flatten(paths: tuple[Path, ...], request: JsonObject) -> JsonObject:
    return {"kind": "Flatten", **_paths(paths), "node": request}


def _paths(paths: tuple[Path, ...]) -> JsonObject:
    if len(paths) == 1:
        return {"path": path_to_json(paths[0])}
    return {"paths": [path_to_json(path) for path in paths]}


def _batched(entity: EntityInput) -> JsonObject:
    names = {"alias": entity.alias, "variable": entity.variable}
    return {**names, **_paths(entity.paths), **_representation(entity)}


def _representation(entity: EntityInput) -> JsonObject:
    setters = (_typename_setter(each) for each in entity.requires if each.typename is not None)
    return {
        "requires": [_input(each) for each in entity.requires],
        **_rewrites("inputRewrites", (*(each for each in setters if each), *_key_renamers(entity))),
        **_rewrites("outputRewrites", map(_renamed, entity.renames)),
    }


def _typename_setter(fragment: InputFragment) -> JsonObject | None:
    """Tells that the subgraph has another name for the type than the data."""
    if fragment.possible_types <= {fragment.typename}:
        return None
    path = [f"... on {fragment.type_condition}", "__typename"]
    return {"kind": "ValueSetter", "path": path, "setValueTo": fragment.typename}


def _key_renamers(entity: EntityInput) -> list[JsonObject]:
    """Tells under which name a field is sent that was fetched under another response key."""
    return [each for fragment in entity.requires for each in _input_renames(fragment, ())]


def _input_renames(selection: InputSelection, path: tuple[str, ...]) -> list[JsonObject]:
    if isinstance(selection, InputField):
        here = (*path, selection.source)
        own = [_renamer(here, selection.name)] if selection.source != selection.name else []
    else:
        here, own = (*path, f"... on {selection.type_condition}"), []
    return own + [found for each in selection.selections for found in _input_renames(each, here)]


def _renamed(rename: Rename) -> JsonObject:
    path: list[str] = []
    for element in rename.path:
        if isinstance(element, OnTypes):
            path.append(f"... on {','.join(sorted(element.types))}")
        elif element != "@":
            path.append(element)
    return _renamer((*path, rename.source), rename.target)


def _renamer(path: tuple[str, ...], target: str) -> JsonObject:
    return {"kind": "KeyRenamer", "path": list(path), "renameKeyTo": target}


def _rewrites(name: str, found: Iterable[JsonObject]) -> JsonObject:
    rewrites = list(found)
    return {name: rewrites} if rewrites else {}


def _input(selection: InputSelection) -> JsonObject:
    below = [_input(each) for each in selection.selections]
    if isinstance(selection, InputField):
        found: JsonObject = {"kind": "Field", "name": selection.source}
        return {**found, "selections": below} if below else found
    typename = [_TYPENAME] if selection.typename is not None else []
    return {
        "kind": "InlineFragment",
        "typeCondition": selection.type_condition,
        "selections": [*typename, *below],
    }

"""Writes what the cache asks of subgraphs: operations with the keys of all entities, and those for some members of some entities."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Final

from graphql import (
    OperationDefinitionNode,
    VariableDefinitionNode,
    VariableNode,
    Visitor,
    print_ast,
    strip_ignored_characters,
    visit,
)

from router.cache.identity import KeyTree
from router.cache.shape import Case, Member, Selection, Shape, selections

TYPENAME: Final = "_sf_type"
KEY: Final = "_sf_key_"
GROUP: Final = "_sf_group_"
SKIM: Final = "_sf_skim_"
REPRESENTATIONS: Final = "_sf_representations"
_MOST_GROUPS: Final = 32


def write_operations(shape: Shape, operation: OperationDefinitionNode) -> None:
    """Fills in the texts of a shape, and the groups of its cases."""
    declared = {each.variable.name.value: each for each in operation.variable_definitions or ()}
    body = _root_body(shape)
    head = "mutation" if shape.is_mutation else "query"
    name = f" {shape.operation_name}" if shape.operation_name else ""
    shape.text = f"{head}{name}{_declared(declared.values())}{{{body}}}"
    if shape.is_mutation:
        return
    if shape.root is not None:
        _write_case(shape.root, declared, is_root=True)
    for selection in selections(shape):
        for case in selection.cases.values():
            if case.fetchable or case.others:
                _write_case(case, declared, is_root=False)


def _root_body(shape: Shape) -> str:
    if shape.root is not None:
        return " ".join(map(_member, shape.root.members))
    return " ".join(
        f"{top.key}:_entities(representations:${top.variable}){_selection(top.selection)}"
        for top in shape.tops
    )


def _write_case(case: Case, declared: Mapping[str, VariableDefinitionNode], *, is_root: bool) -> None:
    fields = [member for member in case.members if member.name != "__typename"]
    groups: dict[object, list[Member]] = {}
    for member in fields:
        # Each field for itself, unless there are so many that asking would cost more than it saves.
        groups.setdefault(member.key if len(fields) <= _MOST_GROUPS else member.policy, []).append(member)
    case.groups = len(groups)
    for member in fields:
        member.can_be_skimmed = member.below is not None and _can_be_skimmed(member.below)
    case.skimmed = frozenset(
        number
        for number, members in enumerate(groups.values())
        if any(member.can_be_skimmed for member in members)
    )
    has_conditions = len(groups) > 1 or bool(case.skimmed)
    parts = []
    for number, members in enumerate(groups.values()):
        for member in members:
            member.group = number
        text = " ".join(map(_member, members))
        parts.append(f"...@include(if:${GROUP}{number}){{{text}}}" if has_conditions else text)
        if number in case.skimmed:
            skimmed = " ".join(map(_skimmed_member, members))
            parts.append(f"...@include(if:${SKIM}{number}){{{skimmed}}}")
    used = _variables(case.members)
    case.variables = tuple(name for name in declared if name in used)
    definitions = [print_minified(declared[name]) for name in case.variables]
    if has_conditions:
        definitions += [f"${GROUP}{number}:Boolean!" for number in range(len(groups))]
        definitions += [f"${SKIM}{number}:Boolean!" for number in sorted(case.skimmed)]
    inside = " ".join(parts)
    if is_root:
        case.text = f"query{_list(definitions)}{{{inside or '__typename'}}}"
        return
    definitions.insert(0, f"${REPRESENTATIONS}:[_Any!]!")
    keys = _keys(case.identity or ())
    case.text = (
        f"query{_list(definitions)}{{_entities(representations:${REPRESENTATIONS})"
        f"{{...on {case.typename}{{{keys} {inside}}}}}}}"
    )


def _can_be_skimmed(selection: Selection) -> bool:
    left_out = list(_left_out(selection))
    return bool(left_out) and all(case.fetchable for case in left_out)


def _left_out(selection: Selection) -> Iterator[Case]:
    """Entities of which something may be known; down to where whatever leads to them may be."""
    for case in selection.cases.values():
        skimmed = _skimmed(case)
        if len(skimmed) < len([each for each in case.members if each.name != "__typename"]):
            yield case
        for member in skimmed:
            if member.below is not None:
                yield from _left_out(member.below)


def _skimmed(case: Case) -> list[Member]:
    """What has to be asked in any case."""
    return [each for each in case.members if case.identity is None or each.is_never_known]


def _selection(selection: Selection, *, is_skimmed: bool = False) -> str:
    if selection.is_known:
        [case] = selection.cases.values()
        return f"{{{_members(case, is_skimmed=is_skimmed)}}}"
    cases = " ".join(
        f"...on {case.typename}{{{inside}}}"
        for case in selection.cases.values()
        if (inside := _members(case, is_skimmed=is_skimmed))
    )
    return f"{{{TYPENAME}:__typename {cases}}}"


def _members(case: Case, *, is_skimmed: bool) -> str:
    keys = _keys(case.identity or ())
    members = _skimmed(case) if is_skimmed else case.members
    return " ".join((*filter(None, (keys,)), *(_member(each, is_skimmed=is_skimmed) for each in members)))


def _skimmed_member(member: Member) -> str:
    return _member(member, is_skimmed=member.can_be_skimmed)


def _member(member: Member, *, is_skimmed: bool = False) -> str:
    alias = f"{member.key}:" if member.key != member.name else ""
    arguments = ",".join(f"{name}:{print_minified(value)}" for name, value in member.arguments.items())
    conditions = "".join(
        f"@{'include' if wanted else 'skip'}(if:${name})" for name, wanted in member.conditions
    )
    below = _selection(member.below, is_skimmed=is_skimmed) if member.below is not None else ""
    return f"{alias}{member.name}{f'({arguments})' if arguments else ''}{conditions}{below}"


def _keys(identity: KeyTree) -> str:
    return " ".join(f"{KEY}{part.name}:{part.name}{_below(part.below)}" for part in identity)


def _below(parts: KeyTree) -> str:
    return f"{{{' '.join(f'{part.name}{_below(part.below)}' for part in parts)}}}" if parts else ""


def print_minified(node: object) -> str:
    """On one line, without what GraphQL ignores."""
    return strip_ignored_characters(print_ast(node))  # type: ignore[arg-type]


def _declared(definitions: object) -> str:
    return _list([print_minified(each) for each in definitions])  # type: ignore[attr-defined]


def _list(definitions: Sequence[str]) -> str:
    return f"({','.join(definitions)})" if definitions else ""


def _variables(members: Sequence[Member]) -> frozenset[str]:
    """All that is used, here and below."""
    found: set[str] = set()
    for member in members:
        found.update(name for name, _ in member.conditions)
        for value in member.arguments.values():
            visit(value, _VariableNames(found))
        for case in member.below.cases.values() if member.below else ():
            found |= _variables(case.members)
    return frozenset(found)


class _VariableNames(Visitor):
    def __init__(self, found: set[str]) -> None:
        super().__init__()
        self._found = found

    def enter_variable(self, node: VariableNode, *_: object) -> None:
        """Notes its name."""
        self._found.add(node.name.value)


def variables_below(member: Member) -> frozenset[str]:
    """The variables that decide what the objects of a member are like."""
    return _variables(
        [each for case in (member.below.cases.values() if member.below else ()) for each in case.members]
    )

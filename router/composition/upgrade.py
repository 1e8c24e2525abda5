"""Federation 1 subgraphs, rewritten to mean in Federation 2 what they meant in Federation 1.

The steps are in order: later ones rely on what earlier ones have removed.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field

from graphql import EnumValueNode, FieldNode, InlineFragmentNode, ListValueNode, SelectionSetNode

from router.composition.field_targets import selections_of, target_fields
from router.composition.problem import CompositionProblem
from router.composition.read_subgraph import define_directive
from router.composition.specification_rules import check_directive
from router.composition.subgraph_rules.external_fields import is_used
from router.composition.subgraph_schema import SubgraphSchema
from router.federation import specification
from router.federation.field_set import print_field_set
from router.federation.schema import DirectiveUse, Element, Field, Kind, TypeDefinition
from router.federation.type_reference import named_type
from router.federation.value import normal_form, string, text_of


@dataclass(slots=True)
class Upgrade:
    """One subgraph on its way up, with what the steps must know of how all were before."""

    subgraph: SubgraphSchema
    others: list[SubgraphSchema]
    original_keys: frozenset[str]
    resolved: dict[str, set[str]] = field(default_factory=dict)
    """Per coordinate, the names of all subgraphs that resolved the field before any upgrade."""
    owners: dict[str, set[str]] = field(default_factory=dict)
    """Per object type, the names of all subgraphs that had it."""

    def types(self, *kinds: Kind) -> Iterator[TypeDefinition]:
        return self.subgraph.schema.of_kind(*kinds)

    def remove(self, element: Element, directive: str) -> None:
        name = self.subgraph.directive_names.get(directive)
        if element.directives:
            element.directives = [use for use in element.directives if use.name != name]

    def is_root(self, definition: TypeDefinition) -> bool:
        return definition.name in self.subgraph.schema.roots.values()


def upgrade_subgraphs(subgraphs: Sequence[SubgraphSchema]) -> list[CompositionProblem]:
    """Upgrades those of Federation 1 in place, or says what stands against it."""
    if all(subgraph.is_federation_2 for subgraph in subgraphs):
        return []
    problems = [problem for subgraph in subgraphs for problem in _unfounded_extensions(subgraph, subgraphs)]
    problems += _unresolved_interface_objects(subgraphs)
    problems += [problem for subgraph in subgraphs for problem in _different_definitions(subgraph)]
    if problems:
        return problems
    resolved, owners = _survey(subgraphs)
    upgrades = [
        Upgrade(each, [other for other in subgraphs if other is not each], each.key_fields, resolved, owners)
        for each in subgraphs
        if not each.is_federation_2
    ]
    for step in STEPS:
        for upgrade in upgrades:
            step(upgrade)
            upgrade.subgraph.forget()
    return [problem for upgrade in upgrades for problem in _emptied_types(upgrade)]


def _survey(subgraphs: Sequence[SubgraphSchema]) -> tuple[dict[str, set[str]], dict[str, set[str]]]:
    resolved: dict[str, set[str]] = {}
    owners: dict[str, set[str]] = {}
    for subgraph in subgraphs:
        for definition in subgraph.schema.of_kind(Kind.OBJECT):
            owners.setdefault(definition.name, set()).add(subgraph.name)
            for each in definition.fields.values():
                if not subgraph.is_fully_external(each):
                    resolved.setdefault(each.coordinate, set()).add(subgraph.name)
    return resolved, owners


def _unfounded_extensions(
    subgraph: SubgraphSchema, subgraphs: Sequence[SubgraphSchema]
) -> Iterator[CompositionProblem]:
    if subgraph.is_federation_2:
        return
    roots = subgraph.schema.roots.values()
    for definition in subgraph.schema.of_kind(Kind.OBJECT, Kind.INTERFACE):
        if definition.name in roots or not subgraph.is_extension(definition):
            continue
        others = (each.schema.types.get(definition.name) for each in subgraphs if each is not subgraph)
        if not any(other is not None and other.is_defined for other in others):
            message = (
                f'Type "{definition.name}" is an extension type, but there is no type definition for '
                f'"{definition.name}" in any subgraph.'
            )
            yield subgraph.problem("EXTENSION_WITH_NO_BASE", message, definition.node)


def _different_definitions(subgraph: SubgraphSchema) -> Iterator[CompositionProblem]:
    """A directive that Federation 2 has too must be defined as it is there."""
    if subgraph.is_federation_2:
        return
    for name, each in specification.directives_of(specification.FIRST).items():
        written = subgraph.schema.directives.get(name)
        if written is not None and each.since > specification.FEDERATION_1:
            expected = define_directive(each, name, subgraph.type_names, specification.FIRST)
            yield from check_directive(subgraph, expected, written)


def _unresolved_interface_objects(subgraphs: Sequence[SubgraphSchema]) -> Iterator[CompositionProblem]:
    """An interface object needs a subgraph that resolves the interface by key, which Federation 1 cannot."""
    for subgraph in subgraphs:
        for definition in subgraph.schema.of_kind(Kind.OBJECT):
            if not subgraph.is_interface_object(definition):
                continue
            for other in subgraphs:
                keyed = other.schema.types.get(definition.name)
                if other.is_federation_2 or keyed is None or not other.has(keyed, "key"):
                    continue
                message = (
                    f'The @interfaceObject directive is used on type "{definition.name}" in subgraph "{subgraph.name}", '
                    "which requires other subgraphs to resolve its type name via an interface @key. However, @key on an "
                    "interface in a federation 1 subgraph does not mean it can fulfill the __typename-resolution "
                    f'requirement that @interfaceObject depends on. For subgraph "{other.name}", either upgrade it to a '
                    "federation 2 subgraph or remove @key from the type."
                )
                yield other.problem("INTERFACE_OBJECT_USAGE_ERROR", message, keyed.node)


IMPORTED_BY_UPGRADE = ("key", "requires", "provides", "external", "tag", "extends", "shareable")
"""The directives that an upgraded schema may use; the others it would have to link."""


def use_federation_2(upgrade: Upgrade) -> None:
    """The names of Federation 2's directives stand for themselves from here on."""
    subgraph = upgrade.subgraph
    subgraph.upgrade(specification.FIRST)
    for name, each in specification.directives_of(specification.FIRST).items():
        definition = define_directive(each, name, subgraph.type_names, specification.FIRST)
        if name in IMPORTED_BY_UPGRADE:
            subgraph.schema.directives[name] = definition


def fix_field_set_arguments(upgrade: Upgrade) -> None:
    """Field sets written as a list of strings, or as a bare word, become one string."""
    for definition in upgrade.types(Kind.OBJECT, Kind.INTERFACE):
        for element in (definition, *definition.fields.values()):
            for directive in ("key", "requires", "provides"):
                for use in upgrade.subgraph.uses(element, directive):
                    _fix_argument(use)


def _fix_argument(use: DirectiveUse) -> None:
    fields = use.arguments.get("fields")
    if isinstance(fields, ListValueNode):
        texts = [text_of(value) for value in fields.values]
        if all(text is not None for text in texts):
            use.arguments["fields"] = string(" ".join(text or "" for text in texts))
    elif isinstance(fields, EnumValueNode):
        use.arguments["fields"] = string(fields.value)


def remove_external_where_meaningless(upgrade: Upgrade) -> None:
    """@external on types and on fields of interfaces never did anything."""
    for definition in upgrade.types(Kind.OBJECT, Kind.INTERFACE):
        upgrade.remove(definition, "external")
        if definition.kind is Kind.INTERFACE:
            for each in definition.fields.values():
                upgrade.remove(each, "external")


def remove_external_on_extensions(upgrade: Upgrade) -> None:
    """The key fields of an extension are resolved by it, whatever it says."""
    subgraph = upgrade.subgraph
    for definition in upgrade.types(Kind.OBJECT, Kind.INTERFACE):
        if not subgraph.is_extension(definition):
            continue
        keys = subgraph.uses(definition, "key")
        if keys:
            for use in keys:
                for target in list(
                    target_fields(subgraph.schema, definition, use, with_implementations=False)
                ):
                    upgrade.remove(target, "external")
        else:
            _remove_external_of_owner_key(upgrade, definition)


def _remove_external_of_owner_key(upgrade: Upgrade, definition: TypeDefinition) -> None:
    """Without a key of its own, an extension resolves what the owner's first key selects."""
    for other in upgrade.others:
        owned = other.schema.types.get(definition.name)
        if owned is None or other.is_extension(owned):
            continue
        keys = other.uses(owned, "key")
        if keys:
            for target in target_fields(other.schema, owned, keys[0], with_implementations=False):
                mine = definition.fields.get(target.name)
                if mine is not None and target.parent == definition.name:
                    upgrade.remove(mine, "external")
            return


def remove_inactive_field_sets(upgrade: Upgrade) -> None:
    """@requires and @provides lose what the subgraph resolves itself, and go when nothing is left."""
    subgraph = upgrade.subgraph
    for definition in upgrade.types(Kind.OBJECT, Kind.INTERFACE):
        for each in definition.fields.values():
            if each.directives:
                _reduce(upgrade, each, "requires", definition)
                _reduce(upgrade, each, "provides", subgraph.provided_type(each))


def _reduce(upgrade: Upgrade, owner: Field, directive: str, parent: TypeDefinition | None) -> None:
    for use in upgrade.subgraph.uses(owner, directive):
        selections = selections_of(use)
        if parent is None or selections is None:
            continue
        reduced = _only_external(upgrade.subgraph, parent, selections)
        if reduced is None:
            owner.directives.remove(use)
        elif reduced is not selections:
            use.arguments["fields"] = string(print_field_set(reduced))


def _only_external(
    subgraph: SubgraphSchema, parent: TypeDefinition, selections: SelectionSetNode
) -> SelectionSetNode | None:
    """The selections whose leaves are external; the same object where that is all of them."""
    kept: list[FieldNode | InlineFragmentNode] = []
    for selection in selections.selections:
        if isinstance(selection, InlineFragmentNode):
            condition = selection.type_condition
            target = subgraph.schema.types.get(condition.name.value) if condition else parent
            inner = target and _only_external(subgraph, target, selection.selection_set)
            if inner:
                kept.append(
                    selection
                    if inner is selection.selection_set
                    else InlineFragmentNode(
                        type_condition=condition, directives=selection.directives, selection_set=inner
                    )
                )
        elif isinstance(selection, FieldNode):
            reduced = _only_external_field(subgraph, parent, selection)
            if reduced is not None:
                kept.append(reduced)
    if len(kept) == len(selections.selections) and all(
        new is old for new, old in zip(kept, selections.selections, strict=True)
    ):
        return selections
    return SelectionSetNode(selections=tuple(kept)) if kept else None


def _only_external_field(
    subgraph: SubgraphSchema, parent: TypeDefinition, node: FieldNode
) -> FieldNode | None:
    each = parent.fields.get(node.name.value)
    if each is None or subgraph.is_external(each):
        return node
    target = subgraph.schema.types.get(named_type(each.type))
    if node.selection_set is None:
        return node if target is not None and target.is_composite else None
    if target is None:
        return None
    inner = _only_external(subgraph, target, node.selection_set)
    if inner is None or inner is node.selection_set:
        return None if inner is None else node
    return FieldNode(
        name=node.name,
        alias=node.alias,
        arguments=node.arguments,
        directives=node.directives,
        selection_set=inner,
    )


def turn_extensions_into_definitions(upgrade: Upgrade) -> None:
    """In Federation 2 every subgraph defines a type, and none extends that of another."""
    for definition in upgrade.types(Kind.OBJECT, Kind.INTERFACE):
        if definition.is_defined or not definition.is_extended:
            continue
        definition.is_defined, definition.is_extended = True, False
        for use in definition.directives:
            use.part = 0
        for each in definition.fields.values():
            each.part = 0


def remove_directives_of_interfaces(upgrade: Upgrade) -> None:
    """Federation 1 passed over @key on interfaces, and @provides and @requires on their fields."""
    for definition in upgrade.types(Kind.INTERFACE):
        upgrade.remove(definition, "key")
        for each in definition.fields.values():
            for directive in ("provides", "requires"):
                upgrade.remove(each, directive)


def remove_provides_of_leaves(upgrade: Upgrade) -> None:
    """@provides on a field without selections did nothing."""
    for definition in upgrade.types(Kind.OBJECT):
        for each in definition.fields.values():
            target = upgrade.subgraph.provided_type(each) if each.directives else None
            if each.directives and (target is None or not target.is_composite):
                upgrade.remove(each, "provides")


def add_shareable(upgrade: Upgrade) -> None:
    """What several subgraphs resolve was shared without saying so."""
    name = upgrade.subgraph.directive_names["shareable"]
    for definition in upgrade.types(Kind.OBJECT):
        is_entity = upgrade.subgraph.has(definition, "key") or upgrade.is_root(definition)
        if is_entity:
            for each in definition.fields.values():
                others = upgrade.resolved.get(each.coordinate, set()) - {upgrade.subgraph.name}
                if others and each.coordinate not in upgrade.original_keys and not each.uses(name):
                    each.directives.append(DirectiveUse(name))
        elif len(upgrade.owners.get(definition.name, ())) > 1 and not definition.uses(name):
            definition.directives.append(DirectiveUse(name))


def remove_unused_externals(upgrade: Upgrade) -> None:
    """External fields that nothing needs go, and types that have nothing else go with them."""
    schema = upgrade.subgraph.schema
    for definition in list(upgrade.types(Kind.OBJECT)):
        for each in list(definition.fields.values()):
            if upgrade.subgraph.is_external(each) and not is_used(upgrade.subgraph, each):
                del definition.fields[each.name]
        if (
            not definition.fields
            and not upgrade.is_root(definition)
            and not _is_referenced(upgrade, definition)
        ):
            del schema.types[definition.name]


def _is_referenced(upgrade: Upgrade, definition: TypeDefinition) -> bool:
    return any(
        definition.name in each.members
        or any(named_type(f.type) == definition.name for f in each.fields.values())
        for each in upgrade.types(Kind.OBJECT, Kind.INTERFACE, Kind.UNION)
    )


def _emptied_types(upgrade: Upgrade) -> Iterator[CompositionProblem]:
    """Types that have lost their last field, and that others still refer to."""
    for definition in upgrade.types(Kind.OBJECT):
        if not definition.fields and not upgrade.is_root(definition):
            message = (
                f"Type {definition.name} contains only external fields and all those fields are all unused (they do not "
                "appear in any @key, @provides or @requires)."
            )
            yield upgrade.subgraph.problem("TYPE_WITH_ONLY_UNUSED_EXTERNAL", message, definition.node)


def remove_tags_of_externals(upgrade: Upgrade) -> None:
    """A tag on an external field goes where a subgraph that resolves the field has it too."""
    subgraph = upgrade.subgraph
    for definition in upgrade.types(Kind.OBJECT):
        for each in definition.fields.values():
            if subgraph.is_external(each):
                for use in subgraph.uses(each, "tag"):
                    if any(_has_tag(other, each, use) for other in upgrade.others):
                        each.directives.remove(use)


def _has_tag(other: SubgraphSchema, each: Field, use: DirectiveUse) -> bool:
    definition = other.schema.types.get(each.parent)
    same = definition.fields.get(each.name) if definition else None
    wanted = normal_form(use.arguments.get("name"))
    return same is not None and any(
        normal_form(tag.arguments.get("name")) == wanted for tag in other.uses(same, "tag")
    )


STEPS: tuple[Callable[[Upgrade], None], ...] = (
    fix_field_set_arguments,
    remove_external_where_meaningless,
    remove_external_on_extensions,
    remove_inactive_field_sets,
    turn_extensions_into_definitions,
    remove_directives_of_interfaces,
    remove_provides_of_leaves,
    use_federation_2,
    add_shareable,
    remove_unused_externals,
    remove_tags_of_externals,
)

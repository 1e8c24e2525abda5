"""Contracts: a variant of the graph for some clients, chosen by @tag. What is not for them becomes @inaccessible."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import chain

from router.composition.merge.composed_directives import (
    FEATURES,
    ComposedDirective,
    define_federation_directive,
)
from router.composition.merge.context import MergeContext
from router.composition.merge.schema_definition import link_feature
from router.composition.problem import CompositionProblem, join_words
from router.composition.supergraph_rules.inaccessible_elements import inaccessible_elements
from router.federation.schema import DirectiveUse, Element, Kind, TypeDefinition
from router.federation.type_reference import named_type
from router.federation.value import text_of

INACCESSIBLE = "inaccessible"
ADVICE = "The contract decides what is @inaccessible: tag both for it, or neither."


@dataclass(frozen=True, slots=True)
class Contract:
    """Names of tags. `exclude` goes before `include`; an empty `include` is everything."""

    include: frozenset[str] = frozenset()
    exclude: frozenset[str] = frozenset()


def apply_contract(context: MergeContext, contract: Contract) -> list[CompositionProblem]:
    """Marks what the contract leaves out, and returns why the rest is no schema for clients.

    A type lends its tags to its fields, values and arguments. What is left empty goes too, then what an interface
    promises and an implementation lost, at last what no operation can reach.
    """
    masking = _Masking(context, contract)
    _hint_at_unknown_tags(context, contract, masking.tags_in_use())
    for definition in _own_types(context):
        masking.match(definition)
    while masking.mask_empty() or masking.mask_broken_promises():
        pass
    query = context.schema.types[context.schema.roots["query"]]
    if context.is_inaccessible(query):
        return [_nothing_left(masking.tags_in_use())]
    masking.mask_unreachable()
    return [
        replace(problem, message=f"{problem.message} {ADVICE}") for problem in inaccessible_elements(context)
    ]


class _Masking:
    """Marks elements of the supergraph as inaccessible."""

    def __init__(self, context: MergeContext, contract: Contract) -> None:
        self._context = context
        self._contract = contract
        self._tag = context.composed_names.get("tag")
        self._inaccessible = _define_inaccessible(context)

    def tags_in_use(self) -> set[str]:
        found: set[str] = set()
        for definition in _own_types(self._context):
            found |= self._tags(definition)
            for member in _members(definition):
                found |= self._tags(member)
            for field in definition.fields.values():
                found = found.union(*map(self._tags, field.arguments.values()))
        return found

    def match(self, definition: TypeDefinition) -> None:
        """What goes by the tags alone."""
        lent = self._tags(definition)
        include = self._contract.include
        if definition.kind in (Kind.ENUM, Kind.INPUT_OBJECT, Kind.SCALAR):
            tagged = lent.union(*map(self._tags, _members(definition)))
            include = include if include & tagged else frozenset()
        if lent & self._contract.exclude or (
            definition.kind is Kind.UNION and include and not lent & include
        ):
            self._mask(definition)
            return
        for member in _members(definition):
            tags = lent | self._tags(member)
            if tags & self._contract.exclude or (include and not tags & include):
                self._mask(member)
        for field in definition.fields.values():
            for argument in field.arguments.values():
                if self._tags(argument) & self._contract.exclude:
                    self._mask(argument)

    def mask_empty(self) -> bool:
        """Types of which nothing is left."""
        empty = [each for each in self._visible_types() if self._is_empty(each)]
        for definition in empty:
            self._mask(definition)
        return bool(empty)

    def mask_broken_promises(self) -> bool:
        """Fields of interfaces that a visible implementation does not show."""
        broken = [
            promised
            for definition in self._visible_types()
            for name in definition.interfaces
            if self._is_visible(interface := self._context.schema.types[name])
            for promised in interface.fields.values()
            if self._is_visible(promised) and not self._is_visible(definition.fields[promised.name])
        ]
        for promised in broken:
            self._mask(promised)
        return bool(broken)

    def mask_unreachable(self) -> None:
        """Types that no operation meets, by fields, arguments, implementations or members."""
        reached = self._reachable()
        for definition in self._visible_types():
            if definition.name not in reached:
                self._mask(definition)

    def _reachable(self) -> set[str]:
        schema = self._context.schema
        visible = {each.name: each for each in self._visible_types()}
        implementations: dict[str, list[str]] = {}
        for definition in visible.values():
            for interface in definition.interfaces:
                implementations.setdefault(interface, []).append(definition.name)
        arguments = chain.from_iterable(each.arguments.values() for each in schema.directives.values())
        waiting = [*schema.roots.values(), *(named_type(each.type) for each in arguments)]
        reached: set[str] = set()
        while waiting:
            name = waiting.pop()
            if name in visible and name not in reached:
                reached.add(name)
                waiting += self._references(visible[name])
                waiting += implementations.get(name, ())
        return reached

    def _references(self, definition: TypeDefinition) -> Iterator[str]:
        yield from definition.interfaces
        yield from definition.members
        for each in filter(self._is_visible, definition.input_fields.values()):
            yield named_type(each.type)
        for field in filter(self._is_visible, definition.fields.values()):
            yield named_type(field.type)
            for argument in filter(self._is_visible, field.arguments.values()):
                yield named_type(argument.type)

    def _is_empty(self, definition: TypeDefinition) -> bool:
        types = self._context.schema.types
        members = [*_members(definition), *(types[name] for name in definition.members)]
        return definition.kind is not Kind.SCALAR and not any(map(self._is_visible, members))

    def _visible_types(self) -> Iterator[TypeDefinition]:
        return filter(self._is_visible, _own_types(self._context))

    def _is_visible(self, element: Element) -> bool:
        return element.use(self._inaccessible) is None

    def _mask(self, element: Element) -> None:
        if self._is_visible(element):
            element.directives.append(DirectiveUse(self._inaccessible))

    def _tags(self, element: Element) -> frozenset[str]:
        if self._tag is None or not element.directives:
            return frozenset()
        names = (text_of(use.arguments.get("name")) for use in element.uses(self._tag))
        return frozenset(name for name in names if name is not None)


def _own_types(context: MergeContext) -> Iterator[TypeDefinition]:
    return (each for each in context.schema.types.values() if each.name not in context.specification_types)


def _members(definition: TypeDefinition) -> Iterator[Element]:
    return chain(definition.fields.values(), definition.values.values(), definition.input_fields.values())


def _define_inaccessible(context: MergeContext) -> str:
    """The name of @inaccessible in the supergraph, which gets it if it has none."""
    if context.inaccessible is not None:
        return context.inaccessible
    name = INACCESSIBLE if INACCESSIBLE not in context.schema.directives else f"contract_{INACCESSIBLE}"
    directive = ComposedDirective(FEATURES[INACCESSIBLE], INACCESSIBLE, name, {})
    define_federation_directive(context, directive)
    link_feature(context, directive)
    context.composed_names[INACCESSIBLE] = name
    context.linked_directives |= {name}
    return name


def _hint_at_unknown_tags(context: MergeContext, contract: Contract, known: set[str]) -> None:
    for name in sorted((contract.include | contract.exclude) - known):
        context.hint("CONTRACT_UNKNOWN_TAG", f'Nothing is tagged "{name}". {_known(known)}')


def _nothing_left(known: set[str]) -> CompositionProblem:
    message = f"The contract leaves no field of Query: tag those that are meant for it. {_known(known)}"
    return CompositionProblem("QUERY_ROOT_TYPE_INACCESSIBLE", message)


def _known(tags: set[str]) -> str:
    if not tags:
        return "No subgraph uses @tag."
    return f"Tags of this graph: {join_words(sorted(tags))}."

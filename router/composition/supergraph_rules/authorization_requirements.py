"""A field that requires other fields must demand what these demand, or it would give away what it read."""

from collections.abc import Iterator
from dataclasses import dataclass, field

from graphql import FieldNode, InlineFragmentNode, SelectionSetNode

from router.composition.contexts import context_references, context_types
from router.composition.field_targets import selections_of
from router.composition.merge.argument_strategies import conjunction
from router.composition.merge.authorization import ARGUMENTS
from router.composition.merge.context import MergeContext
from router.composition.problem import CompositionProblem
from router.federation.schema import Element, Kind, TypeDefinition
from router.federation.type_reference import named_type
from router.federation.value import to_python

CODE = "MISSING_TRANSITIVE_AUTH_REQUIREMENTS"


@dataclass(slots=True)
class Requirements:
    """What must hold: sign-in, and for scopes and policies an OR of ANDs. Empty lists demand nothing."""

    authenticated: bool = False
    alternatives: dict[str, list[frozenset[str]]] = field(default_factory=dict)

    def demand(self, context: MergeContext, element: Element) -> None:
        """Adds what an element demands."""
        for directive, argument in ARGUMENTS.items():
            use = context.composed_use(element, directive)
            if use is None:
                continue
            if argument is None:
                self.authenticated = True
                continue
            known = [sorted(each) for each in self.alternatives.get(directive, [])]
            merged = conjunction([known, to_python(use.arguments[argument])])
            self.alternatives[directive] = [frozenset(each) for each in merged]

    def imply(self, other: "Requirements") -> bool:
        """Whether all who satisfy these satisfy the other too."""
        if other.authenticated and not self.authenticated:
            return False
        for directive, wanted in other.alternatives.items():
            mine = self.alternatives.get(directive, [])
            if wanted and not (mine and all(any(each <= own for each in wanted) for own in mine)):
                return False
        return True


def authorization_requirements(context: MergeContext) -> Iterator[CompositionProblem]:
    """Compares each field that has @requires with all that it selects."""
    if not context.composed_names.keys() & ARGUMENTS.keys():
        return
    for subgraph in context.subgraphs:
        for definition in subgraph.schema.of_kind(Kind.OBJECT):
            merged = context.schema.types.get(definition.name)
            for each in definition.fields.values() if merged else ():
                use = subgraph.use(each, "requires") if each.directives else None
                selections = selections_of(use) if use else None
                if merged is None or use is None or selections is None or each.name not in merged.fields:
                    continue
                own = requirements_of(context, merged, merged.fields[each.name])
                missing = next(unmet_requirements(context, own, merged, selections), None)
                if missing is not None:
                    message = (
                        f'Field "{each.coordinate}" does not specify necessary @authenticated, @requiresScopes and/or '
                        f"@policy auth requirements to access the transitive {missing} data from @requires selection set."
                    )
                    yield subgraph.problem(CODE, message, use.node)


def context_authorization(context: MergeContext) -> Iterator[CompositionProblem]:
    """The same for what arguments read by @fromContext."""
    if not context.composed_names.keys() & ARGUMENTS.keys():
        return
    for subgraph in context.subgraphs:
        types = context_types(subgraph)
        for reference in context_references(subgraph):
            selections = reference.parse()
            merged = context.schema.types[reference.field.parent]
            own = requirements_of(context, merged, merged.fields[reference.field.name])
            for definition in types.get(reference.context or "", ()) if selections else ():
                target = context.schema.types[definition.name]
                missing = _unmet_by_context(context, own, target, selections) if selections else None
                if missing is not None:
                    message = (
                        f'Field "{reference.field.coordinate}" does not specify necessary @authenticated, '
                        f"@requiresScopes and/or @policy auth requirements to access the transitive {missing} data from "
                        "@fromContext selection set."
                    )
                    yield subgraph.problem(CODE, message, reference.use.node)
                    break


def _unmet_by_context(
    context: MergeContext, own: Requirements, target: TypeDefinition, selections: SelectionSetNode
) -> str | None:
    if not own.imply(requirements_of(context, target)):
        return f'type "{target.name}"'
    return next(unmet_requirements(context, own, target, selections), None)


def requirements_of(context: MergeContext, *elements: Element) -> Requirements:
    """What all of the elements together demand."""
    result = Requirements()
    for element in elements:
        result.demand(context, element)
    return result


def unmet_requirements(
    context: MergeContext, own: Requirements, parent: TypeDefinition, selections: SelectionSetNode
) -> Iterator[str]:
    """The selected elements that demand more than `own`, described."""
    types = context.schema.types
    for selection in selections.selections:
        if isinstance(selection, InlineFragmentNode):
            condition = selection.type_condition
            target = types.get(condition.name.value) if condition else parent
            if target is None:
                continue
            if not own.imply(requirements_of(context, target)):
                yield f'type "{target.name}"'
            yield from unmet_requirements(context, own, target, selection.selection_set)
        elif isinstance(selection, FieldNode) and selection.name.value in parent.fields:
            each = parent.fields[selection.name.value]
            target = types.get(named_type(each.type))
            demanded = (each, target) if target is not None else (each,)
            if not own.imply(requirements_of(context, *demanded)):
                yield f'field "{each.coordinate}"'
            if selection.selection_set is not None and target is not None:
                yield from unmet_requirements(context, own, target, selection.selection_set)

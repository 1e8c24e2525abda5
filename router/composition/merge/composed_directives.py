"""Which directives the supergraph keeps, under which names, and what it links for them."""

from dataclasses import dataclass, field

from router.composition.merge.argument_strategies import STRATEGIES, Strategy
from router.composition.merge.context import MergeContext
from router.composition.read_subgraph import define_directive
from router.composition.subgraph_rules.applied_directives import elements_with_locations
from router.composition.subgraph_schema import SubgraphSchema
from router.federation import specification
from router.federation.schema import DirectiveDefinition, Kind, TypeDefinition
from router.federation.version import Version


@dataclass(frozen=True, slots=True)
class Feature:
    """A specification that the supergraph links."""

    url: str
    purpose: str | None = None

    @property
    def name(self) -> str:
        return self.url.rsplit("/", 2)[1]


@dataclass(slots=True)
class ComposedDirective:
    """A directive of the supergraph: `origin` is its name in the specification, `name` that in the supergraph."""

    feature: Feature
    origin: str
    name: str
    local_names: dict[int, str]
    """What the subgraphs call it, by index; those that do not have it are left out."""
    is_repeatable: bool = False
    strategies: dict[str, Strategy] = field(default_factory=dict)
    definition: DirectiveDefinition | None = None
    """That of the latest version, for a directive that @composeDirective asks for."""
    joined_name: str | None = None
    """For a directive whose applications are kept per subgraph, what @join__directive calls it."""
    plain: "ComposedDirective | None" = None
    """The same directive as it is composed without subgraphs, which may already say all."""
    is_imported: bool = False
    """Whether the link names the directive even where it has its usual name."""


CONNECT = Version(0, 3)
"""The oldest version of the connect specification that a supergraph links."""
CONNECT_BASE = 9
SPECS = "https://specs.apollo.dev"
FEATURES = {
    "tag": Feature(f"{SPECS}/tag/v0.3"),
    "inaccessible": Feature(f"{SPECS}/inaccessible/v0.2", "SECURITY"),
    "authenticated": Feature(f"{SPECS}/authenticated/v0.1", "SECURITY"),
    "requiresScopes": Feature(f"{SPECS}/requiresScopes/v0.1", "SECURITY"),
    "policy": Feature(f"{SPECS}/policy/v0.1", "SECURITY"),
    "context": Feature(f"{SPECS}/context/v0.1", "SECURITY"),
    "cost": Feature(f"{SPECS}/cost/v0.1"),
    "listSize": Feature(f"{SPECS}/cost/v0.1"),
    "cacheTag": Feature(f"{SPECS}/cacheTag/v0.1", "EXECUTION"),
}
"""The directives of Federation that are composed without being asked for."""
JOIN_DIRECTIVES = {"cacheTag": "federation__cacheTag"}
"""Those that mean something only together with the subgraph that applies them."""


def find_federation_directives(context: MergeContext) -> list[ComposedDirective]:
    """Those that some subgraph applies. Reports different names for one directive."""
    used = [_used_directives(subgraph) for subgraph in context.subgraphs]
    result = []
    for origin, feature in FEATURES.items():
        names = {
            index: name
            for index, subgraph in enumerate(context.subgraphs)
            if (name := subgraph.directive_names.get(origin)) is not None and name in used[index]
        }
        if not names:
            continue
        if len(set(names.values())) > 1:
            _report_names(context, origin, feature, names)
        name = next(iter(names.values()))
        repeatable = specification.DIRECTIVES[origin].is_repeatable_in(specification.LATEST)
        strategies = dict(STRATEGIES.get(origin, {}))
        result.append(
            ComposedDirective(
                feature,
                origin,
                name,
                names,
                repeatable,
                strategies,
                joined_name=JOIN_DIRECTIVES.get(origin),
            )
        )
    return result


def find_connectors(context: MergeContext) -> list[ComposedDirective]:
    """The directives of the connect specification that some subgraph applies."""
    links = [link for subgraph in context.subgraphs if (link := subgraph.connectors) is not None]
    if not links:
        return []
    _hint_upgrades(context)
    version = max(CONNECT, *(link.version for link in links))
    feature = Feature(f"{SPECS}/connect/{version}", "EXECUTION")
    found: dict[str, dict[int, str]] = {"link": {}}
    for index, subgraph in enumerate(context.subgraphs):
        for name in sorted(_used_directives(subgraph)):
            origin = subgraph.connector_origin(name)
            if origin is not None:
                found.setdefault(name, {})[index] = name
        if subgraph.connectors is not None and subgraph.links.directive is not None:
            found["link"][index] = subgraph.links.directive
    return [
        ComposedDirective(feature, origin, feature.name, names, joined_name=origin)
        for origin, names in found.items()
    ]


def _hint_upgrades(context: MergeContext) -> None:
    """Version 0.n of the connect specification came with version 2.(9+n) of Federation."""
    for subgraph in context.subgraphs:
        link = subgraph.connectors
        needed = Version(2, CONNECT_BASE + link.version.minor) if link is not None else subgraph.version
        if subgraph.version < needed:
            context.hint(
                "IMPLICITLY_UPGRADED_FEDERATION_VERSION",
                f"Subgraph {subgraph.name} has been implicitly upgraded from federation {subgraph.version} to {needed}",
            )


def define_federation_directive(context: MergeContext, composed: ComposedDirective) -> None:
    """Adds the definition, and the scalars that it uses."""
    each = specification.DIRECTIVES[composed.origin]
    version = specification.LATEST
    types = {name: f"{composed.feature.name}__{name}" for name in specification.TYPES}
    definition = define_directive(each, composed.name, types, version)
    context.schema.directives[composed.name] = definition
    for argument in definition.arguments.values():
        name = argument.type.strip("[]!")
        if name in types.values():
            context.schema.types[name] = TypeDefinition(name, name, kind=Kind.SCALAR)


def _used_directives(subgraph: SubgraphSchema) -> set[str]:
    return {use.name for element, _ in elements_with_locations(subgraph) for use in element.directives}


def _report_names(context: MergeContext, origin: str, feature: Feature, names: dict[int, str]) -> None:
    texts = {index: f'"@{name}"' for index, name in names.items()}
    context.problem(
        "LINK_IMPORT_NAME_MISMATCH",
        f'The "@{origin}" directive (from {feature.url}) is imported with mismatched name between subgraphs: it is '
        f"imported as {context.differences(texts, next(iter(texts.values())))}",
    )

"""The schema definition of the supergraph: its root types, what it links, and the definitions of joins and links."""

from collections.abc import Sequence
from functools import cache

from graphql import parse

from router.composition.merge.composed_directives import ComposedDirective, Feature
from router.composition.merge.context import MergeContext
from router.composition.merge.descriptions import merge_description
from router.federation.link import split_url
from router.federation.read_schema import SchemaReader
from router.federation.schema import (
    ROOT_NAMES,
    DirectiveUse,
    Element,
    EnumValue,
    Kind,
    Schema,
    TypeDefinition,
)
from router.federation.value import enum, make, string, text_of
from router.federation.version import Version

LINK_URL = "https://specs.apollo.dev/link/v1.0"
CONNECTORS_SINCE = Version(2, 10)
"""The version of Federation that brought the connect specification."""
JOIN_DIRECTIVE_SINCE = Version(2, 7)
"""The version of Federation whose joins have @join__directive."""
JOIN_URL = "https://specs.apollo.dev/join"
LINK_DEFINITIONS = '''
directive @link(url: String, as: String, for: link__Purpose, import: [link__Import]) repeatable on SCHEMA
scalar link__Import
enum link__Purpose {
  """
  `SECURITY` features provide metadata necessary to securely resolve fields.
  """
  SECURITY
  """
  `EXECUTION` features provide metadata necessary for operation execution.
  """
  EXECUTION
}
'''
JOIN_DEFINITIONS = """
directive @join__enumValue(graph: join__Graph!) repeatable on ENUM_VALUE
directive @join__field(graph: join__Graph, requires: join__FieldSet, provides: join__FieldSet, type: String, external: Boolean, override: String, usedOverridden: Boolean) repeatable on FIELD_DEFINITION | INPUT_FIELD_DEFINITION
directive @join__graph(name: String!, url: String!) on ENUM_VALUE
directive @join__implements(graph: join__Graph!, interface: String!) repeatable on OBJECT | INTERFACE
directive @join__type(graph: join__Graph!, key: join__FieldSet, extension: Boolean! = false, resolvable: Boolean! = true, isInterfaceObject: Boolean! = false) repeatable on OBJECT | INTERFACE | UNION | ENUM | INPUT_OBJECT | SCALAR
directive @join__unionMember(graph: join__Graph!, member: String!) repeatable on UNION
scalar join__FieldSet
"""
DIRECTIVE_DEFINITIONS = """
directive @join__directive(graphs: [join__Graph!], name: String!, args: join__DirectiveArguments) repeatable on SCHEMA | OBJECT | INTERFACE | FIELD_DEFINITION
scalar join__DirectiveArguments
"""
CONTEXT_DEFINITIONS = """
input join__ContextArgument {
  name: String!
  type: String!
  context: String!
  selection: join__FieldValue!
}
scalar join__FieldValue
"""


def merge_schema_definition(context: MergeContext) -> None:
    """Root types under their usual names, descriptions, and the subgraphs as values of an enum."""
    schema = context.schema
    sources = {index: subgraph.schema.definition for index, subgraph in enumerate(context.subgraphs)}
    merge_description(context, sources, schema.definition)
    context.applications.append((schema.definition, sources))
    for operation, name in ROOT_NAMES.items():
        if any(operation in subgraph.schema.roots for subgraph in context.subgraphs) and name in schema.types:
            schema.roots[operation] = name


def add_specifications(context: MergeContext, directives: Sequence[ComposedDirective]) -> None:
    """Links, first of all directives of the schema, and the definitions that the links stand for."""
    join = join_version(context)
    links = [
        DirectiveUse("link", {"url": string(LINK_URL)}),
        DirectiveUse("link", {"url": string(f"{JOIN_URL}/{join}"), "for": enum("EXECUTION")}),
    ]
    features: dict[Feature, list[ComposedDirective]] = {}
    for each in directives:
        if each.feature.url:
            features.setdefault(each.feature, []).append(each)
    links += _feature_links(features)
    schema = context.schema
    schema.definition.directives[:0] = links
    for definitions in (_definitions(LINK_DEFINITIONS), _definitions(join_definitions(join))):
        schema.types.update(definitions.types)
        schema.directives.update(definitions.directives)
    schema.types["join__Graph"] = _graphs(context)


def link_feature(context: MergeContext, directive: ComposedDirective) -> None:
    """One link more, after the supergraph has been made."""
    taken = {
        text_of(use.arguments.get("as"))
        or (split_url(text_of(use.arguments.get("url")) or "") or ("", "", ""))[1]
        for use in context.schema.definition.uses("link")
    }
    alias = f"contract_{directive.feature.name}" if directive.feature.name in taken else None
    directive.is_imported = alias is not None
    context.schema.definition.directives.append(_link(directive.feature, [directive], alias))


def join_version(context: MergeContext) -> Version:
    """The oldest version of the join specification that can say what these subgraphs may say."""
    newest = max(subgraph.version for subgraph in context.subgraphs)
    if any(subgraph.connectors is not None for subgraph in context.subgraphs):
        newest = max(newest, CONNECTORS_SINCE)
    if context.joins_directives:
        newest = max(newest, JOIN_DIRECTIVE_SINCE)
    if newest >= Version(2, 8):
        return Version(0, 5)
    return Version(0, 4) if newest >= Version(2, 7) else Version(0, 3)


def join_definitions(version: Version) -> str:
    """SDL of the join specification without the enum of subgraphs."""
    text = JOIN_DEFINITIONS
    if version >= Version(0, 4):
        text = text.replace("usedOverridden: Boolean", "usedOverridden: Boolean, overrideLabel: String")
        text += DIRECTIVE_DEFINITIONS
    if version >= Version(0, 5):
        text = text.replace(
            "overrideLabel: String", "overrideLabel: String, contextArguments: [join__ContextArgument!]"
        )
        text += CONTEXT_DEFINITIONS
    return text


@cache
def _definitions(text: str) -> Schema:
    return SchemaReader().read(parse(text, no_location=True))


def _feature_links(features: dict[Feature, list[ComposedDirective]]) -> list[DirectiveUse]:
    """One link for each feature. Of features with one name, the one whose directive has it too keeps the name."""
    taken = {
        feature.name: feature
        for feature, directives in features.items()
        if any(each.name == feature.name for each in directives)
    }
    links = []
    for feature, directives in features.items():
        alias, number = None, 0
        while taken.setdefault(alias or feature.name, feature) is not feature:
            alias, number = f"_{number}{feature.name}", number + 1
        links.append(_link(feature, directives, alias))
    return links


def _link(feature: Feature, directives: list[ComposedDirective], alias: str | None) -> DirectiveUse:
    use = DirectiveUse("link", {"url": string(feature.url)})
    if alias is not None:
        use.arguments["as"] = string(alias)
    parts = split_url(feature.url)
    name = parts[1] if parts else ""
    imports: list[object] = []
    for each in directives:
        if each.joined_name is not None or (each.name == each.origin == name and not each.is_imported):
            continue
        origin, local = f"@{each.origin}", f"@{each.name}"
        imports.append(origin if origin == local else {"name": origin, "as": local})
    if imports:
        use.arguments["import"] = make(imports)
    if feature.purpose:
        use.arguments["for"] = enum(feature.purpose)
    return use


def _graphs(context: MergeContext) -> TypeDefinition:
    definition = TypeDefinition("join__Graph", "join__Graph", kind=Kind.ENUM)
    for subgraph, graph in zip(context.subgraphs, context.graphs, strict=True):
        value = EnumValue(graph, f"join__Graph.{graph}")
        use = DirectiveUse("join__graph", {"name": string(subgraph.name), "url": string(subgraph.url)})
        value.directives.append(use)
        definition.values[graph] = value
    return definition


def is_specification_element(element: Element) -> bool:
    """Whether a type or directive of the supergraph belongs to a specification rather than to the graph."""
    return element.name.startswith(("join__", "link__")) or element.name == "link"

"""The first step of composition: from a subgraph's SDL to its schema, with all that its links bring along."""

from collections.abc import Iterator

from graphql import GraphQLError, parse, parse_const_value

from router.composition.link_rules import check_links
from router.composition.problem import CompositionProblem, ProblemLocation
from router.composition.specification_rules import check_directive, check_type
from router.composition.subgraph_rules import check_definitions
from router.composition.subgraph_schema import SubgraphSchema
from router.federation import specification
from router.federation.link import read_links
from router.federation.read_schema import SchemaReader
from router.federation.schema import DirectiveDefinition, InputValue, Kind, TypeDefinition
from router.federation.specification import FEDERATION_1_TYPES, DirectiveSpecification
from router.federation.subgraph import Subgraph
from router.federation.type_reference import named_type
from router.federation.version import Version

PURPOSES = ("EXECUTION", "SECURITY")
LINK_ARGUMENTS = (("url", "String"), ("as", "String"), ("for", "link__Purpose"), ("import", "[link__Import]"))


def read_subgraph(subgraph: Subgraph) -> SubgraphSchema | list[CompositionProblem]:
    """The schema with the definitions of its specifications filled in, or why it cannot be read."""
    try:
        document = parse(subgraph.sdl, allow_empty_selection_sets=False)
    except GraphQLError as error:
        at = error.locations[0] if error.locations else None
        where = (ProblemLocation(subgraph.name, at.line, at.column),) if at else ()
        return [CompositionProblem("INVALID_GRAPHQL", f"[{subgraph.name}] {error.message}", where)]
    reader = SchemaReader()
    schema = reader.read(document)
    links = read_links(schema)
    result = SubgraphSchema(subgraph.name, subgraph.url, schema, links)
    if reader.problems:
        return [result.problem("INVALID_GRAPHQL", message, node) for message, node in reader.problems]
    problems = [result.problem(each.code, each.message, each.node) for each in links.problems]
    problems = problems or list(check_links(result))
    if not problems:
        problems = list(_complete(result))
        problems += check_definitions(result) if problems else []
    return problems or result


def _complete(subgraph: SubgraphSchema) -> Iterator[CompositionProblem]:
    """Adds the definitions of Federation that the SDL leaves out, and checks those that it repeats."""
    version = subgraph.version
    schema = subgraph.schema
    if not subgraph.is_federation_2:
        yield from _check_written_definitions(subgraph)
    for name, local in subgraph.type_names.items():
        existing = schema.types.get(local)
        if existing is None:
            schema.types[local] = TypeDefinition(local, local, kind=Kind.SCALAR)
        else:
            yield from check_type(subgraph, name, existing)
    for name, each in specification.directives_of(version).items():
        local = subgraph.directive_names[name]
        definition = define_directive(each, local, subgraph.type_names, version)
        written = schema.directives.get(local)
        if written is not None:
            yield from check_directive(subgraph, definition, written)
            definition.node = written.node
        schema.directives[local] = definition if written is None else written
    yield from _check_link_types(subgraph)
    _complete_link(subgraph)


def _check_written_definitions(subgraph: SubgraphSchema) -> Iterator[CompositionProblem]:
    """A schema of Federation 1 that writes its directives out writes their types out as well."""
    for definition in subgraph.schema.directives.values():
        for argument in definition.arguments.values():
            name = named_type(argument.type)
            if name in FEDERATION_1_TYPES.values() and name not in subgraph.schema.types:
                yield subgraph.problem("INVALID_GRAPHQL", f"Unknown type {name}", argument.node)


def _check_link_types(subgraph: SubgraphSchema) -> Iterator[CompositionProblem]:
    purpose = subgraph.schema.types.get("link__Purpose")
    if purpose is None or subgraph.links.directive is None or purpose.kind is not Kind.ENUM:
        return
    if set(purpose.values) != set(PURPOSES):
        message = (
            f'Invalid definition for type "Purpose": expected values [{", ".join(PURPOSES)}] but found '
            f"[{', '.join(purpose.values)}]."
        )
        yield subgraph.problem("TYPE_DEFINITION_INVALID", message, purpose.node)


def _complete_link(subgraph: SubgraphSchema) -> None:
    name = subgraph.links.directive
    if name is None or name in subgraph.schema.directives:
        return
    arguments = {each: InputValue(each, f"@{name}({each}:)", type=type_) for each, type_ in LINK_ARGUMENTS}
    if name == "core":
        arguments["feature"] = InputValue("feature", "@core(feature:)", type="String")
    subgraph.schema.directives[name] = DirectiveDefinition(
        name, f"@{name}", arguments=arguments, locations=("SCHEMA",), is_repeatable=True
    )
    for type_name, kind in (("link__Purpose", Kind.SCALAR), ("link__Import", Kind.SCALAR)):
        if type_name not in subgraph.schema.types:
            subgraph.schema.types[type_name] = TypeDefinition(type_name, type_name, kind=kind)


def define_directive(
    each: DirectiveSpecification, local: str, type_names: dict[str, str], version: Version
) -> DirectiveDefinition:
    """The definition under the names that a schema uses."""
    arguments = {}
    for argument in each.arguments_in(version):
        type_ = argument.type
        for name, local_type in type_names.items():
            type_ = type_.replace(name, local_type) if type_.strip("[]!") == name else type_
        default = parse_const_value(argument.default) if argument.default else None
        arguments[argument.name] = InputValue(
            argument.name, f"@{local}({argument.name}:)", type=type_, default=default
        )
    return DirectiveDefinition(
        local,
        f"@{local}",
        arguments=arguments,
        locations=each.locations_in(version),
        is_repeatable=each.is_repeatable_in(version),
    )

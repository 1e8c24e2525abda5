"""Every service: entities and lists cost a fixed number of SQL statements, whatever their number."""

from collections.abc import AsyncIterator, Iterator

import pytest
from graphql import (
    GraphQLField,
    GraphQLObjectType,
    GraphQLSchema,
    NonNullTypeNode,
    ObjectTypeDefinitionNode,
    get_named_type,
    is_composite_type,
    is_required_argument,
    parse,
    print_ast,
)

from subgraphs.kit import ids, testing
from subgraphs.kit.sdl import export
from subgraphs.kit.service import Service
from subgraphs.kit.testing import Client, reference
from subgraphs.kit.viewer import Role

MANY = 12


def schema(service: Service) -> GraphQLSchema:
    return service.schema._schema


def entities(service: Service) -> list[GraphQLObjectType]:
    """Types that a router may ask for by id."""
    return [
        schema(service).type_map[name]  # type: ignore[misc]
        for name in service.schema._references
    ]


def owned(service: Service) -> list[GraphQLObjectType]:
    """Those that the service keeps in a table: they have fields that do not just hang on the key."""
    plain = {
        name: {field.name for field in definition.fields if field.base_resolver is None} - {"id"}
        for name, concrete in service.schema.schema_converter.type_map.items()
        if hasattr(definition := concrete.definition, "fields")
    }
    external = {"external"}
    return [
        entity
        for entity in entities(service)
        if any(not external & _directives(service, entity.name, name) for name in plain[entity.name])
    ]


def _directives(service: Service, type_name: str, python_name: str) -> set[str]:
    fields = service.schema.schema_converter.type_map[type_name].definition.fields  # type: ignore[union-attr]
    (field,) = (field for field in fields if field.name == python_name)
    return {type(directive).__name__.lower() for directive in field.directives}


def open_fields(object_type: GraphQLObjectType) -> Iterator[tuple[str, str]]:
    """Fields that can be asked without arguments, each with a selection that goes into lists and objects."""
    for name, field in object_type.fields.items():
        if not any(is_required_argument(argument) for argument in field.args.values()):
            yield name, _selection(name, field)


def _selection(name: str, field: GraphQLField) -> str:
    named = get_named_type(field.type)
    if not is_composite_type(named):
        return name
    if named.name.endswith("Connection"):
        return f"{name}(first: 3) {{ nodes {{ __typename }} }}"
    return f"{name} {{ __typename }}"


@pytest.fixture
async def admin(service: Service, url: str) -> AsyncIterator[Client]:
    async with testing.client(service, url) as client:
        yield client.as_user(1, role=Role.ADMIN)


async def test_representations_are_one_statement_per_type(service: Service, admin: Client) -> None:
    for entity in owned(service):
        if entity.fields.keys() >= {"id"}:
            with admin.statements() as seen:
                await admin.entities("", *[reference(entity.name, key) for key in range(1, MANY + 1)])
            assert seen.count == 1, entity.name


async def test_extended_entities_of_others_cost_nothing(service: Service, admin: Client) -> None:
    for entity in {entity.name for entity in entities(service)} - {entity.name for entity in owned(service)}:
        with admin.statements() as seen:
            await admin.entities("", *[reference(entity, key) for key in range(1, MANY + 1)])
        assert seen.count == 0, entity


async def test_all_types_in_one_request_are_one_statement_each(service: Service, admin: Client) -> None:
    representations = [
        reference(entity.name, key) for key in (1, 2, 3) for entity in owned(service) if "id" in entity.fields
    ]
    if representations:
        with admin.statements() as seen:
            await admin.entities("", *representations)
        assert seen.count == len({representation["__typename"] for representation in representations})


async def test_unknown_entities_are_null_without_an_error(service: Service, admin: Client) -> None:
    for entity in owned(service):
        assert await admin.entities("", reference(entity.name, 10**12)) == [None], entity.name


async def test_malformed_ids_are_refused(service: Service, admin: Client) -> None:
    query = "query($r: [_Any!]!) { _entities(representations: $r) { __typename } }"
    for entity in entities(service):
        for bad in ("", "x", ids.encode("Nothing", 1)):
            assert await admin.codes(query, r=[{"__typename": entity.name, "id": bad}]) == ["INVALID_ID"], (
                entity.name
            )


async def test_fields_of_entities_are_batched(service: Service, admin: Client) -> None:
    """One statement for the entities, and at most two for a field of all of them."""
    for entity in entities(service):
        for name, selection in open_fields(entity):
            representations = [reference(entity.name, key) for key in range(1, MANY + 1)]
            query = f"query($r: [_Any!]!) {{ _entities(representations: $r) {{ ... on {entity.name} {{ {selection} }} }} }}"
            with admin.statements() as seen:
                response = await admin.execute(query, r=representations)
            codes = {error["extensions"]["code"] for error in response.get("errors", [])}
            assert "INTERNAL_SERVER_ERROR" not in codes, f"{entity.name}.{name}"
            assert seen.count <= 3, f"{entity.name}.{name}: {seen.texts}"


async def test_fields_of_root_lists_are_batched(service: Service, admin: Client) -> None:
    """One statement for a root list, and at most two for a field of all its nodes."""
    query_type = schema(service).query_type
    assert query_type is not None
    for name, _ in open_fields(query_type):
        named = get_named_type(query_type.fields[name].type)
        if not isinstance(named, GraphQLObjectType) or not named.name.endswith("Connection"):
            continue
        node = get_named_type(named.fields["nodes"].type)
        if not isinstance(node, GraphQLObjectType):
            continue
        for field, selection in open_fields(node):
            with admin.statements() as seen:
                await admin.data(f"{{ {name}(first: {MANY}) {{ nodes {{ {selection} }} }} }}")
            assert seen.count <= 3, f"{name}.{field}: {seen.texts}"


async def test_entities_say_when_they_were_made_and_changed(service: Service) -> None:
    for entity in owned(service):
        assert {"createdAt", "updatedAt"} <= entity.fields.keys(), entity.name


def test_what_may_be_refused_is_nullable(service: Service) -> None:
    """Or the refusal of one private field would take its whole entity."""
    offenders = [
        f"{definition.name.value}.{field.name.value}"
        for definition in parse(export(service)).definitions
        if isinstance(definition, ObjectTypeDefinitionNode) and "@key" in print_ast(definition)
        for field in definition.fields or ()
        if isinstance(field.type, NonNullTypeNode) and "PRIVATE" in print_ast(field)
    ]
    assert offenders == []


async def test_introspection_is_open(admin: Client) -> None:
    assert (await admin.data("{ __schema { queryType { name } } }"))["__schema"]["queryType"][
        "name"
    ] == "Query"

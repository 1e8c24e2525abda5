from collections import Counter

from graphql import build_schema

from benchmarks.mix.asked import Asked

SCHEMA = build_schema(
    """
    type Query { chefs(first: Int): Page, me: Chef }
    type Mutation { rename: Chef }
    type Page { nodes: [Chef], total: Int }
    type Chef { id: ID, name: String, friend: Chef }
    """
)


def counted(text: str, data: dict, **variables: object) -> Counter[str]:
    found: Counter[str] = Counter()
    Asked(SCHEMA, {"it": text}).count("it", variables, data, found)
    return found


def test_each_object_of_a_list_counts_and_null_has_no_fields() -> None:
    chefs = [{"id": "1", "friend": {"id": "2"}}, {"id": "2", "friend": None}, None]
    assert counted("{ chefs(first: 2) { nodes { id friend { id } } } }", {"chefs": {"nodes": chefs}}) == {
        "Query.chefs": 1,
        "Page.nodes": 1,
        "Chef.id": 3,
        "Chef.friend": 2,
    }


def test_fields_of_fragments_and_aliases_count_once_for_each_response_key() -> None:
    text = "{ me { id ...also other: name ... on Chef { id friend { name } } friend { id } } } fragment also on Chef { id name }"
    data = {"me": {"id": "1", "name": "A", "other": "A", "friend": {"id": "2", "name": "B"}}}
    assert counted(text, data) == {"Query.me": 1, "Chef.id": 2, "Chef.name": 3, "Chef.friend": 1}


def test_what_is_not_included_is_not_asked() -> None:
    text = "query($all: Boolean!) { me { id name @include(if: $all) } }"
    assert counted(text, {"me": {"id": "1"}}, all=False) == {"Query.me": 1, "Chef.id": 1}
    assert counted(text, {"me": {"id": "1", "name": "A"}}, all=True)["Chef.name"] == 1


def test_a_mutation_asks_nothing_of_a_cache() -> None:
    assert counted("mutation { rename { id } }", {"rename": {"id": "1"}}) == {}

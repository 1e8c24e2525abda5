"""Every operation of the corpus of plans, executed over mocked subgraphs, is answered as by a monolith."""

from typing import Any

import pytest
from graphql import (
    get_named_type,
    is_enum_type,
    is_input_object_type,
    is_list_type,
    is_non_null_type,
    is_required_input_field,
    parse,
    type_from_ast,
    validate,
)

from router.federation.supergraph import Supergraph
from router.operation import choose_operation
from tests.conformance.plans import DEFAULT, labels_of, read_cases
from tests.planner.harness import compare, without_defer

CASES = [case for case in read_cases(DEFAULT) if not case.get("plan_error")] if DEFAULT.exists() else []
_VALUES = {"Boolean": True, "Int": 3, "Float": 1.5, "String": "s", "ID": "i"}


@pytest.mark.skipif(not CASES, reason="the corpus of reference plans lies outside the project")
def test_the_corpus_is_here() -> None:
    assert len(CASES) > 400


@pytest.mark.parametrize("case", CASES, ids=[case["id"] for case in CASES])
async def test_the_answer_is_the_monoliths(case: dict[str, Any]) -> None:
    supergraph = Supergraph.parse(case["supergraph"])
    text, name = case["operation"], case.get("operation_name")
    if validate(supergraph.api_schema, parse(without_defer(text))):
        pytest.skip("the operation is not valid")
    operation = choose_operation(parse(text), name)
    if operation.kind.value == "subscription":
        pytest.skip("subscriptions are planned, not executed")
    variables = _values(operation, supergraph)
    for seed in range(3):
        found = await compare(supergraph, text, variables, seed=seed, name=name, labels=labels_of(case))
        assert found.answer == found.expected
        assert not found.errors


def _values(operation: Any, supergraph: Supergraph) -> dict[str, Any]:
    """A value for each variable that has no default and needs one."""
    values: dict[str, Any] = {}
    for each in operation.variables:
        type_: Any = type_from_ast(supergraph.api_schema, each.type)
        named = get_named_type(type_)
        if each.default_value is not None or (named.name not in _VALUES and not is_non_null_type(type_)):
            continue
        value: Any = _VALUES.get(named.name)
        if is_enum_type(named):
            value = sorted(named.values)[0]
        elif is_input_object_type(named):
            value = {name: "x" for name, field in named.fields.items() if is_required_input_field(field)}
        while is_non_null_type(type_):
            type_ = type_.of_type
        values[each.variable.name.value] = [value] if is_list_type(type_) else value
    return values

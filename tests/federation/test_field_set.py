"""Field sets: reading, printing, and a normal form for comparing them."""

import pytest

from router.federation.field_set import (
    FieldSetSyntaxError,
    normalize_field_set,
    parse_field_set,
    print_field_set,
)

PRINTED = {
    "id": "id",
    "{ id }": "id",
    "  id,sku ": "id sku",
    "id organization{id}": "id organization { id }",
    "... on A { x } y": "... on A { x } y",
    "price(currency: USD) { amount }": "price(currency: USD) { amount }",
    "a: b ... { c @skip(if: true) }": "a: b ... { c @skip(if: true) }",
}


@pytest.mark.parametrize("text", PRINTED)
def test_prints_on_one_line_without_braces(text: str) -> None:
    printed = print_field_set(parse_field_set(text))
    assert printed == PRINTED[text]
    assert print_field_set(parse_field_set(printed)) == printed


@pytest.mark.parametrize(
    "text", ["", "{}", "{", "id }", "{ id } { sku }", "{ id } query { id }", "id { }", "a: "]
)
def test_refuses_what_is_not_a_selection(text: str) -> None:
    with pytest.raises(FieldSetSyntaxError) as caught:
        parse_field_set(text)
    assert caught.value.text == text
    assert caught.value.code == "FIELD_SET_SYNTAX"


def test_normal_form_ignores_order_and_repetition() -> None:
    left = normalize_field_set(parse_field_set("b a { d c } a { c d }"))
    right = normalize_field_set(parse_field_set("{ a { c d } b }"))
    assert left == right == "a { c d } b"
    assert left != normalize_field_set(parse_field_set("a { c } b"))

"""What is in food: sums, scores, allergens by whole words, and input that makes no sense."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from subgraphs.coocook import nutrition
from subgraphs.coocook.nutrition import FACTS, Allergen, Nutrients
from subgraphs.kit.testing import Client


def test_twenty_ingredients_are_known() -> None:
    assert len(FACTS) == 20
    assert nutrition.facts("Tomatoes") == nutrition.facts(" tomato ") == FACTS["tomato"]
    assert nutrition.facts("OLIVE OIL") == FACTS["olive oil"]
    assert nutrition.facts("unicorn") is None


def test_a_meal_is_the_sum_of_what_is_known_for_each_serving() -> None:
    meal = nutrition.meal([("rice", 300), ("egg", 100), ("unicorn", 50)], servings=2)
    assert meal.nutrients.calories == pytest.approx((3 * 130 + 155) / 2)
    assert meal.nutrients.sodium == pytest.approx((3 * 1 + 124) / 2)
    assert meal.unknown == ["unicorn"]
    assert nutrition.meal([("unicorn", 50)], servings=1).score is None


@pytest.mark.parametrize(
    ("nutrients", "score"),
    [
        (Nutrients(), 60),
        (Nutrients(300, 15, 33.75, 9, 2.5), 100),
        (Nutrients(300, 7.5, 33.75, 9, 2.5), 90),
        (Nutrients(300, 15, 33.75, 10, 2.5), 90),
        (Nutrients(300, 15, 10, 9, 2.5), 85),
        (Nutrients(300, 15, 33.75, 9, 2.4), 95),
        (Nutrients(884, 0, 0, 100), 50),
    ],
)
def test_scores(nutrients: Nutrients, score: int) -> None:
    assert nutrition.score(nutrients) == score


@given(
    st.lists(st.tuples(st.sampled_from(sorted(FACTS)), st.floats(0.1, 1000)), max_size=20),
    st.integers(1, 100),
)
def test_scores_stay_in_their_bounds(ingredients: list[tuple[str, float]], servings: int) -> None:
    score = nutrition.meal(ingredients, servings).score
    assert score is None if not ingredients else score is not None and 50 <= score <= 100


@pytest.mark.parametrize(
    ("ingredient", "expected"),
    [
        ("Eggplant", set()),
        ("goat", set()),
        ("codfish oil", set()),
        ("buckwheat", set()),
        ("2 Eggs", {Allergen.EGG}),
        ("oats", {Allergen.GLUTEN}),
        ("Cod fillet", {Allergen.FISH}),
        ("anchovies", {Allergen.FISH}),
        ("rye bread", {Allergen.GLUTEN}),
        ("wheat flour", {Allergen.GLUTEN}),
        ("rice noodles", set()),
        ("egg noodles", {Allergen.EGG, Allergen.GLUTEN}),
        ("peanut butter", {Allergen.PEANUT}),
        ("butter", {Allergen.DAIRY}),
        ("almond milk", {Allergen.TREE_NUTS}),
        ("soy milk", {Allergen.SOY}),
        ("coconut milk and milk", {Allergen.DAIRY}),
        ("shrimps", {Allergen.SHELLFISH}),
        ("sesame oil", {Allergen.SESAME}),
        ("", set()),
    ],
)
def test_allergens(ingredient: str, expected: set[Allergen]) -> None:
    assert nutrition.allergens([ingredient]) == {allergen: [ingredient] for allergen in expected}


async def test_the_fields(client: Client) -> None:
    query = """{ nutrition { ingredient values { calories } }
        calculateNutrition(ingredients: [{ingredient: "tuna"}, {ingredient: "dust", grams: 1}]) {
            perServing { calories protein } dailyPercent { calories protein } score unknown }
        checkAllergens(ingredients: ["tuna", "rice", "cod"]) { allergen ingredients } }"""
    with client.statements() as seen:
        data = await client.data(query)
    assert seen.count == 0
    assert len(data["nutrition"]) == 20
    assert data["calculateNutrition"] == {
        "perServing": {"calories": 198.0, "protein": 42.0},
        "dailyPercent": {"calories": 9.9, "protein": 84.0},
        "score": 80,
        "unknown": ["dust"],
    }
    assert data["checkAllergens"] == [{"allergen": "FISH", "ingredients": ["tuna", "cod"]}]


@pytest.mark.parametrize(
    ("field", "code"),
    [
        ('calculateNutrition(ingredients: [{ingredient: "egg"}], servings: 0) { score }', "INVALID_SERVINGS"),
        (
            'calculateNutrition(ingredients: [{ingredient: "egg"}], servings: 101) { score }',
            "INVALID_SERVINGS",
        ),
        ('calculateNutrition(ingredients: [{ingredient: "egg", grams: 0}]) { score }', "INVALID_AMOUNT"),
        ('calculateNutrition(ingredients: [{ingredient: "egg", grams: 1e300}]) { score }', "INVALID_AMOUNT"),
        (f"checkAllergens(ingredients: {json.dumps(['egg'] * 101)}) {{ allergen }}", "TOO_MANY_INGREDIENTS"),
    ],
)
async def test_what_makes_no_sense(client: Client, field: str, code: str) -> None:
    assert await client.codes(f"{{ {field} }}") == [code]

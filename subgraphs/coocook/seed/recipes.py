"""Recipes, and what people think of them."""

from collections.abc import Iterator
from typing import Any, Final

from subgraphs.coocook.models import Cuisine, IngredientUnit
from subgraphs.coocook.seed.ratings import Rows
from subgraphs.kit.seed_plan import CHEFS, DEMO, SeedPlan

# name, cuisine, minutes, servings, ingredients, (calories, protein, carbs, fat)
G, ML, PCS, TBSP = IngredientUnit.G, IngredientUnit.ML, IngredientUnit.PCS, IngredientUnit.TBSP
DISHES: Final = (
    (
        "Doenjang Jjigae",
        Cuisine.KOREAN,
        30,
        2,
        (("tofu", 200, G), ("onion", 1, PCS), ("soybean paste", 2, TBSP)),
        (320, 21, 24, 15),
    ),
    (
        "Japchae",
        Cuisine.KOREAN,
        45,
        4,
        (("noodles", 300, G), ("spinach", 150, G), ("carrot", 1, PCS)),
        (410, 11, 68, 11),
    ),
    (
        "Pasta al Pomodoro",
        Cuisine.ITALIAN,
        25,
        2,
        (("pasta", 200, G), ("tomato", 400, G), ("olive oil", 2, TBSP)),
        (520, 16, 84, 14),
    ),
    (
        "Risotto ai Funghi",
        Cuisine.ITALIAN,
        50,
        4,
        (("rice", 320, G), ("mushroom", 300, G), ("butter", 50, G)),
        (480, 12, 72, 16),
    ),
    (
        "Chicken Katsu",
        Cuisine.JAPANESE,
        40,
        2,
        (("chicken", 400, G), ("egg", 1, PCS), ("flour", 80, G)),
        (650, 48, 46, 30),
    ),
    (
        "Coq au Vin",
        Cuisine.FRENCH,
        120,
        4,
        (("chicken", 1200, G), ("red wine", 500, ML), ("carrot", 2, PCS)),
        (610, 52, 14, 31),
    ),
    (
        "Guacamole",
        Cuisine.MEXICAN,
        15,
        4,
        (("avocado", 3, PCS), ("onion", 1, PCS), ("lime", 1, PCS)),
        (230, 3, 12, 21),
    ),
    (
        "Pad Thai",
        Cuisine.THAI,
        35,
        2,
        (("noodles", 200, G), ("egg", 2, PCS), ("peanut", 50, G)),
        (560, 24, 70, 21),
    ),
)


def recipes(plan: SeedPlan) -> Iterator[dict[str, Any]]:
    authors = [DEMO, DEMO, *CHEFS, *(user for user in plan.generated_user_ids() if user % 3 == 0)]
    for number, author in enumerate(authors, start=1):
        name, cuisine, minutes, servings, _, (calories, protein, carbs, fat) = dish(number)
        yield {
            "id": number,
            "author_id": author,
            "name": name,
            "description": f"{name} for {servings}, in {minutes} minutes.",
            "cuisine": cuisine,
            "prep_time_minutes": minutes,
            "servings": servings,
            "calories": calories,
            "protein": protein,
            "carbs": carbs,
            "fat": fat,
            "price_minor": None,
            "price_currency": None,
            "created_at": plan.ago(days=1 + number % 300, minutes=number % 1440),
        }


def dish(recipe: int) -> Any:
    return DISHES[(recipe - 1) % len(DISHES)]


def ingredients(recipes: Rows) -> Iterator[dict[str, Any]]:
    number = 0
    for recipe in recipes:
        for position, (name, amount, unit) in enumerate(dish(recipe["id"])[4], start=1):
            number += 1
            yield {
                "id": number,
                "recipe_id": recipe["id"],
                "position": position,
                "name": name,
                "amount": amount,
                "unit": unit,
                "created_at": recipe["created_at"],
            }


def likes(plan: SeedPlan, recipes: int) -> Iterator[dict[str, Any]]:
    number = 0
    for user in (DEMO, *plan.generated_user_ids()):
        random = plan.random("likes", user)
        for recipe in random.sample(range(1, recipes + 1), min(recipes, 4)):
            number += 1
            yield {
                "id": number,
                "user_id": user,
                "recipe_id": recipe,
                "created_at": plan.ago(hours=number % 700),
            }


def recipe_reviews(plan: SeedPlan, recipes: Rows) -> Iterator[dict[str, Any]]:
    number = 0
    for author in plan.generated_user_ids():
        random = plan.random("recipe reviews", author)
        for recipe in random.sample(recipes, 2):
            if recipe["author_id"] == author:
                continue
            number += 1
            yield {
                "id": number,
                "recipe_id": recipe["id"],
                "author_id": author,
                "rating": random.choice((2, 3, 4, 4, 5, 5)),
                "text": random.choice(("Worked at once.", "Needs more salt.", "The family loved it.")),
                "photos": [],
                "helpful_count": random.randrange(20),
                "unhelpful_count": random.randrange(4),
                "created_at": plan.ago(days=number % 200, minutes=number % 1440),
            }

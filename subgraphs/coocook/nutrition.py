"""What is in food: nutrients of twenty ingredients, a score of a meal, and allergens. Pure, as rules.py."""

import enum
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import strawberry

from subgraphs.coocook.errors import InvalidAmount, InvalidServings, TooManyIngredients

DEFAULT_GRAMS: Final = 150.0
MOST_GRAMS: Final = 100_000.0
MOST_SERVINGS: Final = 100
MOST_INGREDIENTS: Final = 100


@dataclass(frozen=True, slots=True)
class Nutrients:
    """Kilocalories, grams, and milligrams of sodium."""

    calories: float = 0.0
    protein: float = 0.0
    carbs: float = 0.0
    fat: float = 0.0
    fibre: float = 0.0
    sodium: float = 0.0

    def __add__(self, other: "Nutrients") -> "Nutrients":
        return Nutrients(*(a + b for a, b in zip(self.values(), other.values(), strict=True)))

    def times(self, factor: float) -> "Nutrients":
        return Nutrients(*(value * factor for value in self.values()))

    def values(self) -> tuple[float, ...]:
        return self.calories, self.protein, self.carbs, self.fat, self.fibre, self.sodium


# Of 100 grams, as eaten: everyday figures, rounded; what a label says of a certain product may differ.
FACTS: Final[Mapping[str, Nutrients]] = {
    "beef": Nutrients(250, 26, 0, 15, 0, 72),
    "bread": Nutrients(265, 9, 49, 3.2, 2.7, 491),
    "carrot": Nutrients(41, 0.9, 9.6, 0.2, 2.8, 69),
    "cheese": Nutrients(403, 25, 1.3, 33, 0, 621),
    "chicken": Nutrients(165, 31, 0, 3.6, 0, 74),
    "egg": Nutrients(155, 13, 1.1, 11, 0, 124),
    "milk": Nutrients(61, 3.2, 4.8, 3.3, 0, 43),
    "noodles": Nutrients(138, 4.5, 25, 2.1, 1.2, 5),
    "olive oil": Nutrients(884, 0, 0, 100, 0, 2),
    "onion": Nutrients(40, 1.1, 9.3, 0.1, 1.7, 4),
    "pasta": Nutrients(158, 5.8, 31, 0.9, 1.8, 1),
    "pork": Nutrients(242, 27, 0, 14, 0, 62),
    "potato": Nutrients(77, 2, 17, 0.1, 2.2, 6),
    "rice": Nutrients(130, 2.7, 28, 0.3, 0.4, 1),
    "salmon": Nutrients(208, 20, 0, 13, 0, 59),
    "shrimp": Nutrients(99, 24, 0.2, 0.3, 0, 111),
    "spinach": Nutrients(23, 2.9, 3.6, 0.4, 2.2, 79),
    "tofu": Nutrients(76, 8, 1.9, 4.8, 0.3, 7),
    "tomato": Nutrients(18, 0.9, 3.9, 0.2, 1.2, 5),
    "tuna": Nutrients(132, 28, 0, 1.3, 0, 47),
}
DAILY: Final = Nutrients(2000, 50, 300, 65, 25, 2300)


@strawberry.enum
class Allergen(enum.Enum):
    DAIRY = "DAIRY"
    EGG = "EGG"
    FISH = "FISH"
    SHELLFISH = "SHELLFISH"
    TREE_NUTS = "TREE_NUTS"
    PEANUT = "PEANUT"
    GLUTEN = "GLUTEN"
    SOY = "SOY"
    SESAME = "SESAME"


ALLERGEN_WORDS: Final[Mapping[Allergen, frozenset[str]]] = {
    Allergen.DAIRY: frozenset(
        [
            "milk",
            "butter",
            "cheese",
            "cream",
            "yogurt",
            "mascarpone",
            "mozzarella",
            "parmesan",
            "ghee",
            "whey",
        ]
    ),
    Allergen.EGG: frozenset(["egg", "mayonnaise", "meringue"]),
    Allergen.FISH: frozenset(
        ["fish", "salmon", "tuna", "cod", "anchovy", "mackerel", "trout", "sardine", "bonito"]
    ),
    Allergen.SHELLFISH: frozenset(
        ["shrimp", "prawn", "crab", "lobster", "clam", "oyster", "mussel", "scallop"]
    ),
    Allergen.TREE_NUTS: frozenset(
        ["almond", "walnut", "cashew", "hazelnut", "pecan", "pistachio", "macadamia"]
    ),
    Allergen.PEANUT: frozenset({"peanut"}),
    Allergen.GLUTEN: frozenset(
        [
            "gluten",
            "wheat",
            "barley",
            "rye",
            "oat",
            "flour",
            "bread",
            "pasta",
            "noodle",
            "couscous",
            "semolina",
        ]
    ),
    Allergen.SOY: frozenset(["soy", "soya", "soybean", "tofu", "edamame", "miso", "tempeh", "doenjang"]),
    Allergen.SESAME: frozenset(["sesame", "tahini"]),
}
# The second word does not mean here what it means alone.
HARMLESS: Final[Mapping[Allergen, frozenset[tuple[str, str]]]] = {
    Allergen.DAIRY: frozenset({(a, "milk") for a in ("almond", "coconut", "soy", "oat", "rice")})
    | frozenset({(a, "butter") for a in ("peanut", "almond", "cocoa")})
    | frozenset({("coconut", "cream")}),
    Allergen.GLUTEN: frozenset({(a, b) for a in ("rice", "corn", "almond") for b in ("flour", "noodle")}),
}


@dataclass(frozen=True, slots=True)
class Meal:
    """For each serving; `score` is from 0 to 100, None for a meal of which nothing is known."""

    nutrients: Nutrients
    score: int | None
    unknown: Sequence[str]


def words(ingredient: str) -> tuple[str, ...]:
    """In lower case and the singular: eggplants are no eggs, and a goat is no oat."""
    return tuple(_singular(word) for word in re.findall(r"\w+", ingredient.casefold()))


def facts(ingredient: str) -> Nutrients | None:
    """Of 100 grams."""
    return _FACTS_BY_WORDS.get(words(ingredient))


def meal(ingredients: Sequence[tuple[str, float]], servings: int) -> Meal:
    """Of ingredients and their grams. Raises InvalidServings, InvalidAmount or TooManyIngredients."""
    if not 1 <= servings <= MOST_SERVINGS:
        raise InvalidServings(MOST_SERVINGS)
    check_number([name for name, _ in ingredients])
    if not all(0 < grams <= MOST_GRAMS for _, grams in ingredients):
        raise InvalidAmount(MOST_GRAMS)
    known = [(found, grams) for name, grams in ingredients if (found := facts(name))]
    total = sum((found.times(grams / 100 / servings) for found, grams in known), start=Nutrients())
    unknown = [name for name, _ in ingredients if facts(name) is None]
    return Meal(total, score(total) if known else None, unknown)


def score(total: Nutrients) -> int:
    """50, and up to 20 for protein (all of it for 15 g per 300 kcal), 15 for 40 to 50 % of the energy from
    carbohydrates, 10 for less than 30 % from fat, 5 for a tenth of a day's fibre."""
    energy = total.calories or 1.0
    points = 50 + 20 * min(1.0, total.protein / (15 * energy / 300))
    points += 15 if 0.40 <= 4 * total.carbs / energy <= 0.50 else 0
    points += 10 if 9 * total.fat / energy < 0.30 else 0
    points += 5 if total.fibre >= DAILY.fibre / 10 else 0
    return max(0, min(100, round(points)))


def allergens(ingredients: Sequence[str]) -> Mapping[Allergen, Sequence[str]]:
    """The ingredients with each allergen; allergens that are in none are left out. Raises TooManyIngredients."""
    check_number(ingredients)
    found = {allergen: [name for name in ingredients if _has(name, allergen)] for allergen in Allergen}
    return {allergen: names for allergen, names in found.items() if names}


def check_number(ingredients: Sequence[str]) -> None:
    """Raises TooManyIngredients."""
    if len(ingredients) > MOST_INGREDIENTS:
        raise TooManyIngredients(MOST_INGREDIENTS)


def _has(ingredient: str, allergen: Allergen) -> bool:
    found = words(ingredient)
    harmless = HARMLESS.get(allergen, frozenset())
    return any(
        word in ALLERGEN_WORDS[allergen] and (before, word) not in harmless for before, word in _pairs(found)
    )


def _pairs(found: Sequence[str]) -> Iterable[tuple[str, str]]:
    return zip(("", *found), found, strict=False)


def _singular(word: str) -> str:
    if word.endswith("ies"):
        return word[:-3] + "y"
    if word.endswith("oes"):
        return word[:-2]
    return word[:-1] if word.endswith("s") and not word.endswith("ss") else word


_FACTS_BY_WORDS: Final = {words(name): nutrients for name, nutrients in FACTS.items()}

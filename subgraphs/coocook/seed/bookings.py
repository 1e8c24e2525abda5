"""Chefs, their menus, and who booked them."""

from collections import defaultdict
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any, Final, TypeAlias

from subgraphs.coocook import rules
from subgraphs.coocook.models import BookingPaymentStatus, BookingStatus, Cuisine, MenuCategory
from subgraphs.coocook.seed.ratings import Rows
from subgraphs.kit.money import Currency, money_from_major
from subgraphs.kit.seed_plan import CHEFS, DEMO, SeedPlan

Wish: TypeAlias = tuple[int, int, datetime, int, BookingStatus]

# Of users 3 to 7, in this order: cuisine, USD for each hour, biography.
CHEF_PROFILES: Final = (
    (Cuisine.KOREAN, 120, "Royal court cuisine and home cooking from Jeonju."),
    (Cuisine.ITALIAN, 130, "Fresh pasta, rolled on your table."),
    (Cuisine.JAPANESE, 150, "Omakase for two to eight guests."),
    (Cuisine.FRENCH, 140, "Bistro classics and pastry."),
    (Cuisine.MEXICAN, 110, "Tacos, moles and nixtamal from scratch."),
)
# chef, name, category, cuisine, KRW, ingredients, servings, minutes
MENUS: Final = (
    (1, "Bibimbap", MenuCategory.MAIN, Cuisine.KOREAN, 14_000, "rice,spinach,carrot,egg,gochujang", 2, 40),
    (1, "Kimchi Jjigae", MenuCategory.SOUP, Cuisine.KOREAN, 12_000, "kimchi,pork,tofu,onion", 2, 35),
    (1, "Banchan Set", MenuCategory.SIDE, Cuisine.KOREAN, 9_000, "spinach,bean sprouts,radish", 4, 30),
    (2, "Tagliatelle al Ragù", MenuCategory.NOODLE, Cuisine.ITALIAN, 19_000, "flour,egg,beef,tomato", 2, 120),
    (2, "Tiramisu", MenuCategory.DESSERT, Cuisine.ITALIAN, 9_000, "mascarpone,egg,coffee,cocoa", 4, 30),
    (3, "Shoyu Ramen", MenuCategory.NOODLE, Cuisine.JAPANESE, 15_000, "noodles,chicken,soy sauce,egg", 2, 90),
    (3, "Edamame", MenuCategory.APPETIZER, Cuisine.JAPANESE, 6_000, "soybeans,salt", 2, 10),
    (4, "Salade Niçoise", MenuCategory.SALAD, Cuisine.FRENCH, 16_000, "tuna,egg,potato,green beans", 2, 25),
    (4, "Boeuf Bourguignon", MenuCategory.MAIN, Cuisine.FRENCH, 28_000, "beef,red wine,carrot,onion", 4, 180),
    (
        5,
        "Tacos al Pastor",
        MenuCategory.MAIN,
        Cuisine.MEXICAN,
        13_000,
        "tortilla,pork,pineapple,onion",
        2,
        60,
    ),
)
CUISINES: Final = tuple(Cuisine)
SLOT_HOURS: Final = (
    3,
    9,
)  # UTC: lunch and dinner in Seoul; no booking of the seed takes longer than the time between
COMMENTS: Final = (
    "A wonderful evening.",
    "On time, tidy, delicious.",
    "Good, a little salty.",
    "We will book again.",
)
ENDED: Final = (BookingStatus.COMPLETED,) * 4 + (BookingStatus.CANCELED,)
AHEAD: Final = (BookingStatus.PENDING, BookingStatus.CONFIRMED, BookingStatus.CONFIRMED)
# customer, chef, days from now, hour, minutes, status
DEMO_BOOKINGS: Final = (
    (DEMO, 1, 3, 9, 120, BookingStatus.CONFIRMED),
    (DEMO, 2, 10, 9, 180, BookingStatus.PENDING),
    (DEMO, 3, -20, 9, 150, BookingStatus.COMPLETED),
    (DEMO, 4, -7, 3, 120, BookingStatus.CANCELED),
)


def chefs(plan: SeedPlan) -> Rows:
    return [_chef(plan, number, user) for number, user in enumerate(_chef_users(plan), start=1)]


def _chef_users(plan: SeedPlan) -> list[int]:
    return [*CHEFS, *(user for user in plan.generated_user_ids() if user % 20 == 0)]


def _chef(plan: SeedPlan, number: int, user: int) -> dict[str, Any]:
    random = plan.random("chef", user)
    if user in CHEFS:
        cuisine, price, bio = CHEF_PROFILES[number - 1]
    else:
        cuisine, price, bio = random.choice(CUISINES), 60 + 5 * random.randrange(20), "Cooks at your home."
    return {
        "id": number,
        "user_id": user,
        "name": _own_name(number, user),
        "bio": bio,
        "cuisine": cuisine,
        "location": "Seoul" if user in CHEFS else random.choice(("Seoul", "Busan", "Incheon", "Daegu")),
        "price_per_session": money_from_major(price, Currency.USD),
        "is_active": user in CHEFS or number % 10 != 0,
        "created_at": plan.ago(days=390, minutes=-number),
    }


def _own_name(number: int, user: int) -> str | None:
    """Half of the generated chefs are called as their user is."""
    if user in CHEFS:
        return f"Chef {CHEFS[user]}"
    return f"Kitchen {user}" if number % 2 else None


def bookings(plan: SeedPlan, chefs: Rows) -> Iterator[dict[str, Any]]:
    """The demo user's first."""
    for number, (customer, chef, start, minutes, status) in enumerate(_wishes(plan, chefs), start=1):
        price = chefs[chef - 1]["price_per_session"]
        yield {
            "id": number,
            "customer_id": customer,
            "chef_id": chef,
            "status": status,
            "starts_at": start,
            "ends_at": start + timedelta(minutes=minutes),
            "price_per_session": price,
            "total_price": rules.total_price(price, minutes),
            "special_requests": "No nuts, please." if number % 6 == 1 else None,
            "created_at": min(start, plan.now) - timedelta(days=5, minutes=number % 600),
        }


def _wishes(plan: SeedPlan, chefs: Rows) -> Iterator[Wish]:
    """Each takes a time of its own in the calendar of its chef, so that none overlap."""
    midnight = plan.now.replace(hour=0, minute=0, second=0, microsecond=0)
    for customer, chef, days, hour, minutes, status in DEMO_BOOKINGS:
        yield customer, chef, midnight + timedelta(days=days, hours=hour), minutes, status
    taken: defaultdict[tuple[int, bool], int] = defaultdict(int)
    for customer in plan.generated_user_ids():
        random = plan.random("bookings", customer)
        for _ in range(random.randrange(5)):
            chef, past = random.choice(chefs)["id"], random.random() < 0.7
            if chefs[chef - 1]["user_id"] == customer:
                continue
            taken[chef, past] += 1
            # The demo user's bookings are within 30 days: these begin after, or before.
            days, late = divmod(taken[chef, past], len(SLOT_HOURS))
            start = midnight + timedelta(days=-31 - days if past else 31 + days, hours=SLOT_HOURS[late])
            yield (
                customer,
                chef,
                start,
                60 + 30 * random.randrange(7),
                random.choice(ENDED if past else AHEAD),
            )


def payments(bookings: Rows) -> Iterator[dict[str, Any]]:
    """What was confirmed or completed is paid; every other cancellation was paid, and paid back."""
    paid = (BookingStatus.CONFIRMED, BookingStatus.COMPLETED)
    refunded = (row for row in bookings if row["status"] is BookingStatus.CANCELED and row["id"] % 2 == 0)
    chosen = [row for row in bookings if row["status"] in paid] + list(refunded)
    for number, row in enumerate(chosen, start=1):
        kept = row["status"] in paid
        yield {
            "id": number,
            "booking_id": row["id"],
            "user_id": row["customer_id"],
            "amount": row["total_price"],
            "status": BookingPaymentStatus.COMPLETED if kept else BookingPaymentStatus.REFUNDED,
            "provider_transaction_id": f"seed_booking_{row['id']}",
            "created_at": row["created_at"] + timedelta(hours=1),
        }


def booking_reviews(plan: SeedPlan, bookings: Rows) -> Iterator[dict[str, Any]]:
    done = [row for row in bookings if row["status"] is BookingStatus.COMPLETED and row["id"] % 4 != 0]
    for number, row in enumerate(done, start=1):
        random = plan.random("booking review", row["id"])
        yield {
            "id": number,
            "booking_id": row["id"],
            "author_id": row["customer_id"],
            "chef_id": row["chef_id"],
            "rating": random.choice((3, 4, 4, 5, 5, 5)),
            "comment": random.choice(COMMENTS),
            "created_at": row["ends_at"] + timedelta(days=1),
        }


def menus(plan: SeedPlan) -> Iterator[dict[str, Any]]:
    for number, (chef, name, category, cuisine, price, ingredients, servings, minutes) in enumerate(
        MENUS, start=1
    ):
        yield {
            "id": number,
            "chef_id": chef,
            "name": name,
            "category": category,
            "cuisine": cuisine,
            "price": money_from_major(price, Currency.KRW),
            "ingredients": ingredients.split(","),
            "servings": servings,
            "prep_time_minutes": minutes,
            "created_at": plan.ago(days=380),
        }

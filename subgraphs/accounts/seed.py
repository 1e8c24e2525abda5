"""The seed of accounts: two documented logins, the five chefs' users, the catalogue, and users for volume."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from fractions import Fraction
from typing import Any, Final

from argon2.low_level import Type, hash_secret

from subgraphs.accounts import models
from subgraphs.accounts.models import (
    BillingPeriod,
    FileCategory,
    InvoiceStatus,
    NotificationSubjectType,
    OrderStatus,
    PaymentStatus,
    SubscriptionStatus,
)
from subgraphs.accounts.passwords import HASHER
from subgraphs.kit.money import Currency, Money, money_from_major
from subgraphs.kit.seed_plan import ADMIN, CHEFS, DEMO, PRODUCTS, DemoLogin, SeedPlan, SeedWriter
from subgraphs.kit.viewer import Role

DEMO_LOGINS: Final = (
    DemoLogin("demo@softfactory.com", "Bibimbap-For-2!", "user"),
    DemoLogin("admin@softfactory.com", "Seoul-Tower-236!", "admin"),
)
VOLUME_PASSWORD: Final = "Kimchi-Jjigae-7!"  # noqa: S105  documented: generated users are for tries and load
VAT: Final = Fraction(1, 10)

GIVEN: Final = (
    "Minjun", "Seoyeon", "Jiho", "Hayoon", "Dohyun", "Jiwoo", "Yuna", "Emma",
    "Luca", "Sofia", "Kenji", "Aiko", "Noah", "Mia", "Omar", "Priya",
)  # fmt: skip
FAMILY: Final = (
    "Kim", "Lee", "Choi", "Jung", "Kang", "Cho", "Yoon", "Schmidt",
    "Rossi", "Martin", "Sato", "Suzuki", "Brown", "Silva", "Khan", "Patel",
)  # fmt: skip

USD, KRW = Currency.USD, Currency.KRW
# slug, name, description, icon, monthly, annual, once: a year costs ten months.
CATALOGUE: Final = (
    ("coocook", "CooCook", "Book a chef who cooks at your home.", "🍳", 29, 290, None),
    ("sns-auto", "SNS Auto", "Plan and publish posts on every network.", "📱", 49, 490, None),
    ("review", "Review Campaigns", "Find reviewers, and campaigns to review for.", "⭐", 39, 390, None),
    ("ai-automation", "AI Automation", "AI employees that take over routine work.", "🤖", 89, 890, None),
    ("instagram-cardnews", "Instagram Card News", "Card news from a topic in minutes.", "🗞️", 79, 790, None),
    (
        "webapp-builder",
        "WebApp Builder",
        "An eight-week bootcamp that ends with your app.",
        "💻",
        None,
        None,
        590_000,
    ),
)
# slug, name, monthly USD, features, products, users, bookings, posts, API calls
PLANS: Final = (
    ("starter", "Starter", 29, ["1 product", "100 bookings a month", "30 posts a month"], 1, 1, 100, 30, 0),
    (
        "pro",
        "Pro",
        49,
        ["2 products", "500 bookings a month", "200 posts a month", "3 seats", "10,000 API calls a month"],
        2,
        3,
        500,
        200,
        10_000,
    ),
    (
        "business",
        "Business",
        89,
        ["All products", "Unlimited bookings and posts"],
        None,
        None,
        None,
        None,
        None,
    ),
    (
        "enterprise",
        "Enterprise",
        None,
        ["Everything in Business", "Agreed with you"],
        None,
        None,
        None,
        None,
        None,
    ),
)
DEMO_PRODUCTS: Final = ("coocook", "sns-auto", "review", "ai-automation", "webapp-builder")


async def seed(writer: SeedWriter, plan: SeedPlan) -> None:
    """See kit.seed_plan for which user has which id."""
    subscriptions = list(_subscriptions(plan))
    await writer.copy(models.User, _users(plan))
    await writer.copy(models.Product, _products(plan))
    await writer.copy(models.SubscriptionPlan, _plans(plan))
    await writer.copy(models.Subscription, subscriptions)
    await writer.copy(models.Payment, _payments(subscriptions))
    await writer.copy(models.Order, _orders(subscriptions))
    await writer.copy(models.OrderItem, _order_items(subscriptions))
    await writer.copy(models.Invoice, _invoices(subscriptions))
    await writer.copy(models.FileUpload, _files(plan))
    await writer.copy(models.Notification, _notifications(plan))


def _users(plan: SeedPlan) -> Iterator[dict[str, Any]]:
    hashes = {login.email: _hash(login.password) for login in DEMO_LOGINS}
    volume_hash = _hash(VOLUME_PASSWORD)
    for user in plan.user_ids():
        email, name = _identity(plan, user)
        joined = plan.ago(days=400, minutes=-user)
        yield {
            "id": user,
            "email": email,
            "password_hash": hashes.get(email, volume_hash),
            "name": name,
            "role": Role.ADMIN if user == ADMIN else Role.USER,
            "is_active": True,
            "avatar_url": f"https://cdn.softfactory.com/avatars/{user}.webp",
            "email_verified": user < 8 or user % 5 != 0,
            "password_changed_at": joined,
            "created_at": joined,
            "updated_at": joined,
        }


def _identity(plan: SeedPlan, user: int) -> tuple[str, str]:
    if user == ADMIN:
        return "admin@softfactory.com", "SoftFactory Admin"
    if user == DEMO:
        return "demo@softfactory.com", "Demo User"
    if user in CHEFS:
        return f"{CHEFS[user].lower()}@chefs.softfactory.com", f"Chef {CHEFS[user]}"
    random = plan.random("user", user)
    return f"user{user}@example.com", f"{random.choice(GIVEN)} {random.choice(FAMILY)}"


def _hash(password: str) -> str:
    """With a fixed salt: a seed is the same whenever it runs, and these passwords are public anyway."""
    return hash_secret(
        password.encode(),
        b"softfactory seed",
        time_cost=HASHER.time_cost,
        memory_cost=HASHER.memory_cost,
        parallelism=HASHER.parallelism,
        hash_len=HASHER.hash_len,
        type=Type.ID,
    ).decode()


def _products(plan: SeedPlan) -> Iterator[dict[str, Any]]:
    for slug, name, description, icon, monthly, annual, once in CATALOGUE:
        yield {
            "id": PRODUCTS[slug],
            "slug": slug,
            "name": name,
            "description": description,
            "icon": icon,
            **_price("monthly_price", monthly, USD),
            **_price("annual_price", annual, USD),
            **_price("one_time_price", once, KRW),
            "is_active": True,
            "created_at": plan.ago(days=500),
        }


def _plans(plan: SeedPlan) -> Iterator[dict[str, Any]]:
    for number, row in enumerate(PLANS, start=1):
        slug, name, monthly, features, products, users, bookings, posts, api_calls = row
        yield {
            "id": number,
            "slug": slug,
            "name": name,
            **_price("monthly_price", monthly, USD),
            **_price("annual_price", None if monthly is None else monthly * 10, USD),
            "features": features,
            "max_products": products,
            "max_users": users,
            "bookings_per_month": bookings,
            "posts_per_month": posts,
            "api_calls_per_month": api_calls,
            "trial_days": 7,
            "is_active": True,
            "created_at": plan.ago(days=500),
        }


def _price(name: str, amount: int | None, currency: Currency) -> dict[str, Any]:
    if amount is None:
        return {f"{name}_minor": None, f"{name}_currency": None}
    return {
        f"{name}_minor": money_from_major(amount, currency).amount_minor,
        f"{name}_currency": currency.value,
    }


def _subscriptions(plan: SeedPlan) -> Iterator[dict[str, Any]]:
    # By the year, so that a demo that is months old still opens its products.
    wanted = [(DEMO, slug, 1) for slug in DEMO_PRODUCTS]
    for user in plan.generated_user_ids():
        random = plan.random("subscriptions", user)
        slugs = random.sample(list(PRODUCTS), random.choice((0, 1, 1, 2, 3)))
        wanted += [(user, slug, random.randrange(10)) for slug in slugs]
    for number, (user, slug, luck) in enumerate(wanted, start=1):
        yield _subscription(plan, number, user, slug, luck)


def _subscription(plan: SeedPlan, number: int, user: int, slug: str, luck: int) -> dict[str, Any]:
    once = slug == "webapp-builder"
    annual = not once and luck in (1, 2, 3)
    days = 365 if annual else 30
    ended = luck >= 8 and not once
    started = plan.ago(days=days + 20) if ended else plan.ago(days=1 + number % 20, minutes=number % 600)
    statuses = {
        8: SubscriptionStatus.EXPIRED,
        9: SubscriptionStatus.CANCELED,
        7: SubscriptionStatus.CANCELING,
    }
    status = SubscriptionStatus.ACTIVE if once else statuses.get(luck, SubscriptionStatus.ACTIVE)
    end = None if once else started + timedelta(days=days)
    return {
        "id": number,
        "user_id": user,
        "product_id": PRODUCTS[slug],
        "period": BillingPeriod.ONCE if once else BillingPeriod.ANNUAL if annual else BillingPeriod.MONTHLY,
        "status": status,
        "started_at": started,
        "current_period_end": end,
        "canceled_at": end if status is SubscriptionStatus.CANCELED else None,
        "provider_subscription_id": f"seed_sub_{number}",
        "created_at": started,
    }


def _amount(subscription: dict[str, Any]) -> Money:
    _, _, _, _, monthly, annual, once = CATALOGUE[subscription["product_id"] - 1]
    if subscription["period"] is BillingPeriod.ONCE:
        return money_from_major(once or 0, KRW)
    return money_from_major((annual if subscription["period"] is BillingPeriod.ANNUAL else monthly) or 0, USD)


def _product_name(subscription: dict[str, Any]) -> str:
    return CATALOGUE[subscription["product_id"] - 1][1]


def _payments(subscriptions: list[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    for row in subscriptions:
        yield {
            "id": row["id"],
            "user_id": row["user_id"],
            "product_id": row["product_id"],
            "amount": _amount(row),
            "status": PaymentStatus.COMPLETED,
            "description": f"{_product_name(row)}, {row['period'].value.lower()}",
            "paid_at": row["started_at"],
            "provider_payment_id": f"seed_pay_{row['id']}",
            "created_at": row["started_at"],
        }


def _parts(subscription: dict[str, Any]) -> tuple[Money, Money]:
    """The amount without its tax, and the tax: prices are with VAT."""
    total = _amount(subscription)
    tax = total.times(VAT / (1 + VAT))
    return total - tax, tax


def _orders(subscriptions: list[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    for row in subscriptions:
        net, tax = _parts(row)
        yield {
            "id": row["id"],
            "number": f"SF-{row['id']:08}",
            "user_id": row["user_id"],
            "status": OrderStatus.CONFIRMED,
            "currency": net.currency,
            "subtotal_minor": net.amount_minor,
            "tax_minor": tax.amount_minor,
            "discount_minor": 0,
            "total_minor": (net + tax).amount_minor,
            "created_at": row["started_at"],
        }


def _order_items(subscriptions: list[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    for row in subscriptions:
        yield {
            "id": row["id"],
            "order_id": row["id"],
            "product_id": row["product_id"],
            "description": _product_name(row),
            "quantity": 1,
            "unit_price_minor": _parts(row)[0].amount_minor,
            "created_at": row["started_at"],
        }


def _invoices(subscriptions: list[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    numbers: dict[str, int] = {}
    for row in subscriptions:
        net, tax = _parts(row)
        started: datetime = row["started_at"]
        day = f"{started:%Y%m%d}"
        numbers[day] = numbers.get(day, 0) + 1
        yield {
            "id": row["id"],
            "number": f"{day}-{numbers[day]:04}",
            "user_id": row["user_id"],
            "order_id": row["id"],
            "status": InvoiceStatus.PAID,
            "currency": net.currency,
            "amount_minor": net.amount_minor,
            "tax_minor": tax.amount_minor,
            "total_minor": (net + tax).amount_minor,
            "payment_method": "card",
            "issued_at": started,
            "due_at": started + timedelta(days=30),
            "paid_at": started,
            "created_at": started,
        }


def _files(plan: SeedPlan) -> Iterator[dict[str, Any]]:
    """Ids 1 to 10 are the demo user's pictures; posts of sns_auto refer to them."""
    owners = [DEMO] * 10 + [user for user in plan.generated_user_ids() if user % 4 == 0]
    for number, user in enumerate(owners, start=1):
        yield {
            "id": number,
            "user_id": user,
            "key": f"uploads/{user}/{number}.jpg",
            "name": f"photo-{number}.jpg",
            "size": 120_000 + plan.random("file", number).randrange(900_000),
            "content_type": "image/jpeg",
            "category": FileCategory.IMAGE,
            "created_at": plan.ago(days=number % 90, minutes=number % 1440),
        }


def _notifications(plan: SeedPlan) -> Iterator[dict[str, Any]]:
    """The demo user has one about an entity of each other service, each with the id 1 there."""
    told: list[tuple[int, str, str, str, NotificationSubjectType | None]] = [
        (DEMO, "welcome", "Welcome to SoftFactory", "Your account is ready.", None),
        (
            DEMO,
            "booking",
            "Booking confirmed",
            "Your chef is looking forward.",
            NotificationSubjectType.BOOKING,
        ),
        (DEMO, "post", "Post published", "Your post is online.", NotificationSubjectType.SNS_POST),
        (DEMO, "campaign", "New application", "Somebody applied.", NotificationSubjectType.CAMPAIGN),
        (DEMO, "ai", "AI employee active", "It has begun to work.", NotificationSubjectType.AI_EMPLOYEE),
    ]
    told += [
        (user, "welcome", "Welcome to SoftFactory", "Your account is ready.", None)
        for user in plan.generated_user_ids()
    ]
    for number, (user, kind, title, message, subject) in enumerate(told, start=1):
        created = plan.ago(days=number % 30, minutes=number % 1440)
        yield {
            "id": number,
            "user_id": user,
            "kind": kind,
            "title": title,
            "message": message,
            "data": {},
            "subject_type": subject,
            "subject_id": None if subject is None else 1,
            "read_at": created + timedelta(hours=1) if number % 2 else None,
            "created_at": created,
        }

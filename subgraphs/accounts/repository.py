"""All SQL of accounts."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Interval, bindparam, case, delete, func, literal, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import InstrumentedAttribute

from subgraphs.accounts.models import (
    ApiKey,
    FileUpload,
    Invoice,
    LoginLock,
    Notification,
    Order,
    OrderItem,
    Payment,
    Product,
    Subscription,
    SubscriptionPlan,
    SubscriptionStatus,
    User,
)
from subgraphs.kit.database import ReadSession, WriteSession
from subgraphs.kit.loaders import is_one_of
from subgraphs.kit.pagination import Order as Sorting
from subgraphs.kit.pagination import Page, PageRequest, paginate, paginate_children

RUNNING = (SubscriptionStatus.ACTIVE, SubscriptionStatus.CANCELING)

USERS_BY_AGE = Sorting("users", User.id, User.id, int, descending=False)
SUBSCRIPTIONS_NEWEST = Sorting("subscriptions", Subscription.created_at, Subscription.id, datetime)
PAYMENTS_NEWEST = Sorting("payments", Payment.created_at, Payment.id, datetime)
ORDERS_NEWEST = Sorting("orders", Order.created_at, Order.id, datetime)
INVOICES_NEWEST = Sorting("invoices", Invoice.created_at, Invoice.id, datetime)
NOTIFICATIONS_NEWEST = Sorting("notifications", Notification.created_at, Notification.id, datetime)
FILES_NEWEST = Sorting("files", FileUpload.created_at, FileUpload.id, datetime)
API_KEYS_NEWEST = Sorting("api_keys", ApiKey.created_at, ApiKey.id, datetime)


async def users(session: ReadSession, ids: Sequence[int]) -> Sequence[User]:
    return await session.all(select(User).where(is_one_of(User.id, ids)))


async def products(session: ReadSession, ids: Sequence[int]) -> Sequence[Product]:
    return await session.all(select(Product).where(is_one_of(Product.id, ids)))


async def products_by_slug(session: ReadSession, slugs: Sequence[str]) -> Sequence[Product]:
    return await session.all(select(Product).where(is_one_of(Product.slug, slugs)))


async def plans(session: ReadSession, ids: Sequence[int]) -> Sequence[SubscriptionPlan]:
    return await session.all(select(SubscriptionPlan).where(is_one_of(SubscriptionPlan.id, ids)))


async def subscriptions(session: ReadSession, ids: Sequence[int]) -> Sequence[Subscription]:
    return await session.all(select(Subscription).where(is_one_of(Subscription.id, ids)))


async def payments(session: ReadSession, ids: Sequence[int]) -> Sequence[Payment]:
    return await session.all(select(Payment).where(is_one_of(Payment.id, ids)))


async def orders(session: ReadSession, ids: Sequence[int]) -> Sequence[Order]:
    return await session.all(select(Order).where(is_one_of(Order.id, ids)))


async def invoices(session: ReadSession, ids: Sequence[int]) -> Sequence[Invoice]:
    return await session.all(select(Invoice).where(is_one_of(Invoice.id, ids)))


async def notifications(session: ReadSession, ids: Sequence[int]) -> Sequence[Notification]:
    return await session.all(select(Notification).where(is_one_of(Notification.id, ids)))


async def files(session: ReadSession, ids: Sequence[int]) -> Sequence[FileUpload]:
    return await session.all(select(FileUpload).where(is_one_of(FileUpload.id, ids)))


async def active_products(session: ReadSession) -> Sequence[Product]:
    return await session.all(select(Product).where(Product.is_active).order_by(Product.id))


async def active_plans(session: ReadSession) -> Sequence[SubscriptionPlan]:
    return await session.all(
        select(SubscriptionPlan).where(SubscriptionPlan.is_active).order_by(SubscriptionPlan.id)
    )


async def user_page(session: ReadSession, page: PageRequest) -> Page[User]:
    return await paginate(session, select(User), USERS_BY_AGE, page)


async def subscription_pages(
    session: ReadSession, users: Sequence[int], page: PageRequest, status: SubscriptionStatus | None
) -> Mapping[int, Page[Subscription]]:
    statement = select(Subscription)
    if status is not None:
        statement = statement.where(Subscription.status == status)
    return await paginate_children(
        session, statement, Subscription.user_id, users, SUBSCRIPTIONS_NEWEST, page
    )


async def payment_pages(
    session: ReadSession, users: Sequence[int], page: PageRequest, _: None
) -> Mapping[int, Page[Payment]]:
    return await paginate_children(session, select(Payment), Payment.user_id, users, PAYMENTS_NEWEST, page)


async def order_pages(
    session: ReadSession, users: Sequence[int], page: PageRequest, _: None
) -> Mapping[int, Page[Order]]:
    return await paginate_children(session, select(Order), Order.user_id, users, ORDERS_NEWEST, page)


async def invoice_pages(
    session: ReadSession, users: Sequence[int], page: PageRequest, _: None
) -> Mapping[int, Page[Invoice]]:
    return await paginate_children(session, select(Invoice), Invoice.user_id, users, INVOICES_NEWEST, page)


async def notification_pages(
    session: ReadSession, users: Sequence[int], page: PageRequest, unread_only: bool
) -> Mapping[int, Page[Notification]]:
    statement = select(Notification)
    if unread_only:
        statement = statement.where(Notification.read_at.is_(None))
    return await paginate_children(
        session, statement, Notification.user_id, users, NOTIFICATIONS_NEWEST, page
    )


async def file_pages(
    session: ReadSession, users: Sequence[int], page: PageRequest, _: None
) -> Mapping[int, Page[FileUpload]]:
    return await paginate_children(session, select(FileUpload), FileUpload.user_id, users, FILES_NEWEST, page)


async def api_key_pages(
    session: ReadSession, users: Sequence[int], page: PageRequest, _: None
) -> Mapping[int, Page[ApiKey]]:
    return await paginate_children(session, select(ApiKey), ApiKey.user_id, users, API_KEYS_NEWEST, page)


async def unread_counts(session: ReadSession, users: Sequence[int]) -> Mapping[int, int]:
    """Users without unread notifications are left out."""
    statement = (
        select(Notification.user_id, func.count().label("unread"))
        .where(is_one_of(Notification.user_id, users), Notification.read_at.is_(None))
        .group_by(Notification.user_id)
    )
    return {row.user_id: row.unread for row in await session.rows(statement)}


async def order_items(session: ReadSession, orders: Sequence[int]) -> Mapping[int, list[OrderItem]]:
    """In the order in which they were added."""
    statement = select(OrderItem).where(is_one_of(OrderItem.order_id, orders)).order_by(OrderItem.id)
    items: dict[int, list[OrderItem]] = {order: [] for order in orders}
    for item in await session.all(statement):
        items[item.order_id].append(item)
    return items


async def running_subscriptions(
    session: ReadSession, users: Sequence[int]
) -> Mapping[int, list[Subscription]]:
    """Those whose status gives access; whether their period has passed is for rules.gives_access to say."""
    statement = select(Subscription).where(
        is_one_of(Subscription.user_id, users), Subscription.status.in_(RUNNING)
    )
    running: dict[int, list[Subscription]] = {user: [] for user in users}
    for subscription in await session.all(statement.order_by(Subscription.id)):
        running[subscription.user_id].append(subscription)
    return running


async def user_by_email(session: ReadSession, email: str) -> User | None:
    return await session.first(select(User).where(User.email == email))


async def lock_end(session: ReadSession, email: str, now: datetime) -> datetime | None:
    """Until when signing in with this address is locked; None if it is not."""
    return await session.first(
        select(LoginLock.locked_until).where(LoginLock.email == email, LoginLock.locked_until > now)
    )


async def count_failure(
    session: WriteSession, email: str, now: datetime, *, window: timedelta, limit: int, lock: timedelta
) -> datetime | None:
    """Counts a failed sign-in and locks the address at the `limit`th within `window`, in one statement: however many
    arrive at once, the row's lock puts them in order. While locked, nothing is counted. Returns the lock's end."""
    fresh = insert(LoginLock).values(email=email, recent_failures=[now])
    kept = _failures_since(LoginLock.recent_failures, now - window)
    failures = func.array_append(kept, literal(now))
    full = func.cardinality(failures) >= limit
    statement = fresh.on_conflict_do_update(
        index_elements=[LoginLock.email],
        set_={
            "recent_failures": failures,
            "locked_until": case((full, literal(now) + literal(lock, Interval)), else_=None),
        },
        where=LoginLock.locked_until.is_(None) | (LoginLock.locked_until <= now),
    ).returning(LoginLock.locked_until)
    rows = await session.rows(statement)
    return rows[0][0] if rows else await lock_end(session, email, now)


async def clear_failures(session: WriteSession, email: str, now: datetime) -> datetime | None:
    """Forgets failed sign-ins, unless they have locked the address meanwhile: then returns the lock's end."""
    # Also where there is no row yet: else one who counts the first failure meanwhile would not be waited for.
    own = insert(LoginLock).values(email=email, recent_failures=[])
    statement = own.on_conflict_do_update(index_elements=[LoginLock.email], set_={"email": email})
    rows = await session.rows(statement.returning(LoginLock.locked_until))
    locked_until: datetime | None = rows[0][0]
    if locked_until is not None and locked_until > now:
        return locked_until
    await session.execute(delete(LoginLock).where(LoginLock.email == email))
    return None


async def replace_password_hash(session: WriteSession, user: int, old: str, new: str) -> bool:
    """False, and nothing is replaced, if the password was changed meanwhile."""
    statement = update(User).where(User.id == user, User.password_hash == old).values(password_hash=new)
    return bool(await session.rows(statement.returning(User.id)))


def _failures_since(failures: InstrumentedAttribute[list[datetime]], since: datetime) -> Any:
    failure = func.unnest(failures).column_valued("failure")
    recent = select(failure).where(failure > bindparam("since", since))
    return func.array(recent.scalar_subquery())

"""Use cases of accounts: each one unit of work."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from subgraphs.accounts import passwords, repository, rules
from subgraphs.accounts.cache_policy import LOOKED_FOR
from subgraphs.accounts.errors import AccountLocked, EmailTaken, InvalidCredentials, InvalidEmail
from subgraphs.accounts.loaders import Loaders
from subgraphs.accounts.models import LoginAttempt, User
from subgraphs.kit import tokens
from subgraphs.kit.context import Context
from subgraphs.kit.database import ReadSession, violations
from subgraphs.kit.errors import NotFound
from subgraphs.kit.viewer import Viewer


@dataclass(frozen=True, slots=True)
class SignedIn:
    """A user with a fresh access token."""

    user: User
    access_token: str
    expires_at: datetime


async def register(context: Context[Loaders], email: str, password: str, name: str) -> SignedIn:
    """Raises InvalidEmail, InvalidName, WeakPassword or EmailTaken."""
    email, name = rules.normal_email(email), rules.normal_name(name)
    rules.check_password(password)
    password_hash = await passwords.hash_password(password)
    user = User(email=email, name=name, password_hash=password_hash, password_changed_at=context.now)
    async with context.write() as work:
        with violations({"uq_users_email": EmailTaken()}):
            work.session.add(user)
            await work.session.flush()
        work.record("User", user.id, "registered", cacheInvalidation=LOOKED_FOR)
    return _sign_in(context, user, {})


async def login(context: Context[Loaders], email: str, password: str) -> SignedIn:
    """Raises InvalidCredentials or AccountLocked, for an unknown e-mail address just as for a wrong password."""
    try:
        email = rules.normal_email(email)
    except InvalidEmail:
        raise InvalidCredentials from None
    if len(password) > rules.LONGEST_PASSWORD:
        raise InvalidCredentials
    async with context.read(fresh=True) as session:
        _refuse_if_locked(await repository.lock_end(session, email, context.now), context.now)
        user = await repository.user_by_email(session, email)
    matches = await passwords.verify_password(user.password_hash if user else None, password)
    if user is None or not matches or not user.is_active:
        await _fail(context, email, user)
        raise InvalidCredentials
    return await _succeed(context, user, password)


async def token_for(context: Context[Loaders], email: str) -> str:
    """An access token without a password, for whoever runs the services. Raises NotFound."""
    async with context.read(fresh=True) as session:
        user = await repository.user_by_email(session, email.strip().lower())
        if user is None or not user.is_active:
            raise NotFound("User")
        products = await _open_products(session, user, context.now)
    return _sign_in(context, user, products).access_token


async def _fail(context: Context[Loaders], email: str, user: User | None) -> None:
    async with context.write() as work:
        locked_until = await repository.count_failure(
            work.session,
            email,
            context.now,
            window=rules.FAILURE_WINDOW,
            limit=rules.FAILURES_TO_LOCK,
            lock=rules.LOCK_TIME,
        )
        # After whoever came before has ended, so that attempts are in the order in which they count.
        work.session.add(LoginAttempt(email=email, user_id=user.id if user else None, succeeded=False))
    _refuse_if_locked(locked_until, context.now)


async def _succeed(context: Context[Loaders], user: User, password: str) -> SignedIn:
    old = user.password_hash or ""
    new = await passwords.hash_password(password) if passwords.needs_rehash(old) else None
    async with context.write() as work:
        # Guesses run side by side: one that is right counts only if the wrong ones have not locked the address.
        _refuse_if_locked(await repository.clear_failures(work.session, user.email, context.now), context.now)
        work.session.add(LoginAttempt(email=user.email, user_id=user.id, succeeded=True))
        if new is not None and await repository.replace_password_hash(work.session, user.id, old, new):
            work.record("User", user.id, "password_rehashed")
        products = await _open_products(work.session, user, context.now)
    return _sign_in(context, user, products)


async def _open_products(session: ReadSession, user: User, now: datetime) -> Mapping[str, datetime | None]:
    """Slugs of products with an active subscription, and when that ends by itself."""
    running = (await repository.running_subscriptions(session, [user.id]))[user.id]
    ends = {
        s.product_id: s.current_period_end for s in running if s.product_id and rules.gives_access(s, now)
    }
    return {product.slug: ends[product.id] for product in await repository.products(session, list(ends))}


def _sign_in(context: Context[Loaders], user: User, products: Mapping[str, datetime | None]) -> SignedIn:
    viewer = Viewer(user_id=user.id, role=user.role, products=frozenset(products))
    context.sign_in(viewer)
    token = tokens.issue(viewer, context.settings.jwt_secret.get_secret_value(), context.now, products)
    return SignedIn(user, token, context.now + tokens.LIFETIME)


def _refuse_if_locked(locked_until: datetime | None, now: datetime) -> None:
    if locked_until is not None:
        raise AccountLocked(max(locked_until - now, timedelta()))

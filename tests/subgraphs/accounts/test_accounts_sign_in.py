"""Registering and signing in, with everything that must be refused."""

import asyncio
from datetime import timedelta
from typing import Any

import pytest
from argon2 import PasswordHasher
from sqlalchemy import text

from subgraphs.accounts import SERVICE
from subgraphs.accounts.seed import DEMO_LOGINS, VOLUME_PASSWORD
from subgraphs.kit import ids, tokens
from subgraphs.kit.errors import NotFound
from subgraphs.kit.testing import SECRET, Client, FakeClock
from subgraphs.kit.unit_of_work import unit_of_work

GOOD = "Bulgogi-4-Two!"
REGISTER = """mutation($email: String!, $password: String!, $name: String! = "Somebody") {
  register(input: {email: $email, password: $password, name: $name}) { accessToken expiresAt user { id email name role } } }"""
LOGIN = """mutation($email: String!, $password: String!) {
  login(input: {email: $email, password: $password}) { accessToken expiresAt user { id email } } }"""


async def sql(client: Client, statement: str, **parameters: Any) -> list[tuple[Any, ...]]:
    async with client.subgraph.database.read(fresh=True) as session:
        return [tuple(row) for row in await session.rows(text(statement).bindparams(**parameters))]


async def change(client: Client, statement: str, **parameters: Any) -> None:
    async with unit_of_work(client.subgraph.database, SERVICE.outbox) as work:
        await work.session.execute(text(statement).bindparams(**parameters))


@pytest.fixture
async def account(client: Client, email: str) -> str:
    """The address of a new account with the password GOOD."""
    await client.data(REGISTER, email=email, password=GOOD)
    return email


class TestRegister:
    async def test_signs_the_new_user_in(self, client: Client, clock: FakeClock) -> None:
        payload = (await client.data(REGISTER, email="Mixed.Case@Example.org", password=GOOD, name=" Kim "))[
            "register"
        ]
        viewer = tokens.verify(payload["accessToken"], SECRET, clock.now)
        assert ids.encode("User", viewer.user_id) == payload["user"]["id"]
        assert viewer.products == frozenset()
        assert payload["user"] == {
            "id": payload["user"]["id"],
            "name": "Kim",
            "email": "mixed.case@example.org",
            "role": "USER",
        }
        me = await client.with_token(payload["accessToken"]).data("{ me { email role } }")
        assert me == {"me": {"email": "mixed.case@example.org", "role": "USER"}}

    async def test_writes_an_event_in_the_same_transaction(self, client: Client, account: str) -> None:
        rows = await sql(
            client,
            "SELECT o.kind, o.entity_type, o.xmin = u.xmin FROM outbox_events o, users u "
            "WHERE u.email = :email AND o.entity_key = :key",
            email=account,
            key=ids.encode(
                "User", (await sql(client, "SELECT id FROM users WHERE email = :e", e=account))[0][0]
            ),
        )
        assert rows == [("registered", "User", True)]

    async def test_keeps_no_password(self, client: Client, account: str) -> None:
        ((password_hash,),) = await sql(client, "SELECT password_hash FROM users WHERE email = :e", e=account)
        assert password_hash.startswith("$argon2id$")
        assert GOOD not in password_hash

    @pytest.mark.parametrize(
        ("changed", "code"),
        [
            ({"email": "nobody"}, "INVALID_EMAIL"),
            ({"email": "demo@softfactory.com"}, "EMAIL_TAKEN"),
            ({"email": " DEMO@softfactory.com "}, "EMAIL_TAKEN"),
            ({"password": "weak"}, "WEAK_PASSWORD"),
            ({"password": "Password-77!"}, "WEAK_PASSWORD"),
            ({"name": " "}, "INVALID_NAME"),
        ],
        ids=str,
    )
    async def test_refusals(self, client: Client, email: str, changed: dict[str, str], code: str) -> None:
        assert await client.codes(REGISTER, **{"email": email, "password": GOOD, **changed}) == [code]

    async def test_one_address_makes_one_account_however_many_ask_at_once(
        self, client: Client, email: str
    ) -> None:
        codes = await asyncio.gather(*(client.codes(REGISTER, email=email, password=GOOD) for _ in range(5)))
        assert sorted(codes) == [[], *[["EMAIL_TAKEN"]] * 4]
        assert await sql(client, "SELECT count(*) FROM users WHERE email = :e", e=email) == [(1,)]


class TestLogin:
    @pytest.mark.parametrize("login", DEMO_LOGINS, ids=lambda login: login.role)
    async def test_with_the_logins_of_the_seed(self, client: Client, login: Any) -> None:
        payload = (await client.data(LOGIN, email=login.email.upper(), password=login.password))["login"]
        me = await client.with_token(payload["accessToken"]).data("{ me { email role } }")
        assert me["me"] == {"email": login.email, "role": login.role.upper()}

    async def test_with_a_generated_user(self, client: Client) -> None:
        await client.data(LOGIN, email="user8@example.com", password=VOLUME_PASSWORD)

    async def test_the_token_opens_the_products_with_an_active_subscription(
        self, client: Client, clock: FakeClock
    ) -> None:
        login = DEMO_LOGINS[0]
        payload = (await client.data(LOGIN, email=login.email, password=login.password))["login"]
        viewer = tokens.verify(payload["accessToken"], SECRET, clock.now)
        assert viewer.products == {"coocook", "sns-auto", "review", "ai-automation", "webapp-builder"}

    async def test_a_subscription_that_has_ended_opens_nothing(
        self, client: Client, clock: FakeClock
    ) -> None:
        clock.now += timedelta(days=400)
        token = await client.subgraph.token_for("demo@softfactory.com")
        assert tokens.verify(token, SECRET, clock.now).products == {"webapp-builder"}

    async def test_the_token_ends_when_it_says(self, client: Client, account: str, clock: FakeClock) -> None:
        payload = (await client.data(LOGIN, email=account, password=GOOD))["login"]
        user = client.with_token(payload["accessToken"])
        assert payload["expiresAt"] == (clock.now + timedelta(hours=1)).isoformat().replace("+00:00", "Z")
        clock.now += timedelta(minutes=59)
        assert await user.codes("{ me { id } }") == []
        clock.now += timedelta(minutes=1)
        assert await user.codes("{ me { id } }") == ["TOKEN_EXPIRED"]

    @pytest.mark.parametrize("password", ["wrong", "", GOOD + " ", GOOD.lower(), "x" * 200])
    async def test_a_wrong_password_looks_like_an_unknown_address(
        self, client: Client, account: str, password: str
    ) -> None:
        known = await client.execute(LOGIN, email=account, password=password)
        unknown = await client.execute(LOGIN, email=f"un{account}", password=password)
        assert known == unknown
        assert known["errors"][0]["extensions"] == {"code": "INVALID_CREDENTIALS"}

    @pytest.mark.parametrize("email", ["", "not an address", "a\0@b.c", "x" * 300 + "@b.c"])
    async def test_what_is_no_address_is_unknown(self, client: Client, email: str) -> None:
        assert await client.codes(LOGIN, email=email, password=GOOD) == ["INVALID_CREDENTIALS"]

    async def test_an_inactive_user_looks_unknown(self, client: Client, account: str) -> None:
        await change(client, "UPDATE users SET is_active = false WHERE email = :e", e=account)
        assert await client.codes(LOGIN, email=account, password=GOOD) == ["INVALID_CREDENTIALS"]

    async def test_a_user_without_a_password_looks_unknown(self, client: Client, account: str) -> None:
        await change(client, "UPDATE users SET password_hash = NULL WHERE email = :e", e=account)
        assert await client.codes(LOGIN, email=account, password=GOOD) == ["INVALID_CREDENTIALS"]

    async def test_every_attempt_is_recorded(self, client: Client, account: str) -> None:
        await client.codes(LOGIN, email=account, password="wrong")
        await client.codes(LOGIN, email=account, password=GOOD)
        attempts = await sql(
            client,
            "SELECT succeeded, user_id IS NULL FROM login_attempts WHERE email = :e ORDER BY id",
            e=account,
        )
        assert attempts == [(False, False), (True, False)]

    async def test_a_hash_of_weaker_parameters_is_replaced(self, client: Client, account: str) -> None:
        weak = PasswordHasher(time_cost=1, memory_cost=1024).hash(GOOD)
        await change(client, "UPDATE users SET password_hash = :h WHERE email = :e", h=weak, e=account)
        await client.data(LOGIN, email=account, password=GOOD)
        ((stored,),) = await sql(client, "SELECT password_hash FROM users WHERE email = :e", e=account)
        assert stored != weak
        await client.data(LOGIN, email=account, password=GOOD)
        assert await sql(client, "SELECT password_hash FROM users WHERE email = :e", e=account) == [(stored,)]
        ((key,),) = await sql(client, "SELECT id FROM users WHERE email = :e", e=account)
        kinds = await sql(
            client,
            "SELECT kind FROM outbox_events WHERE entity_key = :k ORDER BY id",
            k=ids.encode("User", key),
        )
        assert kinds == [("registered",), ("password_rehashed",)]


class TestLock:
    async def fail(self, client: Client, email: str, times: int) -> list[str]:
        return [(await client.codes(LOGIN, email=email, password="wrong"))[0] for _ in range(times)]

    async def test_the_fifth_failure_within_a_minute_locks(self, client: Client, account: str) -> None:
        assert await self.fail(client, account, 6) == [*["INVALID_CREDENTIALS"] * 4, *["ACCOUNT_LOCKED"] * 2]

    async def test_an_unknown_address_locks_the_same_way(self, client: Client, email: str) -> None:
        assert await self.fail(client, email, 5) == [*["INVALID_CREDENTIALS"] * 4, "ACCOUNT_LOCKED"]

    async def test_the_right_password_does_not_open_a_lock(
        self, client: Client, account: str, clock: FakeClock
    ) -> None:
        await self.fail(client, account, 5)
        clock.now += timedelta(minutes=14, seconds=59)
        (error,) = (await client.execute(LOGIN, email=account, password=GOOD))["errors"]
        assert error["extensions"] == {"code": "ACCOUNT_LOCKED", "retryAfter": 1}
        clock.now += timedelta(seconds=1)
        assert await client.codes(LOGIN, email=account, password=GOOD) == []

    async def test_failures_while_locked_do_not_prolong_it(
        self, client: Client, account: str, clock: FakeClock
    ) -> None:
        await self.fail(client, account, 5)
        clock.now += timedelta(minutes=14)
        await self.fail(client, account, 5)
        clock.now += timedelta(minutes=1)
        assert await client.codes(LOGIN, email=account, password=GOOD) == []

    async def test_the_window_slides(self, client: Client, account: str, clock: FakeClock) -> None:
        await self.fail(client, account, 1)
        clock.now += timedelta(seconds=50)
        await self.fail(client, account, 3)
        clock.now += timedelta(seconds=11)
        assert await self.fail(client, account, 2) == ["INVALID_CREDENTIALS", "ACCOUNT_LOCKED"]

    async def test_slow_failures_do_not_lock(self, client: Client, account: str, clock: FakeClock) -> None:
        for _ in range(8):
            assert await self.fail(client, account, 1) == ["INVALID_CREDENTIALS"]
            clock.now += timedelta(seconds=15)

    async def test_signing_in_forgets_earlier_failures(self, client: Client, account: str) -> None:
        await self.fail(client, account, 4)
        await client.data(LOGIN, email=account, password=GOOD)
        assert await self.fail(client, account, 4) == ["INVALID_CREDENTIALS"] * 4

    async def test_guesses_side_by_side_get_no_more_tries(self, client: Client, account: str) -> None:
        codes = await asyncio.gather(
            *(client.codes(LOGIN, email=account, password="wrong") for _ in range(12))
        )
        assert sorted(code for (code,) in codes) == [*["ACCOUNT_LOCKED"] * 8, *["INVALID_CREDENTIALS"] * 4]
        assert await sql(
            client, "SELECT cardinality(recent_failures) FROM login_locks WHERE email = :e", e=account
        ) == [(5,)]
        assert await client.codes(LOGIN, email=account, password=GOOD) == ["ACCOUNT_LOCKED"]

    async def test_a_right_guess_among_many_counts_only_before_the_lock(
        self, client: Client, account: str
    ) -> None:
        """Whatever the order: if the right one went through, it forgot what was counted before it."""
        guesses = ["wrong"] * 10 + [GOOD] + ["wrong"] * 10
        results = await asyncio.gather(
            *(client.codes(LOGIN, email=account, password=guess) for guess in guesses)
        )
        ((successes, before),) = await sql(
            client,
            "SELECT count(*) FILTER (WHERE succeeded), count(*) FILTER (WHERE NOT succeeded AND id < "
            "(SELECT min(id) FROM login_attempts WHERE email = :e AND succeeded)) FROM login_attempts WHERE email = :e",
            e=account,
        )
        assert successes == (1 if results[10] == [] else 0)
        assert successes == 0 or before < 5
        assert await client.codes(LOGIN, email=account, password=GOOD) == ["ACCOUNT_LOCKED"]


class TestTokenFor:
    async def test_gives_a_token_without_a_password(self, client: Client) -> None:
        token = await client.subgraph.token_for("demo@softfactory.com")
        assert (await client.with_token(token).data("{ me { name } }"))["me"]["name"] == "Demo User"

    async def test_needs_an_account(self, client: Client) -> None:
        with pytest.raises(NotFound):
            await client.subgraph.token_for("nobody@example.org")

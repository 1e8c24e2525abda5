"""Booking a chef: what is refused, what is copied, and what happens when many want the same hour."""

import asyncio
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select, text, update
from sqlalchemy.exc import IntegrityError

from subgraphs.coocook import models, repository
from subgraphs.kit import ids
from subgraphs.kit.errors import JsonValue
from subgraphs.kit.money import Currency, money
from subgraphs.kit.testing import Client, FakeClock, reference
from subgraphs.kit.unit_of_work import unit_of_work
from subgraphs.kit.viewer import Role

BOOK = """mutation($input: CreateBookingInput!) { createBooking(input: $input) {
    id status startsAt endsAt durationMinutes specialRequests customer { id } chef { id }
    pricePerSession { amountMinor currency } totalPrice { amountMinor currency } } }"""


def wish(chef: models.Chef, clock: FakeClock, **values: Any) -> dict[str, JsonValue]:
    """For tomorrow at this time, for two hours, unless told otherwise."""
    starts_at = clock.now + values.pop("ahead", timedelta(days=1))
    return {"chefId": ids.encode("Chef", chef.id), "startsAt": starts_at.isoformat(), **values}


async def test_a_booking_is_pending_at_the_price_of_the_day(
    client: Client, clock: FakeClock, new_chef: Any
) -> None:
    chef = await new_chef(price_per_session=money(10_001, Currency.USD))
    wanted = wish(chef, clock, durationMinutes=90, specialRequests=" No nuts. ")
    booking = (await client.as_user(8).data(BOOK, input=wanted))["createBooking"]
    assert ids.decode("Booking", booking.pop("id")) > 0
    starts_at = clock.now + timedelta(days=1)
    assert booking == {
        "status": "PENDING",
        "startsAt": starts_at.isoformat().replace("+00:00", "Z"),
        "endsAt": (starts_at + timedelta(minutes=90)).isoformat().replace("+00:00", "Z"),
        "durationMinutes": 90,
        "specialRequests": "No nuts.",
        "customer": {"id": ids.encode("User", 8)},
        "chef": {"id": ids.encode("Chef", chef.id)},
        "pricePerSession": {"amountMinor": 10_001, "currency": "USD"},
        "totalPrice": {"amountMinor": 15_002, "currency": "USD"},
    }


async def test_a_later_price_changes_no_booking(client: Client, clock: FakeClock, new_chef: Any) -> None:
    chef = await new_chef()
    booked = (await client.as_user(8).data(BOOK, input=wish(chef, clock)))["createBooking"]
    async with unit_of_work(client.subgraph.database, models.OutboxEvent) as work:
        row = await repository.lock_chef(work.session, chef.id)
        assert row is not None
        row.price_per_session = money(99_900, Currency.KRW)
    query = "query($id: ID!) { booking(id: $id) { pricePerSession { amountMinor currency } totalPrice { amountMinor currency } } }"
    found = (await client.as_user(8).data(query, id=booked["id"]))["booking"]
    assert found == {key: booked[key] for key in ("pricePerSession", "totalPrice")}
    again = wish(chef, clock, ahead=timedelta(days=2))
    new = (await client.as_user(8).data(BOOK, input=again))["createBooking"]
    assert new["totalPrice"] == {"amountMinor": 199_800, "currency": "KRW"}


async def test_a_booking_is_told_in_the_outbox(client: Client, clock: FakeClock, new_chef: Any) -> None:
    booking = (await client.as_user(8).data(BOOK, input=wish(await new_chef(), clock)))["createBooking"]
    async with client.subgraph.database.read(fresh=True) as session:
        events = await session.all(
            select(models.OutboxEvent).where(models.OutboxEvent.entity_key == booking["id"])
        )
    assert [(event.entity_type, event.kind, event.payload) for event in events] == [
        ("Booking", "created", {"status": "PENDING"})
    ]


REFUSED = [
    ({"ahead": timedelta()}, "START_IN_THE_PAST"),
    ({"ahead": timedelta(days=-1)}, "START_IN_THE_PAST"),
    ({"ahead": timedelta(days=366)}, "START_TOO_FAR_AHEAD"),
    ({"ahead": timedelta(days=365 * 7000)}, "START_TOO_FAR_AHEAD"),
    ({"durationMinutes": 45}, "INVALID_DURATION"),
    ({"durationMinutes": 61}, "INVALID_DURATION"),
    ({"durationMinutes": 2**31 - 1}, "INVALID_DURATION"),
    ({"specialRequests": "x" * 1001}, "TEXT_TOO_LONG"),
    ({"specialRequests": "a\0b"}, "BAD_USER_INPUT"),
    ({"chefId": ids.encode("Chef", 10**9)}, "NOT_FOUND"),
    ({"chefId": ids.encode("User", 1)}, "INVALID_ID"),
    ({"chefId": "1"}, "INVALID_ID"),
]


@pytest.mark.parametrize(("values", "code"), REFUSED, ids=str)
async def test_what_cannot_be_booked(
    client: Client, clock: FakeClock, new_chef: Any, values: dict[str, Any], code: str
) -> None:
    chef = await new_chef()
    assert await client.as_user(8).codes(BOOK, input=wish(chef, clock, **values)) == [code]
    assert await booked(client, chef) == 0


async def test_who_cannot_book(client: Client, clock: FakeClock, new_chef: Any) -> None:
    chef = await new_chef()
    cases = {
        "UNAUTHENTICATED": client,
        "INVALID_TOKEN": client.with_token("x"),
        "SUBSCRIPTION_REQUIRED": client.as_user(8, products=frozenset({"sns-auto"})),
        "OWN_CHEF_PROFILE": client.as_user(chef.user_id),
    }
    for code, asking in cases.items():
        assert await asking.codes(BOOK, input=wish(chef, clock)) == [code]
    assert await booked(client, chef) == 0


async def test_an_inactive_chef_is_not_booked(client: Client, clock: FakeClock, new_chef: Any) -> None:
    chef = await new_chef(is_active=False)
    assert await client.as_user(8).codes(BOOK, input=wish(chef, clock)) == ["CHEF_INACTIVE"]


@pytest.mark.parametrize("minutes", [-119, -60, -15, 0, 15, 60, 119])
async def test_a_chef_is_at_one_place_at_a_time(
    client: Client, clock: FakeClock, new_chef: Any, new_booking: Any, minutes: int
) -> None:
    chef = await new_chef()
    taken = await new_booking(chef, starts_at=clock.now + timedelta(days=1))
    overlapping = wish(chef, clock, ahead=timedelta(days=1, minutes=minutes))
    assert await client.as_user(9).codes(BOOK, input=overlapping) == ["CHEF_IS_BOOKED"]
    assert taken.customer_id == 8
    assert await booked(client, chef) == 1


@pytest.mark.parametrize("minutes", [-120, 120])
async def test_bookings_may_touch(
    client: Client, clock: FakeClock, new_chef: Any, new_booking: Any, minutes: int
) -> None:
    chef = await new_chef()
    await new_booking(chef, starts_at=clock.now + timedelta(days=1))
    next_to_it = wish(chef, clock, ahead=timedelta(days=1, minutes=minutes))
    assert await client.as_user(9).codes(BOOK, input=next_to_it) == []


@pytest.mark.parametrize("status", [models.BookingStatus.CANCELED, models.BookingStatus.COMPLETED])
async def test_a_booking_that_is_over_takes_no_time(
    client: Client, clock: FakeClock, new_chef: Any, new_booking: Any, status: models.BookingStatus
) -> None:
    chef = await new_chef()
    await new_booking(chef, starts_at=clock.now + timedelta(days=1), status=status)
    assert await client.as_user(9).codes(BOOK, input=wish(chef, clock)) == []


async def test_of_many_at_once_one_gets_the_hour(client: Client, clock: FakeClock, new_chef: Any) -> None:
    chef = await new_chef()
    starts = [timedelta(days=1, minutes=15 * (number % 4)) for number in range(12)]
    answers = await asyncio.gather(
        *(
            client.as_user(8 + number).codes(BOOK, input=wish(chef, clock, ahead=start))
            for number, start in enumerate(starts)
        )
    )
    assert sorted(answers) == [[], *[["CHEF_IS_BOOKED"]] * 11]
    assert await booked(client, chef) == 1


async def test_many_at_once_with_room_for_all_get_it(client: Client, clock: FakeClock, new_chef: Any) -> None:
    chef = await new_chef()
    starts = [timedelta(days=1, hours=2 * number) for number in range(8)]
    asked = (client.as_user(8).codes(BOOK, input=wish(chef, clock, ahead=start)) for start in starts)
    assert await asyncio.gather(*asked) == [[]] * 8
    assert await booked(client, chef) == 8


async def test_a_chef_who_stops_meanwhile_is_not_booked(
    client: Client, clock: FakeClock, new_chef: Any
) -> None:
    """The booking waits for the transaction that deactivates the chef, and sees what it did."""
    chef = await new_chef()
    async with unit_of_work(client.subgraph.database, models.OutboxEvent) as work:
        await work.session.execute(
            update(models.Chef).where(models.Chef.id == chef.id).values(is_active=False)
        )
        waiting = asyncio.create_task(client.as_user(8).codes(BOOK, input=wish(chef, clock)))
        while not await lock_waits(client):
            assert not waiting.done()
    assert await waiting == ["CHEF_INACTIVE"]


async def lock_waits(client: Client) -> int:
    async with client.subgraph.database.read(fresh=True) as session:
        waiting = text(
            "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"
        )
        rows = await session.rows(waiting)
    return int(rows[0][0])


class TestConstraints:
    """What the database refuses, whatever the code does."""

    async def test_overlap(self, new_chef: Any, new_booking: Any) -> None:
        chef = await new_chef()
        await new_booking(chef)
        with pytest.raises(IntegrityError, match="ex_bookings_chef_overlap"):
            await new_booking(chef, customer_id=9)

    async def test_durations(self, clock: FakeClock, new_chef: Any, new_booking: Any) -> None:
        chef = await new_chef()
        for hours in (-1, 0, 13):
            ends_at = clock.now + timedelta(days=10, hours=hours)
            with pytest.raises(IntegrityError, match="duration_bounds"):
                await new_booking(chef, starts_at=clock.now + timedelta(days=10), ends_at=ends_at)

    async def test_one_currency(self, new_chef: Any, new_booking: Any) -> None:
        with pytest.raises(IntegrityError, match="one_currency"):
            await new_booking(await new_chef(), total_price=money(1, Currency.KRW))

    async def test_one_chef_per_user(self, new_chef: Any) -> None:
        chef = await new_chef()
        with pytest.raises(IntegrityError, match="uq_chefs_user_id"):
            await new_chef(user_id=chef.user_id)

    async def test_reviews_are_by_the_customer_once(self, add: Any, new_chef: Any, new_booking: Any) -> None:
        chef = await new_chef()
        booking = await new_booking(chef, status=models.BookingStatus.COMPLETED)

        def review(**values: Any) -> models.BookingReview:
            fields = {
                "booking_id": booking.id,
                "author_id": 8,
                "chef_id": chef.id,
                "rating": 5,
                "comment": "",
            }
            return models.BookingReview(**{**fields, **values})

        for bad in ({"author_id": 9}, {"chef_id": 1}, {"rating": 0}, {"rating": 6}):
            with pytest.raises(IntegrityError):
                await add(review(**bad))
        await add(review())
        with pytest.raises(IntegrityError, match="uq_booking_reviews_booking_id"):
            await add(review())


class TestPrivacy:
    QUERY = "query($id: ID!) { booking(id: $id) { status } }"

    @pytest.fixture
    async def booking(self, new_chef: Any, new_booking: Any) -> tuple[models.Chef, models.Booking]:
        chef = await new_chef()
        return chef, await new_booking(chef)

    async def test_customer_chef_and_admin_see_it(
        self, client: Client, booking: tuple[models.Chef, models.Booking]
    ) -> None:
        chef, row = booking
        for asking in (client.as_user(8), client.as_user(chef.user_id), client.as_user(1, role=Role.ADMIN)):
            found = await asking.data(self.QUERY, id=ids.encode("Booking", row.id))
            assert found == {"booking": {"status": "PENDING"}}
            assert await asking.entities("", reference("Booking", row.id)) == [{"__typename": "Booking"}]

    async def test_for_others_it_is_not_there(
        self, client: Client, booking: tuple[models.Chef, models.Booking]
    ) -> None:
        _, row = booking
        other = client.as_user(9)
        theirs = await other.execute(self.QUERY, id=ids.encode("Booking", row.id))
        missing = await other.execute(self.QUERY, id=ids.encode("Booking", 10**9))
        assert theirs == missing
        assert theirs["errors"][0]["extensions"]["code"] == "NOT_FOUND"
        assert await client.codes(self.QUERY, id=ids.encode("Booking", row.id)) == ["UNAUTHENTICATED"]
        for asking in (client, other):
            assert await asking.entities("", reference("Booking", row.id)) == [None]

    @pytest.mark.parametrize(
        ("viewer", "codes"),
        [(None, ["UNAUTHENTICATED"]), (9, ["FORBIDDEN"]), (2, [])],
    )
    async def test_lists_of_users(self, client: Client, viewer: int | None, codes: list[str]) -> None:
        asking = client.as_user(viewer) if viewer else client
        query = "query($r: [_Any!]!) { _entities(representations: $r) { ... on User { id bookings { nodes { id } } } } }"
        response = await asking.execute(query, r=[{"__typename": "User", "id": ids.encode("User", 2)}])
        assert [error["extensions"]["code"] for error in response.get("errors", [])] == codes
        assert response["data"]["_entities"][0]["id"] == ids.encode("User", 2)

    async def test_lists_of_chefs(self, client: Client, booking: tuple[models.Chef, models.Booking]) -> None:
        chef, row = booking
        query = "query($id: ID!) { chef(id: $id) { bio bookings { nodes { id } } } }"
        key = ids.encode("Chef", chef.id)
        found = (await client.as_user(chef.user_id, products=frozenset()).data(query, id=key))["chef"]
        assert found["bookings"]["nodes"] == [{"id": ids.encode("Booking", row.id)}]
        for asking, code in ((client, "UNAUTHENTICATED"), (client.as_user(8), "FORBIDDEN")):
            response = await asking.execute(query, id=key)
            assert response["data"]["chef"] == {"bio": "", "bookings": None}
            assert [error["extensions"]["code"] for error in response["errors"]] == [code]

    @pytest.mark.parametrize("name", ["myBookings", "shoppingLists", "feed"])
    async def test_own_lists_need_a_subscription(self, client: Client, name: str) -> None:
        query = f"{{ {name} {{ nodes {{ id }} }} }}"
        assert await client.codes(query) == ["UNAUTHENTICATED"]
        assert await client.as_user(2, products=frozenset()).codes(query) == ["SUBSCRIPTION_REQUIRED"]
        assert (await client.as_user(2).data(query))[name]["nodes"]


async def booked(client: Client, chef: models.Chef) -> int:
    async with client.subgraph.database.read(fresh=True) as session:
        found = await session.all(select(models.Booking.id).where(models.Booking.chef_id == chef.id))
    return len(found)

"""What coocook answers, in which order, and with how many SQL statements."""

from datetime import datetime, timedelta
from typing import Any

import pytest

from subgraphs.coocook import models
from subgraphs.kit import ids
from subgraphs.kit.money import Currency, money
from subgraphs.kit.testing import Client, FakeClock, reference

DEMO = 2
SEED_NAMES = {"Chef Park", "Chef Marco", "Chef Tanaka", "Chef Dubois", "Chef Garcia"}


class TestChefs:
    async def test_the_five_chefs_are_there(self, client: Client) -> None:
        chefs = [reference("Chef", key) for key in range(1, 6)]
        found = await client.entities(
            "... on Chef { name cuisine location pricePerSession { amountMinor currency } user { id } }",
            *chefs,
        )
        assert [
            (chef["name"], chef["cuisine"], chef["pricePerSession"]["amountMinor"]) for chef in found
        ] == [
            ("Chef Park", "KOREAN", 12_000),
            ("Chef Marco", "ITALIAN", 13_000),
            ("Chef Tanaka", "JAPANESE", 15_000),
            ("Chef Dubois", "FRENCH", 14_000),
            ("Chef Garcia", "MEXICAN", 11_000),
        ]
        assert {chef["location"] for chef in found} == {"Seoul"}
        assert [chef["user"]["id"] for chef in found] == [ids.encode("User", key) for key in range(3, 8)]

    @pytest.mark.parametrize(
        ("sort", "selection", "key", "descending"),
        [
            (
                "POPULARITY",
                "rating ratingCount",
                lambda c: round((c["rating"] or 0) * c["ratingCount"]),
                True,
            ),
            ("NEWEST", "createdAt", lambda c: datetime.fromisoformat(c["createdAt"]), True),
            (
                "PRICE_LOW",
                "pricePerSession { amountMinor }",
                lambda c: c["pricePerSession"]["amountMinor"],
                False,
            ),
            (
                "PRICE_HIGH",
                "pricePerSession { amountMinor }",
                lambda c: c["pricePerSession"]["amountMinor"],
                True,
            ),
            (
                "RATING",
                "rating ratingCount",
                lambda c: (20 + round((c["rating"] or 0) * c["ratingCount"])) / (5 + c["ratingCount"]),
                True,
            ),
        ],
    )
    async def test_every_order_is_complete(
        self, walk: Any, sort: str, selection: str, key: Any, descending: bool
    ) -> None:
        price = "filter: {price: {currency: USD}}, " if "PRICE" in sort else ""
        chefs = await walk(f"chefs({price}sort: {sort}", f"id {selection}")
        assert len({chef["id"] for chef in chefs}) == len(chefs) >= 8
        keys = [key(chef) for chef in chefs]
        assert keys == sorted(keys, reverse=descending)

    async def test_popular_chefs_are_in_the_order_of_popularity(self, client: Client) -> None:
        popular = await client.data(
            "{ popularChefs(first: 4) { nodes { id } } chefs(first: 4, sort: POPULARITY) { nodes { id } } }"
        )
        assert popular["popularChefs"] == popular["chefs"]

    @pytest.mark.parametrize(
        ("filter_", "names"),
        [
            ('cuisine: JAPANESE, q: "omakase"', {"Chef Tanaka"}),
            ('q: "PASTA"', {"Chef Marco"}),
            ('q: "%"', set()),
            ('q: "_hef"', set()),
            ('location: "atlantis"', set()),
            ('q: "Chef ", price: {currency: USD, atLeast: 14000}', {"Chef Tanaka", "Chef Dubois"}),
            (
                'q: "Chef ", price: {currency: USD, atLeast: 11000, atMost: 12000}',
                {"Chef Park", "Chef Garcia"},
            ),
            ('q: "Chef ", price: {currency: KRW}', set()),
            ('location: "seoul", q: "Chef ", ratingAtLeast: 1', SEED_NAMES),
        ],
    )
    async def test_filters(self, client: Client, filter_: str, names: set[str]) -> None:
        nodes = (
            await client.data(f"{{ chefs(first: 100, filter: {{ {filter_} }}) {{ nodes {{ name }} }} }}")
        )["chefs"]["nodes"]
        assert {node["name"] for node in nodes} == names

    @pytest.mark.parametrize(
        ("arguments", "code"),
        [
            ("sort: PRICE_LOW", "CURRENCY_REQUIRED"),
            ("filter: {price: {currency: USD, atLeast: 2, atMost: 1}}", "INVALID_PRICE_RANGE"),
            ("filter: {ratingAtLeast: 5.5}", "INVALID_RATING"),
            ("filter: {ratingAtLeast: 1e308}", "INVALID_RATING"),
            ('filter: {q: "a\\u0000b"}', "BAD_USER_INPUT"),
            ("first: 0", "INVALID_PAGE_SIZE"),
            ("first: 101", "INVALID_PAGE_SIZE"),
            ('after: "x"', "INVALID_CURSOR"),
        ],
    )
    async def test_what_cannot_be_asked(self, client: Client, arguments: str, code: str) -> None:
        assert await client.codes(f"{{ chefs({arguments}) {{ nodes {{ id }} }} }}") == [code]

    async def test_a_cursor_of_another_order_is_refused(self, client: Client) -> None:
        page = await client.data("{ chefs(first: 1) { pageInfo { endCursor } } }")
        after = page["chefs"]["pageInfo"]["endCursor"]
        assert await client.codes(f'{{ chefs(sort: NEWEST, after: "{after}") {{ nodes {{ id }} }} }}') == [
            "INVALID_CURSOR"
        ]

    async def test_those_who_take_no_bookings_are_not_listed(self, client: Client, new_chef: Any) -> None:
        chef = await new_chef(location="Ulleungdo", is_active=False)
        query = '{ chefs(filter: {location: "ulleung"}) { nodes { id } } }'
        assert (await client.data(query))["chefs"]["nodes"] == []
        found = await client.data(
            "query($id: ID!) { chef(id: $id) { isActive rating ratingCount } }",
            id=ids.encode("Chef", chef.id),
        )
        assert found == {"chef": {"isActive": False, "rating": None, "ratingCount": 0}}

    async def test_one_rating_of_five_does_not_outrank_many_good_ones(
        self, client: Client, new_chef: Any
    ) -> None:
        await new_chef(location="Dokdo", bio="one", rating_sum=5, rating_count=1)
        await new_chef(location="Dokdo", bio="many", rating_sum=480, rating_count=100)
        await new_chef(location="Dokdo", bio="none")
        nodes = (await client.data('{ chefs(filter: {location: "dokdo"}) { nodes { bio rating } } }'))[
            "chefs"
        ]["nodes"]
        assert [(node["bio"], node["rating"]) for node in nodes] == [
            ("many", 4.8),
            ("one", 5.0),
            ("none", None),
        ]

    async def test_cuisines_are_summed_up_by_currency(self, client: Client, new_chef: Any) -> None:
        german = models.Cuisine.GERMAN
        query = "{ cuisines { cuisine chefCount averageRating averagePrices { amountMinor currency } } }"
        before = {c["cuisine"]: c for c in (await client.data(query))["cuisines"]}.get(
            "GERMAN", {"chefCount": 0}
        )
        for minor, currency in ((1, Currency.KRW), (4, Currency.KRW)):
            await new_chef(
                cuisine=german, price_per_session=money(minor, currency), rating_sum=4, rating_count=1
            )
        with client.statements() as seen:
            cuisines = (await client.data(query))["cuisines"]
        assert seen.count == 1
        after = {cuisine["cuisine"]: cuisine for cuisine in cuisines}["GERMAN"]
        assert after["chefCount"] == before["chefCount"] + 2
        assert {"amountMinor": 2, "currency": "KRW"} in after["averagePrices"]  # 2.5 to even
        assert len(after["averagePrices"]) == len({price["currency"] for price in after["averagePrices"]})


class TestDisplayName:
    """A chef without a name of their own is called as the user is, whom a router asks accounts for."""

    async def test_it_is_the_chefs_own(self, client: Client) -> None:
        known = reference("Chef", 1, user={"name": "Somebody"})
        assert (await client.entities("... on Chef { displayName }", known))[0]["displayName"] == "Chef Park"

    @pytest.mark.parametrize(
        ("user", "name"),
        [
            ({"name": "Mia Kim"}, "Mia Kim"),
            ({"name": None}, None),
            ({}, None),
            (None, None),
            ("x", None),
            ({"name": 5}, None),
        ],
    )
    async def test_or_that_of_the_user(
        self, client: Client, new_chef: Any, user: Any, name: str | None
    ) -> None:
        chef = await new_chef()
        (found,) = await client.entities(
            "... on Chef { name displayName }", reference("Chef", chef.id, user=user)
        )
        assert (found["name"], found["displayName"]) == (None, name)


class TestCatalogue:
    async def test_there_are_ten_menus(self, client: Client) -> None:
        menus = (
            await client.data("{ menus { name category price { currency } ingredients chef { name } } }")
        )["menus"]
        assert len(menus) == 10
        assert {menu["price"]["currency"] for menu in menus} == {"KRW"}
        assert {menu["category"] for menu in menus} == {category.value for category in models.MenuCategory}

    async def test_categories_count_their_menus(self, client: Client) -> None:
        data = await client.data(
            "{ menuCategories { category menuCount } menus(category: MAIN) { category } }"
        )
        counts = {each["category"]: each["menuCount"] for each in data["menuCategories"]}
        assert sum(counts.values()) == 10
        assert counts["MAIN"] == len(data["menus"])
        assert {menu["category"] for menu in data["menus"]} == {"MAIN"}

    async def test_price_estimate(self, client: Client, new_chef: Any) -> None:
        chef = await new_chef(price_per_session=money(10_001, Currency.USD))
        query = "query($id: ID!, $minutes: Int!) { priceEstimate(chefId: $id, durationMinutes: $minutes) { amountMinor currency } }"
        key = ids.encode("Chef", chef.id)
        found = await client.data(query, id=key, minutes=90)
        assert found == {"priceEstimate": {"amountMinor": 15_002, "currency": "USD"}}
        assert await client.codes(query, id=key, minutes=50) == ["INVALID_DURATION"]
        assert await client.data(query, id=ids.encode("Chef", 10**9), minutes=60) == {"priceEstimate": None}

    async def test_availability_tells_times_and_nothing_else(
        self, client: Client, clock: FakeClock, new_chef: Any, new_booking: Any
    ) -> None:
        chef = await new_chef()
        day = clock.now + timedelta(days=5)
        status = models.BookingStatus
        await new_booking(chef, starts_at=day)
        await new_booking(chef, starts_at=day + timedelta(hours=3), status=status.CONFIRMED)
        await new_booking(chef, starts_at=day + timedelta(hours=6), status=status.CANCELED)
        await new_booking(chef, starts_at=day + timedelta(days=9))
        query = """query($id: ID!, $from: DateTime!, $to: DateTime!) {
            chefAvailability(chefId: $id, from: $from, to: $to) { startsAt endsAt } }"""

        async def busy(start: datetime, end: datetime) -> list[datetime]:
            found = await client.data(
                query, id=ids.encode("Chef", chef.id), **{"from": start.isoformat(), "to": end.isoformat()}
            )
            return [datetime.fromisoformat(period["startsAt"]) for period in found["chefAvailability"]]

        assert await busy(day - timedelta(days=1), day + timedelta(days=1)) == [day, day + timedelta(hours=3)]
        assert await busy(day + timedelta(hours=1), day + timedelta(hours=3)) == [day]
        assert await busy(day + timedelta(hours=2), day + timedelta(hours=3)) == []
        late = {"from": day.isoformat(), "to": (day + timedelta(days=32)).isoformat()}
        assert await client.codes(query, id=ids.encode("Chef", chef.id), **late) == ["INVALID_PERIOD"]


class TestOwn:
    async def test_the_demo_user_has_bookings_in_every_state(self, client: Client) -> None:
        query = "{ myBookings { nodes { id status startsAt payment { status amount { amountMinor } transaction { id } } review { rating } totalPrice { amountMinor } } } }"
        nodes = (await client.as_user(DEMO).data(query))["myBookings"]["nodes"]
        assert {node["status"] for node in nodes} == {"PENDING", "CONFIRMED", "COMPLETED", "CANCELED"}
        assert [node["startsAt"] for node in nodes] == sorted(
            (node["startsAt"] for node in nodes), reverse=True
        )
        first = next(node for node in nodes if node["id"] == ids.encode("Booking", 1))
        assert first["status"] == "CONFIRMED"
        assert first["payment"] == {"status": "COMPLETED", "amount": first["totalPrice"], "transaction": None}

    async def test_bookings_by_status(self, client: Client) -> None:
        nodes = (await client.as_user(DEMO).data("{ myBookings(status: PENDING) { nodes { status } } }"))[
            "myBookings"
        ]["nodes"]
        assert {node["status"] for node in nodes} == {"PENDING"}

    async def test_a_payment_leads_to_accounts(
        self, client: Client, add: Any, new_chef: Any, new_booking: Any
    ) -> None:
        booking = await new_booking(await new_chef(), status=models.BookingStatus.CONFIRMED)
        await add(
            models.BookingPayment(
                booking_id=booking.id,
                user_id=8,
                amount=booking.total_price,
                status=models.BookingPaymentStatus.COMPLETED,
                provider_transaction_id=f"test {booking.id}",
                payment_id=77,
            )
        )
        selection = "... on Booking { payment { transaction { id } } }"
        (found,) = await client.as_user(8).entities(selection, reference("Booking", booking.id))
        assert found["payment"] == {"transaction": {"id": ids.encode("Payment", 77)}}

    async def test_shopping_lists(self, client: Client) -> None:
        query = "{ shoppingLists { nodes { id owner { id } items { name quantity unit isChecked estimatedPrice { currency } } } } }"
        nodes = (await client.as_user(DEMO).data(query))["shoppingLists"]["nodes"]
        assert len(nodes) == 2
        assert all(node["items"] and node["owner"]["id"] == ids.encode("User", DEMO) for node in nodes)
        one = "query($id: ID!) { shoppingList(id: $id) { name } }"
        assert await client.as_user(DEMO).codes(one, id=nodes[0]["id"]) == []
        theirs = await client.as_user(9).execute(one, id=nodes[0]["id"])
        assert theirs == await client.as_user(9).execute(one, id=ids.encode("ShoppingList", 10**9))
        assert theirs["errors"][0]["extensions"]["code"] == "NOT_FOUND"
        assert await client.as_user(9).entities("", reference("ShoppingList", 1)) == [None]

    async def test_the_feed_is_of_those_whom_the_viewer_follows(self, client: Client) -> None:
        following = "... on User { following(first: 100) { nodes { followed { id } follower { id } } } }"
        (user,) = await client.entities(following, reference("User", DEMO))
        followed = {follow["followed"]["id"] for follow in user["following"]["nodes"]}
        assert {follow["follower"]["id"] for follow in user["following"]["nodes"]} == {
            ids.encode("User", DEMO)
        }
        query = "{ feed(first: 100) { nodes { type createdAt actor { id } recipe { id } followed { id } } } }"
        feed = (await client.as_user(DEMO).data(query))["feed"]["nodes"]
        assert {item["actor"]["id"] for item in feed} <= followed
        times = [datetime.fromisoformat(item["createdAt"]) for item in feed]
        assert times == sorted(times, reverse=True)
        for item in feed:
            about_user = item["type"] == "FOLLOW"
            assert (item["recipe"] is None, item["followed"] is not None) == (about_user, about_user)


STATEMENTS = [
    ("{ chefs { nodes { id user { id } } } }", 1),
    ("{ popularChefs { nodes { menus { name } reviews { nodes { rating author { id } } } } } }", 3),
    (
        "{ recipes { nodes { author { id } ingredients { name } ratingHistogram { count } reviews { nodes { text } } } } }",
        4,
    ),
    ("{ menus { chef { menus { name } } } }", 3),
    (
        "{ myBookings { nodes { customer { id } chef { user { id } } payment { status } review { rating } } } }",
        4,
    ),
    (
        "{ myBookings { nodes { chef { reviews(first: 2) { nodes { author { recipes(first: 2) { nodes { name } } } } } } } } }",
        4,
    ),
    ("{ shoppingLists { nodes { items { name } } } }", 2),
    ("{ feed { nodes { recipe { name } actor { chefProfile { bio } } } } }", 3),
]


@pytest.mark.parametrize(("query", "count"), STATEMENTS)
async def test_a_list_is_one_statement_per_level(client: Client, query: str, count: int) -> None:
    with client.statements() as seen:
        await client.as_user(DEMO).data(query)
    assert seen.count == count, seen.texts


async def test_what_users_have_is_one_statement_for_all(client: Client) -> None:
    users = [reference("User", key) for key in range(3, 15)]
    for selection in (
        "chefProfile { bio }",
        "recipes { nodes { name } }",
        "followers { nodes { follower { id } } }",
        "following { nodes { id } }",
    ):
        with client.statements() as seen:
            await client.entities(f"... on User {{ {selection} }}", *users)
        assert seen.count == 1, selection


async def test_bookings_of_a_chef_cost_two_statements(client: Client) -> None:
    """The bookings, and once the chef, to see whether it is the viewer."""
    park = client.as_user(3)
    calendar = (
        await park.data(
            "query($id: ID!) { chef(id: $id) { bookings { nodes { id } } } }", id=ids.encode("Chef", 1)
        )
    )["chef"]
    keys = [node["id"] for node in calendar["bookings"]["nodes"]]
    with park.statements() as seen:
        found = await park.entities(
            "... on Booking { status }", *[{"__typename": "Booking", "id": key} for key in keys]
        )
    assert seen.count == 2
    assert all(found)

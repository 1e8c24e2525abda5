"""What accounts answers to whom, and with how many SQL statements."""

import pytest
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError

from subgraphs.accounts import SERVICE
from subgraphs.kit import ids
from subgraphs.kit.testing import Client, FakeClock, reference
from subgraphs.kit.unit_of_work import unit_of_work
from subgraphs.kit.viewer import Role

DEMO, OTHER = 2, 8


def admin(client: Client) -> Client:
    return client.as_user(1, role=Role.ADMIN)


class TestCatalogue:
    async def test_products_have_the_prices_of_the_old_platform(self, client: Client) -> None:
        query = """{ products { slug monthlyPrice { amountMinor currency } annualPrice { amountMinor currency }
                     oneTimePrice { amountMinor currency } } }"""
        products = {product.pop("slug"): product for product in (await client.data(query))["products"]}
        assert len(products) == 6
        assert products["coocook"] == {
            "monthlyPrice": {"amountMinor": 2900, "currency": "USD"},
            "annualPrice": {"amountMinor": 29000, "currency": "USD"},
            "oneTimePrice": None,
        }
        assert products["webapp-builder"] == {
            "monthlyPrice": None,
            "annualPrice": None,
            "oneTimePrice": {"amountMinor": 590_000, "currency": "KRW"},
        }

    async def test_a_product_is_found_by_id_and_by_slug(self, client: Client) -> None:
        by_id = reference("Product", 1)
        by_slug = {"__typename": "Product", "slug": "coocook"}
        with client.statements() as seen:
            found = await client.entities("... on Product { id slug }", by_id, by_slug, by_id, by_slug)
        assert seen.count == 2
        assert {(product["id"], product["slug"]) for product in found} == {(by_id["id"], "coocook")}

    async def test_a_product_needs_a_key(self, client: Client) -> None:
        query = 'query { _entities(representations: [{__typename: "Product", name: "x"}]) { __typename } }'
        assert await client.codes(query) == ["INVALID_REPRESENTATION"]

    @pytest.mark.parametrize("slug", ["nothing", "", "a\\u0000b"])
    async def test_other_slugs_are_nothing(self, client: Client, slug: str) -> None:
        response = await client.execute(f'{{ product(slug: "{slug}") {{ name }} }}')
        assert response["data"] == {"product": None}

    async def test_plans_without_a_price_are_on_request(self, client: Client) -> None:
        plans = (await client.data("{ plans { slug monthlyPrice { amountMinor } maxProducts } }"))["plans"]
        assert [(plan["slug"], plan["maxProducts"]) for plan in plans] == [
            ("starter", 1),
            ("pro", 2),
            ("business", None),
            ("enterprise", None),
        ]
        assert plans[-1]["monthlyPrice"] is None


PRIVATE_LISTS = ("subscriptions", "payments", "orders", "invoices", "notifications", "files", "apiKeys")
ROOT_LISTS = (
    "mySubscriptions",
    "myPayments",
    "myOrders",
    "invoices",
    "notifications",
    "myFiles",
    "myAPIKeys",
)


class TestPrivacy:
    USER = "query($id: ID!) { user(id: $id) { name avatarUrl emailVerified email role } }"

    @pytest.mark.parametrize(("viewer", "sees"), [(None, False), (OTHER, False), (DEMO, True)])
    async def test_what_is_private_is_null_for_others(
        self, client: Client, viewer: int | None, sees: bool
    ) -> None:
        asking = client.as_user(viewer) if viewer else client
        user = (await asking.data(self.USER, id=ids.encode("User", DEMO)))["user"]
        assert (user["name"], user["emailVerified"]) == ("Demo User", True)
        assert (user["email"], user["role"]) == (("demo@softfactory.com", "USER") if sees else (None, None))

    async def test_an_admin_sees_it(self, client: Client) -> None:
        user = (await admin(client).data(self.USER, id=ids.encode("User", DEMO)))["user"]
        assert user["email"] == "demo@softfactory.com"

    @pytest.mark.parametrize("name", PRIVATE_LISTS)
    async def test_lists_of_others_are_refused_but_not_their_owner(self, client: Client, name: str) -> None:
        query = f"query($id: ID!) {{ user(id: $id) {{ name {name} {{ nodes {{ __typename }} }} }} }}"
        for asking, code in ((client, "UNAUTHENTICATED"), (client.as_user(OTHER), "FORBIDDEN")):
            response = await asking.execute(query, id=ids.encode("User", DEMO))
            assert response["data"]["user"] == {"name": "Demo User", name: None}
            assert [error["extensions"]["code"] for error in response["errors"]] == [code]
        assert await client.as_user(DEMO).codes(query, id=ids.encode("User", DEMO)) == []

    @pytest.mark.parametrize(
        "type_name", ["Payment", "ProductSubscription", "Order", "Invoice", "FileUpload", "Notification"]
    )
    async def test_private_entities_of_others_look_missing(self, client: Client, type_name: str) -> None:
        theirs = reference(type_name, 1)
        for asking in (client, client.as_user(OTHER)):
            assert (
                await asking.entities("", theirs)
                == await asking.entities("", reference(type_name, 10**9))
                == [None]
            )
        assert await client.as_user(DEMO).entities("", theirs) == [{"__typename": type_name}]

    @pytest.mark.parametrize("name", ROOT_LISTS)
    async def test_own_lists_need_a_viewer(self, client: Client, name: str) -> None:
        query = f"{{ {name} {{ nodes {{ __typename }} }} }}"
        assert await client.codes(query) == ["UNAUTHENTICATED"]
        with client.statements() as seen:
            await client.as_user(DEMO).data(query)
        assert seen.count == 1

    async def test_the_list_of_users_is_for_admins(self, client: Client) -> None:
        query = "{ users(first: 5) { nodes { email } pageInfo { hasNextPage } } }"
        assert await client.codes(query) == ["UNAUTHENTICATED"]
        assert await client.as_user(DEMO).codes(query) == ["FORBIDDEN"]
        with client.statements() as seen:
            page = (await admin(client).data(query))["users"]
        assert [user["email"] for user in page["nodes"][:2]] == [
            "admin@softfactory.com",
            "demo@softfactory.com",
        ]
        assert (seen.count, page["pageInfo"]["hasNextPage"]) == (1, True)

    async def test_me_needs_an_account_that_is_there(self, client: Client) -> None:
        assert await client.codes("{ me { id } }") == ["UNAUTHENTICATED"]
        assert await client.as_user(10**9).codes("{ me { id } }") == ["UNAUTHENTICATED"]


class TestOwn:
    async def test_everything_about_me(self, client: Client) -> None:
        query = """{ me { email unreadNotificationCount
            subscriptions { nodes { status period product { slug } plan { slug } } }
            payments { nodes { amount { amountMinor currency } product { slug } } }
            orders { nodes { total { amountMinor } items { quantity unitPrice { currency } product { name } } } }
            invoices { nodes { number order { number } total { amountMinor } } }
            notifications { nodes { isRead subject { __typename } } }
            files { nodes { name size category } } } }"""
        with client.statements() as seen:
            me = (await client.as_user(DEMO).data(query))["me"]
        # user, six lists, unread count, products (asked at one depth, then at another), order items, orders of invoices
        assert seen.count <= 12
        assert [s["product"]["slug"] for s in me["subscriptions"]["nodes"]] == [
            "coocook",
            "sns-auto",
            "review",
            "ai-automation",
            "webapp-builder",
        ]
        assert [len(me[name]["nodes"]) for name in ("payments", "orders", "invoices", "files")] == [
            5,
            5,
            5,
            10,
        ]
        subjects = {n["subject"]["__typename"] for n in me["notifications"]["nodes"] if n["subject"]}
        assert subjects == {"Booking", "SNSPost", "Campaign", "AIEmployee"}
        assert me["unreadNotificationCount"] == sum(not n["isRead"] for n in me["notifications"]["nodes"])

    async def test_totals_add_up_in_every_currency(self, client: Client) -> None:
        query = "{ myOrders { nodes { subtotal { amountMinor currency } tax { amountMinor currency } discount { amountMinor } total { amountMinor currency } } } }"
        for order in (await client.as_user(DEMO).data(query))["myOrders"]["nodes"]:
            assert (
                order["subtotal"]["amountMinor"] + order["tax"]["amountMinor"]
                == order["total"]["amountMinor"]
            )
            assert len({order[part]["currency"] for part in ("subtotal", "tax", "total")}) == 1

    @pytest.mark.parametrize(("status", "count"), [("ACTIVE", 5), ("CANCELED", 0)])
    async def test_subscriptions_by_status(self, client: Client, status: str, count: int) -> None:
        query = f"{{ mySubscriptions(status: {status}) {{ nodes {{ status }} }} }}"
        nodes = (await client.as_user(DEMO).data(query))["mySubscriptions"]["nodes"]
        assert [node["status"] for node in nodes] == [status] * count

    async def test_unread_notifications_only(self, client: Client) -> None:
        query = "{ notifications(unreadOnly: true) { nodes { isRead } } unreadNotificationCount }"
        data = await client.as_user(DEMO).data(query)
        assert [node["isRead"] for node in data["notifications"]["nodes"]] == [False] * data[
            "unreadNotificationCount"
        ]
        assert data["unreadNotificationCount"] > 0

    async def test_pages_of_own_lists_go_on(self, client: Client) -> None:
        query = "query($after: String) { myPayments(first: 2, after: $after) { nodes { id } pageInfo { endCursor hasNextPage } } }"
        found: list[str] = []
        after, more = None, True
        while more:
            page = (await client.as_user(DEMO).data(query, after=after))["myPayments"]
            found += [node["id"] for node in page["nodes"]]
            after, more = page["pageInfo"]["endCursor"], page["pageInfo"]["hasNextPage"]
        assert sorted(found) == sorted(ids.encode("Payment", key) for key in range(1, 6))

    async def test_the_dashboard_knows_what_is_subscribed(self, client: Client, clock: FakeClock) -> None:
        query = "{ dashboard { products { product { slug } subscribed subscription { id } } } }"
        with client.statements() as seen:
            products = (await client.as_user(DEMO).data(query))["dashboard"]["products"]
        assert seen.count == 3
        assert [p["product"]["slug"] for p in products if not p["subscribed"]] == ["instagram-cardnews"]
        clock.now = clock.now.replace(year=clock.now.year + 2)
        later = (await client.as_user(DEMO).data(query))["dashboard"]["products"]
        assert [p["product"]["slug"] for p in later if p["subscribed"]] == ["webapp-builder"]


class TestConstraints:
    @pytest.mark.parametrize(
        ("statement", "constraint"),
        [
            (
                "INSERT INTO subscriptions (user_id, product_id, period, status, started_at, current_period_end) VALUES (2, 1, 'MONTHLY', 'PAST_DUE', now(), now())",
                "uq_subscriptions_running_product",
            ),
            (
                "INSERT INTO subscriptions (user_id, product_id, plan_id, period, status, started_at, current_period_end) VALUES (9, 1, 1, 'MONTHLY', 'EXPIRED', now(), now())",
                "ck_subscriptions_product_or_plan",
            ),
            (
                "UPDATE subscriptions SET status = 'PAUSED' WHERE id = 1",
                "ck_subscriptions_subscriptionstatus",
            ),
            ("UPDATE payments SET amount_currency = 'EUR' WHERE id = 1", "ck_payments_amount_currency"),
            ("UPDATE payments SET amount_minor = 0 WHERE id = 1", "ck_payments_amount_positive"),
            ("UPDATE users SET email = 'Upper@x.y' WHERE id = 2", "ck_users_email_lower_case"),
            ("UPDATE users SET email = 'admin@softfactory.com' WHERE id = 2", "uq_users_email"),
            ("UPDATE orders SET total_minor = 1 WHERE id = 1", "ck_orders_total_adds_up"),
            ("UPDATE file_uploads SET size = 52428801 WHERE id = 1", "ck_file_uploads_size_limited"),
        ],
    )
    async def test_the_database_refuses(self, client: Client, statement: str, constraint: str) -> None:
        with pytest.raises(IntegrityError, match=constraint):
            async with unit_of_work(client.subgraph.database, SERVICE.outbox) as work:
                await work.session.execute(text(statement))


INDEXED = [
    "SELECT * FROM subscriptions WHERE user_id = 2 AND product_id = 1 AND status IN ('ACTIVE', 'CANCELING')",
    "SELECT * FROM payments WHERE user_id = 2 ORDER BY created_at DESC, id DESC LIMIT 21",
    "SELECT count(*) FROM notifications WHERE user_id = 2 AND read_at IS NULL",
]


@pytest.mark.parametrize("statement", INDEXED)
async def test_hot_reads_have_an_index(client: Client, statement: str) -> None:
    async with unit_of_work(client.subgraph.database, SERVICE.outbox) as work:
        for other_way in ("seqscan", "bitmapscan", "sort"):
            await work.session.execute(text(f"SET LOCAL enable_{other_way} = off"))
        plan = await work.session.rows(text(f"EXPLAIN {statement}"))
    assert "Index" in "".join(row[0] for row in plan)
    assert "Sort" not in "".join(row[0] for row in plan)

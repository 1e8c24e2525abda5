"""What needs a subscription, and what belongs to whom."""

import pytest

from subgraphs.kit import ids
from subgraphs.kit.testing import Client, reference
from subgraphs.kit.viewer import Role

ADMIN, DEMO, STRANGER = 1, 2, 50
PRIVATE = (
    "myCampaigns { nodes { id } }",
    "myCampaignApplications { nodes { id } }",
    "reviewListings { nodes { id } }",
    f'reviewListing(id: "{ids.encode("ReviewListing", 1)}") {{ id }}',
    "reviewListingStats { listings }",
    "reviewBookmarks { nodes { createdAt } }",
    "reviewAccounts { nodes { id } }",
    "reviewApplications { nodes { id } }",
)


def admin(client: Client) -> Client:
    return client.as_user(ADMIN, role=Role.ADMIN, products=frozenset())


class TestTheGate:
    @pytest.mark.parametrize("field", PRIVATE)
    async def test_it_needs_a_viewer_with_a_subscription(self, client: Client, field: str) -> None:
        query = f"{{ {field} }}"
        assert await client.codes(query) == ["UNAUTHENTICATED"]
        assert await client.as_user(DEMO, products=frozenset({"coocook"})).codes(query) == [
            "SUBSCRIPTION_REQUIRED"
        ]
        assert await client.as_user(DEMO, products=frozenset({"review"})).codes(query) == []

    @pytest.mark.parametrize("name", ["ReviewAccount", "ReviewApplication"])
    async def test_what_belongs_to_others_is_not_there(self, client: Client, name: str) -> None:
        for asking in (client, client.as_user(STRANGER), client.as_user(DEMO, products=frozenset())):
            assert await asking.entities("", reference(name, 1)) == [None]
        for asking in (client.as_user(DEMO), admin(client)):
            assert await asking.entities("", reference(name, 1)) == [{"__typename": name}]

    async def test_listings_are_not_there_without_a_subscription(self, client: Client) -> None:
        for asking in (client, client.as_user(DEMO, products=frozenset())):
            assert await asking.entities("", reference("ReviewListing", 1)) == [None]

    async def test_own_lists_hold_the_viewers_only(self, client: Client) -> None:
        viewer = client.as_user(DEMO)
        accounts = await viewer.nodes("reviewAccounts", "owner { id } socialAccount { id }")
        assert [each["owner"]["id"] for each in accounts] == [ids.encode("User", DEMO)] * 2
        applications = await viewer.nodes("reviewApplications", "account { owner { id } }")
        assert {each["account"]["owner"]["id"] for each in applications} == {ids.encode("User", DEMO)}
        campaigns = await viewer.nodes("myCampaigns", "creator { id }")
        assert {each["creator"]["id"] for each in campaigns} == {ids.encode("User", DEMO)}

"""Plans and scenarios: public, as they are sold."""

import pytest

from subgraphs.kit.testing import Client, reference


async def test_plans_cheapest_first_with_their_product(client: Client) -> None:
    with client.statements() as seen:
        data = await client.data(
            "{ aiPlans { slug monthlyPrice { amountMinor currency } savedHoursPerMonth scenarioTokensPerMonth"
            " includesCoaching product { __typename slug } } }"
        )
    assert seen.count == 1
    assert [
        (
            plan["slug"],
            plan["monthlyPrice"]["amountMinor"],
            plan["savedHoursPerMonth"],
            plan["scenarioTokensPerMonth"],
            plan["includesCoaching"],
        )
        for plan in data["aiPlans"]
    ] == [
        ("starter", 49_000, 10, 2, False),
        ("ambassador", 89_000, 15, 4, True),
        ("enterprise", 290_000, 30, None, False),
    ]
    assert {plan["monthlyPrice"]["currency"] for plan in data["aiPlans"]} == {"KRW"}
    assert all(
        plan["product"] == {"__typename": "Product", "slug": "ai-automation"} for plan in data["aiPlans"]
    )


async def test_scenarios(client: Client) -> None:
    data = await client.data("{ scenarios { name category estimatedSavingsHours complexity isPremium } }")
    assert [tuple(scenario.values()) for scenario in data["scenarios"]] == [
        ("E-mail reply", "EMAIL", 15, "EASY", False),
        ("Social posting", "SOCIAL", 20, "MEDIUM", False),
        ("Support bot", "CUSTOMER_SERVICE", 30, "ADVANCED", True),
        ("Data entry", "DATA_ENTRY", 25, "MEDIUM", False),
        ("Meeting scheduling", "SCHEDULING", 10, "EASY", False),
    ]


async def test_scenarios_of_a_category(client: Client) -> None:
    data = await client.data("{ scenarios(category: SOCIAL) { name } }")
    assert data == {"scenarios": [{"name": "Social posting"}]}


async def test_a_scenario_by_id(client: Client) -> None:
    query = "query($id: ID!) { scenario(id: $id) { name } }"
    assert await client.data(query, id=reference("Scenario", 3)["id"]) == {
        "scenario": {"name": "Support bot"}
    }
    assert await client.data(query, id=reference("Scenario", 99)["id"]) == {"scenario": None}


@pytest.mark.parametrize("bad", ["", "3", reference("User", 3)["id"]])
async def test_not_an_id_of_a_scenario(client: Client, bad: str) -> None:
    assert await client.codes("query($id: ID!) { scenario(id: $id) { name } }", id=bad) == ["INVALID_ID"]

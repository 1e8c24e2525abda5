"""The seed of ai_automation: the plans and scenarios as they are sold, the demo user's employees, and volume."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any, Final

from subgraphs.ai_automation import models
from subgraphs.ai_automation.models import EmployeeStatus, ScenarioCategory, ScenarioComplexity
from subgraphs.kit.money import Currency, money_from_major
from subgraphs.kit.seed_plan import DEMO, SeedPlan, SeedWriter

# slug, name, KRW a month, hours saved, scenario tokens, coaching
PLANS: Final = (
    ("starter", "Starter", 49_000, 10, 2, False),
    ("ambassador", "Ambassador", 89_000, 15, 4, True),
    ("enterprise", "Enterprise", 290_000, 30, None, False),
)
CATEGORY, COMPLEXITY = ScenarioCategory, ScenarioComplexity
# name, category, description, hours saved a month, complexity, premium
SCENARIOS: Final = (
    (
        "E-mail reply",
        CATEGORY.EMAIL,
        "Answers routine e-mail, and leaves the rest to you.",
        15,
        COMPLEXITY.EASY,
        False,
    ),
    (
        "Social posting",
        CATEGORY.SOCIAL,
        "Writes and plans posts for your social accounts.",
        20,
        COMPLEXITY.MEDIUM,
        False,
    ),
    (
        "Support bot",
        CATEGORY.CUSTOMER_SERVICE,
        "Answers customers day and night, and hands over when it must.",
        30,
        COMPLEXITY.ADVANCED,
        True,
    ),
    (
        "Data entry",
        CATEGORY.DATA_ENTRY,
        "Moves data from documents into your tables.",
        25,
        COMPLEXITY.MEDIUM,
        False,
    ),
    (
        "Meeting scheduling",
        CATEGORY.SCHEDULING,
        "Finds a time that suits everybody, and sends the invitations.",
        10,
        COMPLEXITY.EASY,
        False,
    ),
)
# name, scenario, status, the social account that it drives; the first is the subject of a notification in accounts
DEMO_EMPLOYEES: Final = (
    ("Inbox Ina", 1, EmployeeStatus.ACTIVE, None),
    ("Social Sora", 2, EmployeeStatus.ACTIVE, 1),
    ("Table Taeho", 4, EmployeeStatus.PAUSED, None),
    ("Calendar Kyung", 5, EmployeeStatus.DRAFT, None),
)
NAMES: Final = ("Ara", "Bora", "Chan", "Dana", "Eun", "Haneul", "Jun", "Mina", "Nari", "Seo")
STATUSES: Final = (
    EmployeeStatus.ACTIVE,
    EmployeeStatus.ACTIVE,
    EmployeeStatus.ACTIVE,
    EmployeeStatus.PAUSED,
    EmployeeStatus.TRAINING,
    EmployeeStatus.DRAFT,
)
WITHOUT_PLAN: Final = tuple(number for number, scenario in enumerate(SCENARIOS, 1) if not scenario[5])


async def seed(writer: SeedWriter, plan: SeedPlan) -> None:
    """See kit.seed_plan for which user has which id."""
    await writer.copy(models.Plan, _plans(plan))
    await writer.copy(models.Scenario, _scenarios(plan))
    await writer.copy(models.Employee, _employees(plan))


def _plans(plan: SeedPlan) -> Iterator[dict[str, Any]]:
    for number, (slug, name, price, hours, scenario_tokens, coaching) in enumerate(PLANS, start=1):
        yield {
            "id": number,
            "slug": slug,
            "name": name,
            "monthly_price": money_from_major(price, Currency.KRW),
            "saved_hours_per_month": hours,
            "scenario_tokens_per_month": scenario_tokens,
            "includes_coaching": coaching,
            "created_at": plan.ago(days=500),
        }


def _scenarios(plan: SeedPlan) -> Iterator[dict[str, Any]]:
    for number, (name, category, description, hours, complexity, premium) in enumerate(SCENARIOS, start=1):
        yield {
            "id": number,
            "name": name,
            "category": category,
            "description": description,
            "estimated_savings_hours": hours,
            "complexity": complexity,
            "is_premium": premium,
            "created_at": plan.ago(days=500),
        }


def _employees(plan: SeedPlan) -> Iterator[dict[str, Any]]:
    wanted: list[tuple[int, str, int, EmployeeStatus, int | None]] = [
        (DEMO, *employee) for employee in DEMO_EMPLOYEES
    ]
    for user in plan.generated_user_ids():
        random = plan.random("ai employees", user)
        for scenario in random.sample(WITHOUT_PLAN, random.choice((0, 1, 1, 2))):
            # A generated user's only social account has the id of the user.
            drives = user if _category(scenario) is CATEGORY.SOCIAL else None
            wanted.append((user, random.choice(NAMES), scenario, random.choice(STATUSES), drives))
    for number, (user, name, scenario, status, drives) in enumerate(wanted, start=1):
        created = plan.ago(days=1 + number % 120, minutes=number % 1440)
        yield {
            "id": number,
            "owner_id": user,
            "scenario_id": scenario,
            "scenario_category": _category(scenario),
            "name": name,
            "description": SCENARIOS[scenario - 1][2],
            "status": status,
            "sns_account_id": drives,
            "deployed_at": None if status is EmployeeStatus.DRAFT else created + timedelta(hours=2),
            "created_at": created,
        }


def _category(scenario: int) -> ScenarioCategory:
    return SCENARIOS[scenario - 1][1]

"""The seed of experience: eight listings, two of each site, and more for volume."""

from collections.abc import Iterator
from typing import Any, Final

from subgraphs.experience.models import ExperienceCategory, ExperienceListing, ExperienceSite
from subgraphs.experience.rules import parse_reward
from subgraphs.kit.seed_plan import SeedPlan, SeedWriter

Category, Site = ExperienceCategory, ExperienceSite

# site, category, title, description, reward, days to the deadline (None: open end)
LISTINGS: Final = (
    (
        Site.COUPANG_EATS,
        Category.FOOD,
        "성수 수제버거 배달 체험단",
        "새 메뉴를 집에서 맛보고 사진 후기를 남겨 주세요.",
        "30,000원 식사권",
        14,
    ),
    (
        Site.COUPANG_EATS,
        Category.CAFE,
        "연남동 디저트 카페 시식단",
        "계절 디저트 세트를 받아 보고 솔직한 후기를 써 주세요.",
        "디저트 세트 (2만 5천원 상당)",
        10,
    ),
    (
        Site.DANGGEUN,
        Category.CONVENIENCE_STORE,
        "동네 편의점 신상품 체험",
        "이번 주에 나온 도시락과 간식을 먼저 먹어 볼 이웃을 찾아요.",
        "신상품 꾸러미 증정",
        7,
    ),
    (
        Site.DANGGEUN,
        Category.BEAUTY,
        "마포 네일숍 오픈 체험단",
        "젤네일을 받고 당근 동네생활에 후기를 남겨 주세요.",
        "젤네일 1회 (₩45,000)",
        21,
    ),
    (
        Site.SOOMGO,
        Category.HOME_SERVICE,
        "입주 청소 체험 고객 모집",
        "청소 전후 사진을 찍어도 되는 고객을 찾습니다.",
        "청소비 10만원 할인",
        30,
    ),
    (
        Site.SOOMGO,
        Category.INTERIOR,
        "셀프 인테리어 상담 체험",
        "거실 도면을 보내면 디자이너가 배치를 제안합니다.",
        "무료 상담",
        None,
    ),
    (
        Site.TODAY_DEAL,
        Category.FOOD,
        "한우 선물세트 리뷰어 모집",
        "명절 선물세트를 받아 조리 후기를 써 주세요.",
        "한우 세트 120,000원",
        18,
    ),
    (
        Site.TODAY_DEAL,
        Category.BEAUTY,
        "비건 선크림 체험단",
        "4주 동안 쓰고 피부 변화를 기록해 주세요.",
        "본품 증정과 $15 적립금",
        25,
    ),
)
REWARDS: Final = ("{won:,}원 이용권", "{man}만원 상당 체험", "무료 체험", "제품 증정")
PLACES: Final = ("강남", "홍대", "성수", "잠실", "판교", "해운대", "동성로", "수원")
NAMES: Final = {
    Category.FOOD: "맛집 체험단",
    Category.CAFE: "카페 체험단",
    Category.CONVENIENCE_STORE: "편의점 신상품 체험",
    Category.HOME_SERVICE: "홈서비스 체험",
    Category.INTERIOR: "인테리어 상담 체험",
    Category.BEAUTY: "뷰티 체험단",
}


async def seed(writer: SeedWriter, plan: SeedPlan) -> None:
    """Ids 1 to 8 are those of LISTINGS; campaigns of review refer to them."""
    await writer.copy(ExperienceListing, _listings(plan))
    await writer.copy(ExperienceListing, _volume(plan))


def _listings(plan: SeedPlan) -> Iterator[dict[str, Any]]:
    for number, (site, category, title, description, reward, days) in enumerate(LISTINGS, start=1):
        deadline = None if days is None else plan.ahead(days=days)
        yield _row(plan, number, site, category, title, description, reward) | {"deadline": deadline}


def _volume(plan: SeedPlan) -> Iterator[dict[str, Any]]:
    for number in range(len(LISTINGS) + 1, len(LISTINGS) + plan.users + 1):
        random = plan.random("experience", number)
        site, category = random.choice(list(Site)), random.choice(list(Category))
        place, won = random.choice(PLACES), random.randrange(1, 20) * 10_000
        days = random.randrange(-20, 41)
        reward = random.choice(REWARDS).format(won=won, man=won // 10_000)
        title = f"{place} {NAMES[category]} {number}"
        deadline = None if random.random() < 0.1 else plan.ahead(days=days, hours=1)
        description = f"{place}에서 체험하고 후기를 남겨 주세요."
        yield _row(plan, number, site, category, title, description, reward) | {"deadline": deadline}


def _row(
    plan: SeedPlan,
    number: int,
    site: ExperienceSite,
    category: ExperienceCategory,
    title: str,
    description: str,
    reward: str,
) -> dict[str, Any]:
    value = parse_reward(reward)
    seen = plan.ago(days=1 + number % 40, minutes=number % 1440)
    return {
        "id": number,
        "site": site,
        "url": f"https://{site.value.lower().replace('_', '-')}.example/listings/{number}",
        "title": title,
        "category": category,
        "description": description,
        "image_url": f"https://cdn.softfactory.com/experiences/{number}.webp" if number % 3 else None,
        "reward": reward,
        "reward_value_minor": value.amount_minor if value else None,
        "reward_value_currency": value.currency.value if value else None,
        "first_seen_at": seen,
        "last_seen_at": plan.ago(hours=number % 24),
        "created_at": seen,
    }

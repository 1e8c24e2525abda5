"""The pure rules of experience."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from subgraphs.experience import rules
from subgraphs.experience.errors import InvalidListingAddress
from subgraphs.experience.models import ExperienceCategory, ExperienceSite
from subgraphs.experience.rules import Count, ExperienceStatus, Total
from subgraphs.kit.money import Currency, money

NOW = datetime(2026, 3, 1, tzinfo=UTC)
SECOND = timedelta(seconds=1)
KRW, USD = Currency.KRW, Currency.USD


@pytest.mark.parametrize(
    ("text", "amount", "currency"),
    [
        ("30,000원 식사권", 30_000, KRW),
        ("식사권(30000 원)", 30_000, KRW),
        ("3만원 상당", 30_000, KRW),
        ("2만 5천원 상당", 25_000, KRW),
        ("1만 5000원", 15_000, KRW),
        ("1.5만원", 15_000, KRW),
        ("5천원 쿠폰", 5_000, KRW),
        ("1억 5,000만원", 150_000_000, KRW),
        ("₩45,000", 45_000, KRW),
        ("KRW 45000", 45_000, KRW),
        ("30,000원 + 커피 (총 30,000원)", 30_000, KRW),
        ("$15.50 적립금", 1_550, USD),
        ("USD 20", 2_000, USD),
        ("20달러", 2_000, USD),
        ("1,200.5 USD", 120_050, USD),
    ],
)
def test_rewards_that_name_one_amount(text: str, amount: int, currency: Currency) -> None:
    assert rules.parse_reward(text) == money(amount, currency)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "무료 체험",
        "20% 할인",
        "5,000P",
        "원",
        "만원",
        "10평 원룸 청소",
        "1 원룸 청소",
        "30,000원 식사권과 5,000원 음료",
        "10,000~20,000원",
        "1만 - 2만원",
        "$10-$20",
        "30,000원 또는 $20",
        "0원",
        "9999999999999999999999999원",
        "₩3만",
        "$0.001",
        "30,000원" + " " * 500,
        "₩" + "1" * 100_000 + "만",
    ],
)
def test_rewards_without_a_definite_amount(text: str) -> None:
    assert rules.parse_reward(text) is None


@given(st.text(alphabet="0123456789,.원만천억₩$ ~-USDKRW달러P가", max_size=40))
def test_any_text_is_an_amount_or_none(text: str) -> None:
    value = rules.parse_reward(text)
    assert value is None or 0 < value.amount_minor <= rules.LARGEST_REWARD * 100


@given(st.integers(1, rules.LARGEST_REWARD))
def test_every_written_amount_is_read_back(won: int) -> None:
    assert rules.parse_reward(f"{won:,}원 상당") == money(won, KRW)


@pytest.mark.parametrize(
    ("deadline", "status"),
    [
        (None, ExperienceStatus.OPEN),
        (NOW + SECOND, ExperienceStatus.OPEN),
        (NOW, ExperienceStatus.CLOSED),
        (NOW - SECOND, ExperienceStatus.CLOSED),
    ],
)
def test_open_until_the_deadline(deadline: datetime | None, status: ExperienceStatus) -> None:
    assert rules.status(deadline, NOW) is status


@pytest.mark.parametrize(
    ("site", "url"), [("NOWHERE", "https://a.example"), ("SOOMGO", "javascript:alert(1)"), ("", "")]
)
def test_what_is_no_address_of_a_listing(site: str, url: str) -> None:
    with pytest.raises(InvalidListingAddress):
        rules.address(site, url)


def test_totals_add_up_and_name_empty_groups() -> None:
    counts = [
        Count(ExperienceSite.SOOMGO, ExperienceCategory.FOOD, 3, 1, NOW),
        Count(ExperienceSite.SOOMGO, ExperienceCategory.CAFE, 2, 2, NOW + SECOND),
        Count(ExperienceSite.DANGGEUN, ExperienceCategory.FOOD, 1, 0, NOW - SECOND),
    ]
    assert rules.total(counts) == Total(6, 3, NOW + SECOND)
    assert dict(rules.by_site(counts)) == {
        ExperienceSite.COUPANG_EATS: Total(),
        ExperienceSite.DANGGEUN: Total(1, 0, NOW - SECOND),
        ExperienceSite.SOOMGO: Total(5, 3, NOW + SECOND),
        ExperienceSite.TODAY_DEAL: Total(),
    }
    assert dict(rules.by_category(counts))[ExperienceCategory.FOOD] == Total(4, 1, NOW)
    assert dict(rules.by_category(counts))[ExperienceCategory.BEAUTY] == Total()

"""Rules of experience that need no database: what is open, what a reward is worth, what numbers add up to."""

import enum
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Final, TypeVar

import strawberry

from subgraphs.experience.errors import InvalidListingAddress
from subgraphs.experience.models import ExperienceCategory, ExperienceSite
from subgraphs.kit.money import Currency, Money, money_from_major

LARGEST_REWARD: Final = 10**12
LONGEST_REWARD: Final = 500  # the patterns take quadratic time on text made for it
MAN, CHEON, EOK = 10_000, 1_000, 100_000_000

_NUMBER = r"(?:\d{1,3}(?:,\d{3})+|\d+)(?:\.\d+)?"
_BEFORE = r"(?<![\d.,])"
WON: Final = re.compile(
    rf"{_BEFORE}(?=\d)(?:(?P<eok>{_NUMBER})\s*억\s*)?(?:(?P<man>{_NUMBER})\s*만\s*)?(?:(?P<cheon>{_NUMBER})\s*천\s*)?"
    rf"(?P<one>{_NUMBER})?\s*원(?!룸|래)"
)
WON_SIGN: Final = re.compile(rf"(?:₩|\bKRW)\s*(?P<one>{_NUMBER})(?![\d.,]*\d|\s*[만천억])")
DOLLARS: Final = re.compile(
    rf"(?:\$|\bUSD)\s*(?P<before>{_NUMBER})(?!\d)|{_BEFORE}(?P<after>{_NUMBER})\s*(?:달러|USD\b)"
)
RANGE: Final = re.compile(r"\d\s*[만천억원]*\s*[~∼〜–-]\s*[₩$]?\s*\d")  # noqa: RUF001  the signs people write

GroupT = TypeVar("GroupT", ExperienceSite, ExperienceCategory)


@strawberry.enum
class ExperienceStatus(enum.Enum):
    """Follows from the deadline, so nothing has to set it."""

    OPEN = "OPEN"
    CLOSED = "CLOSED"


@dataclass(frozen=True, slots=True)
class Count:
    """How many listings a site has in a category."""

    site: ExperienceSite
    category: ExperienceCategory
    listings: int
    open: int
    last_seen_at: datetime


@dataclass(frozen=True, slots=True)
class Total:
    """How many listings a group has; `last_seen_at` is None for none."""

    listings: int = 0
    open: int = 0
    last_seen_at: datetime | None = None


def status(deadline: datetime | None, now: datetime) -> ExperienceStatus:
    """A listing without a deadline stays open; one is closed from its deadline on."""
    return ExperienceStatus.OPEN if deadline is None or now < deadline else ExperienceStatus.CLOSED


def address(site: str, url: str) -> tuple[str, str]:
    """The natural key of a listing. Raises InvalidListingAddress."""
    if site not in ExperienceSite.__members__ or not url.startswith(("http://", "https://")):
        raise InvalidListingAddress
    return site, url


def parse_reward(text: str) -> Money | None:
    """What a reward is worth, if its text names one amount: "30,000원 식사권", "3만 5천원", "₩20,000", "$15.50".

    None for text without an amount, for endless text, and for ranges and several different amounts, which say nothing definite.
    """
    if len(text) > LONGEST_REWARD or RANGE.search(text):
        return None
    found = {amount for amount in _amounts(text) if amount is not None}
    return found.pop() if len(found) == 1 else None


def total(counts: Iterable[Count]) -> Total:
    """The sum of counts."""
    counts = list(counts)
    return Total(
        listings=sum(count.listings for count in counts),
        open=sum(count.open for count in counts),
        last_seen_at=max((count.last_seen_at for count in counts), default=None),
    )


def by_site(counts: Sequence[Count]) -> list[tuple[ExperienceSite, Total]]:
    """Every site, also those without listings."""
    return [(site, total(count for count in counts if count.site is site)) for site in ExperienceSite]


def by_category(counts: Sequence[Count]) -> list[tuple[ExperienceCategory, Total]]:
    """Every category, also those without listings."""
    return [(each, total(count for count in counts if count.category is each)) for each in ExperienceCategory]


def _amounts(text: str) -> Iterable[Money | None]:
    for match in WON.finditer(text):
        parts = [(match["eok"], EOK), (match["man"], MAN), (match["cheon"], CHEON), (match["one"], 1)]
        yield _money(sum(_decimal(number) * unit for number, unit in parts if number), Currency.KRW)
    for match in WON_SIGN.finditer(text):
        yield _money(_decimal(match["one"]), Currency.KRW)
    for match in DOLLARS.finditer(text):
        yield _money(_decimal(match["before"] or match["after"]), Currency.USD)


def _decimal(number: str) -> Decimal:
    return Decimal(number.replace(",", ""))


def _money(amount: Decimal | int, currency: Currency) -> Money | None:
    if not 0 < amount <= LARGEST_REWARD:
        return None
    value = money_from_major(amount, currency)
    return value if value.amount_minor > 0 else None

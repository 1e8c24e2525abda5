"""Fields as resources of the platform, with the time that each may be kept, and the hit ratio that it is meant to have."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from benchmarks.mix.counting import Coordinate, Count, Counts
from router.cache.policy import policies
from router.cache.settings import FieldCacheSettings
from router.federation.supergraph import Supergraph

CHEFS, PROFILES, CAMPAIGNS = "chefs", "user profiles, subscriptions", "campaigns"
PRODUCTS, DASHBOARDS, SOCIAL = "products, plans, scenarios", "dashboards", "social accounts, posts"
REVIEWS, EMPLOYEES = "reviews, applications", "AI employees"
EXPERIENCES, OTHERS = "experience listings", "others"
CHEF_LISTS, CAMPAIGN_LISTS = "  of these, lists of chefs", "  of these, lists of campaigns"
OVERALL: Final = "overall"
TARGETS: Final[Mapping[str, float]] = {
    CHEFS: 0.85,
    CHEF_LISTS: 0.85,
    PROFILES: 0.75,
    CAMPAIGNS: 0.80,
    CAMPAIGN_LISTS: 0.80,
    OVERALL: 0.90,
}
ORDER: Final = (
    CHEFS, CHEF_LISTS, PROFILES, CAMPAIGNS, CAMPAIGN_LISTS, PRODUCTS, DASHBOARDS, SOCIAL, REVIEWS, EMPLOYEES,
    EXPERIENCES, OTHERS, OVERALL,
)  # fmt: skip

_LISTS: Final[Mapping[Coordinate, str]] = {
    ("Query", "chefs"): CHEF_LISTS,
    ("Query", "popularChefs"): CHEF_LISTS,
    ("Query", "cuisines"): CHEF_LISTS,
    ("Query", "campaigns"): CAMPAIGN_LISTS,
}
"""Also on a line of their own: a list costs more than a field."""
_TYPES: Final[Mapping[str, str]] = {
    "Chef": CHEFS,
    "User": PROFILES,
    "ProductSubscription": PROFILES,
    "Campaign": CAMPAIGNS,
    "Product": PRODUCTS,
    "SubscriptionPlan": PRODUCTS,
    "Scenario": PRODUCTS,
    "SNSAccount": SOCIAL,
    "SNSPost": SOCIAL,
    "BookingReview": REVIEWS,
    "ReviewListing": REVIEWS,
    "CampaignApplication": REVIEWS,
    "AIEmployee": EMPLOYEES,
    "ExperienceListing": EXPERIENCES,
}
_FIELDS: Final[Mapping[Coordinate, str]] = {
    ("Chef", "reviews"): REVIEWS,
    ("Query", "chefs"): CHEFS,
    ("Query", "chef"): CHEFS,
    ("Query", "popularChefs"): CHEFS,
    ("Query", "cuisines"): CHEFS,
    ("Query", "priceEstimate"): CHEFS,
    ("Query", "me"): PROFILES,
    ("Query", "campaigns"): CAMPAIGNS,
    ("Query", "products"): PRODUCTS,
    ("Query", "plans"): PRODUCTS,
    ("Query", "dashboard"): DASHBOARDS,
    ("Query", "aiDashboard"): DASHBOARDS,
    ("Query", "snsAccounts"): SOCIAL,
    ("Query", "reviewListings"): REVIEWS,
    ("Query", "myCampaignApplications"): REVIEWS,
    ("Query", "aiEmployees"): EMPLOYEES,
}


@dataclass(frozen=True, slots=True)
class Row:
    """`ages`: the seconds for which fields of it may be kept, each once. `target` is None where none is set."""

    resource: str
    ages: tuple[int, ...]
    count: Count
    target: float | None

    @property
    def is_met(self) -> bool | None:
        return None if self.target is None else self.count.ratio >= self.target


def lines_of(coordinate: Coordinate) -> Iterator[str]:
    """All that it counts for."""
    yield OVERALL
    yield _FIELDS.get(coordinate) or _TYPES.get(coordinate[0], OTHERS)
    if coordinate in _LISTS:
        yield _LISTS[coordinate]


def rows(counts: Counts, ages: Mapping[Coordinate, int]) -> list[Row]:
    """One for each resource of which anything was asked that may be kept, and one for all of it."""
    sums: dict[str, Count] = {name: Count() for name in ORDER}
    found: dict[str, set[int]] = {name: set() for name in ORDER}
    for coordinate, count in counts.items():
        for name in lines_of(coordinate) if count.asked else ():
            sums[name] += count
            if coordinate in ages:
                found[name].add(ages[coordinate])
    return [
        Row(name, tuple(sorted(found[name])), count, TARGETS.get(name))
        for name, count in sums.items()
        if count.asked
    ]


def ages(supergraph: Supergraph, coordinates: Iterable[Coordinate]) -> dict[Coordinate, int]:
    """Seconds for which fields may be kept, as the subgraph says that keeps each longest. Of those that may be."""
    known = {name: policies(supergraph, name, FieldCacheSettings()) for name in supergraph.subgraphs}
    found = {}
    for type_name, field in coordinates:
        said = [
            policy.max_age
            for name, subgraph in supergraph.subgraphs.items()
            if type_name in subgraph.types and field in subgraph.types[type_name].fields
            if (policy := known[name].of(type_name, field)) is not None
        ]
        if said:
            found[type_name, field] = max(said)
    return found

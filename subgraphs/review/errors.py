"""Errors of review.

DomainError
├── OwnCampaign                 OWN_CAMPAIGN             its creator cannot apply for it
├── CampaignNotActive           CAMPAIGN_NOT_ACTIVE      closed or completed; `status` says which
├── DeadlinePassed              DEADLINE_PASSED
├── CampaignFull                CAMPAIGN_FULL            every place is held by an application
├── AlreadyApplied              ALREADY_APPLIED          once per user and campaign
└── InvalidInput
    ├── InvalidMessage          INVALID_MESSAGE
    ├── InvalidFollowerCount    INVALID_FOLLOWER_COUNT
    ├── InvalidSearch           INVALID_SEARCH
    └── InvalidListingKey       INVALID_LISTING_KEY      a reference by source and external id that cannot be one
"""

from subgraphs.kit.errors import DomainError, InvalidInput


class OwnCampaign(DomainError):
    code = "OWN_CAMPAIGN"

    def __init__(self) -> None:
        super().__init__("This campaign is yours. Choose one of somebody else.")


class CampaignNotActive(DomainError):
    code = "CAMPAIGN_NOT_ACTIVE"

    def __init__(self, status: str) -> None:
        super().__init__("This campaign takes no more applications. Choose an active one.", status=status)


class DeadlinePassed(DomainError):
    code = "DEADLINE_PASSED"

    def __init__(self) -> None:
        super().__init__("The deadline of this campaign has passed. Choose an active one.")


class CampaignFull(DomainError):
    code = "CAMPAIGN_FULL"

    def __init__(self) -> None:
        super().__init__(
            "All places of this campaign are taken. Try again when an application has been rejected."
        )


class AlreadyApplied(DomainError):
    code = "ALREADY_APPLIED"

    def __init__(self) -> None:
        super().__init__("You have applied for this campaign. See myCampaignApplications.")


class InvalidMessage(InvalidInput):
    code = "INVALID_MESSAGE"

    def __init__(self, longest: int) -> None:
        super().__init__(f"A message has from 1 to {longest} characters.", field="message")


class InvalidFollowerCount(InvalidInput):
    code = "INVALID_FOLLOWER_COUNT"

    def __init__(self) -> None:
        super().__init__("A number of followers is 0 or more.", field="followerCount")


class InvalidSearch(InvalidInput):
    code = "INVALID_SEARCH"

    def __init__(self, shortest: int, longest: int) -> None:
        super().__init__(f"A search has from {shortest} to {longest} characters.", field="q")


class InvalidListingKey(InvalidInput):
    code = "INVALID_LISTING_KEY"

    def __init__(self) -> None:
        super().__init__("A listing is referred to by one of the known sources and its id there.")

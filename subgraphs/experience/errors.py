"""Errors of experience.

InvalidInput
└── InvalidListingAddress    INVALID_LISTING_ADDRESS    a reference by site and URL that cannot be one
"""

from subgraphs.kit.errors import InvalidInput


class InvalidListingAddress(InvalidInput):
    code = "INVALID_LISTING_ADDRESS"

    def __init__(self) -> None:
        super().__init__("A listing is referred to by one of the known sites and an http or https URL.")

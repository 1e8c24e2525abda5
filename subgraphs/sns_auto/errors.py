"""Errors of sns_auto.

DomainError
├── AccountInactive           ACCOUNT_INACTIVE         the account must be connected again first
├── PlatformMismatch          PLATFORM_MISMATCH        post and account are of different networks
├── InvalidTransition         INVALID_POST_TRANSITION  `from` and `to`: not a step of the state machine
└── InvalidInput
    ├── ScheduledInThePast    SCHEDULED_IN_THE_PAST
    ├── ScheduledTooFarAhead  SCHEDULED_TOO_FAR_AHEAD  `daysAhead` at most
    ├── TextTooLong           TEXT_TOO_LONG            `platform`, `characters` and `limit`
    ├── TooManyHashtags       TOO_MANY_HASHTAGS        `platform`, `hashtags` and `limit`
    ├── InvalidTitle          INVALID_TITLE            `platform` and `limit`
    ├── InvalidMedia          INVALID_MEDIA            `platform`, `media`, `fewest` and `most`
    └── InvalidPeriod         INVALID_PERIOD           `from` not before `to`, or too long
"""

from subgraphs.kit.errors import DomainError, InvalidInput


class AccountInactive(DomainError):
    code = "ACCOUNT_INACTIVE"

    def __init__(self) -> None:
        super().__init__("The account of this post is not active. Connect it again first.")


class PlatformMismatch(DomainError):
    code = "PLATFORM_MISMATCH"

    def __init__(self, post: str, account: str) -> None:
        super().__init__(f"A post for {post} cannot go to an account on {account}.")


class InvalidTransition(DomainError):
    code = "INVALID_POST_TRANSITION"

    def __init__(self, old: str, new: str) -> None:
        super().__init__(f"A post that is {old} cannot become {new}.", **{"from": old, "to": new})


class ScheduledInThePast(InvalidInput):
    code = "SCHEDULED_IN_THE_PAST"

    def __init__(self) -> None:
        super().__init__("A post is scheduled for the future.", field="scheduledAt")


class ScheduledTooFarAhead(InvalidInput):
    code = "SCHEDULED_TOO_FAR_AHEAD"

    def __init__(self, days: int) -> None:
        super().__init__(
            f"A post is scheduled within the next {days} days.", field="scheduledAt", daysAhead=days
        )


class TextTooLong(InvalidInput):
    code = "TEXT_TOO_LONG"

    def __init__(self, platform: str, characters: int, limit: int) -> None:
        super().__init__(
            f"With hashtags and link the text has {characters} characters, {platform} takes {limit}.",
            platform=platform,
            characters=characters,
            limit=limit,
        )


class TooManyHashtags(InvalidInput):
    code = "TOO_MANY_HASHTAGS"

    def __init__(self, platform: str, hashtags: int, limit: int) -> None:
        super().__init__(
            f"The post has {hashtags} hashtags, {platform} takes {limit}.",
            platform=platform,
            hashtags=hashtags,
            limit=limit,
        )


class InvalidTitle(InvalidInput):
    code = "INVALID_TITLE"

    def __init__(self, platform: str, limit: int) -> None:
        super().__init__(
            f"{platform} needs a title of 1 to {limit} characters.", platform=platform, limit=limit
        )


class InvalidMedia(InvalidInput):
    code = "INVALID_MEDIA"

    def __init__(self, platform: str, media: int, fewest: int, most: int) -> None:
        super().__init__(
            f"The post has {media} media, on {platform} it needs from {fewest} to {most}.",
            platform=platform,
            media=media,
            fewest=fewest,
            most=most,
        )


class InvalidPeriod(InvalidInput):
    code = "INVALID_PERIOD"

    def __init__(self, days: int) -> None:
        super().__init__(f"`from` must be before `to`, by at most {days} days.", field="to", days=days)

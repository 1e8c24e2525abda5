"""Errors of coocook.

DomainError
├── ChefInactive              CHEF_INACTIVE              takes no bookings now
├── OwnChefProfile            OWN_CHEF_PROFILE           a chef cannot book oneself
├── ChefIsBooked              CHEF_IS_BOOKED             somebody else has a part of that time
├── InvalidTransition         INVALID_BOOKING_TRANSITION `from` and `to`: not a step of the state machine
└── InvalidInput
    ├── StartInThePast        START_IN_THE_PAST
    ├── StartTooFarAhead      START_TOO_FAR_AHEAD        `daysAhead` at most
    ├── InvalidDuration       INVALID_DURATION           `shortest`, `longest` and `step`, in minutes
    ├── TextTooLong           TEXT_TOO_LONG              `longest` characters
    ├── InvalidPeriod         INVALID_PERIOD             `from` not before `to`, or too long
    ├── CurrencyRequired      CURRENCY_REQUIRED          prices compare within one currency
    ├── InvalidPriceRange     INVALID_PRICE_RANGE
    ├── InvalidRating         INVALID_RATING
    ├── InvalidServings       INVALID_SERVINGS
    ├── InvalidAmount         INVALID_AMOUNT             grams of an ingredient
    └── TooManyIngredients    TOO_MANY_INGREDIENTS
Forbidden
└── NotYourStep               NOT_YOUR_STEP              the other side of the booking, or a payment, does this
"""

from subgraphs.kit.errors import DomainError, Forbidden, InvalidInput


class ChefInactive(DomainError):
    code = "CHEF_INACTIVE"

    def __init__(self) -> None:
        super().__init__("This chef takes no bookings now. Choose another one from `chefs`.")


class OwnChefProfile(DomainError):
    code = "OWN_CHEF_PROFILE"

    def __init__(self) -> None:
        super().__init__("This chef is you. Book another one.")


class ChefIsBooked(DomainError):
    code = "CHEF_IS_BOOKED"

    def __init__(self) -> None:
        super().__init__("The chef is booked then. Choose a time that `chefAvailability` does not list.")


class InvalidTransition(DomainError):
    code = "INVALID_BOOKING_TRANSITION"

    def __init__(self, old: str, new: str) -> None:
        super().__init__(f"A booking that is {old} cannot become {new}.", **{"from": old, "to": new})


class NotYourStep(Forbidden):
    code = "NOT_YOUR_STEP"

    def __init__(self, new: str) -> None:
        super().__init__(f"It is not for you to make this booking {new}.")


class StartInThePast(InvalidInput):
    code = "START_IN_THE_PAST"

    def __init__(self) -> None:
        super().__init__("A booking starts in the future.", field="startsAt")


class StartTooFarAhead(InvalidInput):
    code = "START_TOO_FAR_AHEAD"

    def __init__(self, days: int) -> None:
        super().__init__(f"A booking starts within the next {days} days.", field="startsAt", daysAhead=days)


class InvalidDuration(InvalidInput):
    code = "INVALID_DURATION"

    def __init__(self, shortest: int, longest: int, step: int) -> None:
        super().__init__(
            f"A booking takes from {shortest} to {longest} minutes, in steps of {step}.",
            field="durationMinutes",
            shortest=shortest,
            longest=longest,
            step=step,
        )


class TextTooLong(InvalidInput):
    code = "TEXT_TOO_LONG"

    def __init__(self, field: str, longest: int) -> None:
        super().__init__(f"At most {longest} characters.", field=field, longest=longest)


class InvalidPeriod(InvalidInput):
    code = "INVALID_PERIOD"

    def __init__(self, days: int) -> None:
        super().__init__(f"`from` must be before `to`, by at most {days} days.", field="to", days=days)


class CurrencyRequired(InvalidInput):
    code = "CURRENCY_REQUIRED"

    def __init__(self) -> None:
        super().__init__(
            "Prices compare within one currency: give `filter.price.currency`.", field="filter.price"
        )


class InvalidPriceRange(InvalidInput):
    code = "INVALID_PRICE_RANGE"

    def __init__(self) -> None:
        super().__init__("`atLeast` and `atMost` are not negative and in order.", field="filter.price")


class InvalidRating(InvalidInput):
    code = "INVALID_RATING"

    def __init__(self) -> None:
        super().__init__("A rating is from 1 to 5.", field="filter.ratingAtLeast")


class InvalidServings(InvalidInput):
    code = "INVALID_SERVINGS"

    def __init__(self, most: int) -> None:
        super().__init__(f"A meal is for 1 to {most}.", field="servings")


class InvalidAmount(InvalidInput):
    code = "INVALID_AMOUNT"

    def __init__(self, most: float) -> None:
        super().__init__(f"More than 0 and at most {most:,.0f} grams.", field="grams")


class TooManyIngredients(InvalidInput):
    code = "TOO_MANY_INGREDIENTS"

    def __init__(self, most: int) -> None:
        super().__init__(f"At most {most} ingredients at once.", field="ingredients")

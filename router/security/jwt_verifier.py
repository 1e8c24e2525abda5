"""Whether a token counts: signed by an issuer that is trusted, for this graph, and at this time."""

import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Final, NamedTuple

import jwt
from jwt.exceptions import (
    InvalidAudienceError,
    InvalidIssuerError,
    InvalidSignatureError,
    MissingRequiredClaimError,
    PyJWTError,
)

from router.errors import JsonValue
from router.security.jwt_key_source import KeySource

_UNVERIFIED: Final[Any] = {"verify_signature": False}
_END_OF_TIME: Final = 1e12
_OWN_CLOCK: Final[Any] = {
    "require": ["exp"],
    "verify_exp": False,
    "verify_nbf": False,
    "verify_iat": False,
    "verify_sub": False,
    "verify_jti": False,
    "enforce_minimum_key_length": True,
}


class BadTokenError(Exception):
    """Says why it does not count, in words for whoever sent it."""


@dataclass(frozen=True, slots=True)
class Issuer:
    """`name` is None where any `iss` will do, `audiences` is empty where any `aud` will."""

    name: str | None
    audiences: tuple[str, ...]
    algorithms: tuple[str, ...]
    keys: KeySource


class Verified(NamedTuple):
    """`until` is in seconds of the clock of the world."""

    claims: dict[str, JsonValue]
    until: float


class Verifier:
    """For several issuers. A token is tried with the keys of the one that it names."""

    def __init__(
        self, issuers: Sequence[Issuer], leeway: float = 0, clock: Callable[[], float] = time.time
    ) -> None:
        self._issuers = tuple(issuers)
        self._leeway = leeway
        self._clock = clock

    @property
    def version(self) -> int:
        """What was verified with another one may no longer count."""
        return sum(each.keys.version for each in self._issuers)

    async def verify(self, token: str) -> Verified:
        """Raises BadTokenError, or KeysUnavailableError where nobody knows."""
        algorithm, key_id, named = _read_unverified(token)
        issuers = [each for each in self._issuers if each.name in (None, named)]
        if not issuers:
            raise BadTokenError("It is from an issuer that is not trusted here.")
        issuers = [each for each in issuers if algorithm in each.algorithms]
        if not issuers:
            raise BadTokenError("It is signed by an algorithm that is not allowed here.")
        reason = BadTokenError("It is signed with a key that is not known here.")
        for issuer in issuers:
            for key in await issuer.keys.find(key_id, algorithm):
                try:
                    return self._decode(token, issuer, algorithm, key.material)
                except BadTokenError as error:
                    reason = error
        raise reason

    def start(self) -> None:
        """Begins to read keys."""
        for each in self._issuers:
            each.keys.start()

    async def close(self) -> None:
        """Reads no more keys."""
        for each in self._issuers:
            await each.keys.close()

    def _decode(self, token: str, issuer: Issuer, algorithm: str, key: Any) -> Verified:
        options: Any = _OWN_CLOCK if issuer.audiences else {**_OWN_CLOCK, "verify_aud": False}
        try:
            claims = jwt.decode(
                token,
                key,
                algorithms=[algorithm],
                options=options,
                audience=issuer.audiences or None,
                issuer=issuer.name,
            )
        except PyJWTError as error:
            raise BadTokenError(_reason(error)) from None
        return Verified(claims, self._checked_times(claims))

    def _checked_times(self, claims: dict[str, JsonValue]) -> float:
        """When it ends. Raises BadTokenError."""
        now, leeway = self._clock(), self._leeway
        if any(not _is_number(claims[name]) for name in ("exp", "nbf", "iat") if name in claims):
            raise BadTokenError("One of its times is not a number.")
        until = float(claims["exp"]) + leeway
        if now >= until:
            raise BadTokenError("It has expired.")
        if max(_numbers(claims, ("nbf", "iat")), default=now) > now + leeway:
            raise BadTokenError("It is not valid yet.")
        return until


def _read_unverified(token: str) -> tuple[str, object, object]:
    """The algorithm, the id of the key, and the issuer: to find a key by, and for nothing else."""
    try:
        found = jwt.decode_complete(token, options=_UNVERIFIED)
    except PyJWTError:
        raise BadTokenError("It is not a JSON Web Token.") from None
    head = found["header"]
    algorithm = head.get("alg")
    return algorithm if isinstance(algorithm, str) else "none", head.get("kid"), found["payload"].get("iss")


def _reason(error: PyJWTError) -> str:
    if isinstance(error, InvalidSignatureError):
        return "Its signature is not that of a key that is known here."
    if isinstance(error, InvalidAudienceError):
        return "It is for another audience."
    if isinstance(error, InvalidIssuerError):
        return "It is from an issuer that is not trusted here."
    if isinstance(error, MissingRequiredClaimError):
        return f"It has no claim '{error.claim}'."
    return "It cannot be verified."


def _is_number(value: object) -> bool:
    """Also that it is none of the numbers, such as NaN, before which no time ends."""
    return isinstance(value, int | float) and not isinstance(value, bool) and abs(value) < _END_OF_TIME


def _numbers(claims: dict[str, JsonValue], names: Iterable[str]) -> list[float]:
    return [claims[name] for name in names if name in claims]

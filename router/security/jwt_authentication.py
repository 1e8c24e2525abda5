"""From a request's headers to who asks: reads the token, and verifies it once, not with each request."""

import hashlib
import os
import time
from collections import OrderedDict
from collections.abc import Callable, Collection, Mapping, MutableMapping
from typing import Final, NamedTuple

from router.errors import ClientError, RouterError
from router.security.jwt_key_source import FixedKeys, KeySet, KeySource, KeysUnavailableError
from router.security.jwt_keys import shared_secret
from router.security.jwt_verifier import BadTokenError, Issuer, Verifier
from router.security.principal import Principal
from router.security.sender import RawHeaders, Sender
from router.security.settings import IssuerSettings, JwtSettings

CODE: Final = "AUTH_ERROR"
"""Apollo Router's."""
_UNAUTHORIZED: Final = 401
_UNAVAILABLE: Final = 503
_LONGEST: Final = 16_384
"""Characters of a token, more than a server takes for all headers by default."""


class _Remembered(NamedTuple):
    principal: Principal
    until: float
    version: int


class JwtAuthentication:
    """Bounded in what it remembers; the token that was used longest ago goes first."""

    def __init__(
        self,
        settings: JwtSettings,
        verifier: Verifier,
        propagated: Collection[str],
        clock: Callable[[], float] = time.time,
    ) -> None:
        """`propagated` are the headers that subgraphs get."""
        self.header = settings.header
        self._settings = settings
        self._verifier = verifier
        self._raw_name = None if settings.header in propagated else settings.header.encode()
        self._clock = clock
        self._known: OrderedDict[bytes, _Remembered] = OrderedDict()

    async def sender(self, headers: RawHeaders, passed: Mapping[str, str]) -> Sender:
        """Raises ClientError: AUTH_ERROR with 401 for a bad token, with 503 where the keys are not known."""
        value = self._value(headers, passed)
        if value is None:
            return Sender(None, passed)
        digest = hashlib.blake2b(value.encode(), digest_size=16).digest()
        known = self._known.get(digest)
        if known is not None and self._clock() < known.until and known.version == self._verifier.version:
            self._known.move_to_end(digest)
            return Sender(known.principal, self._canonical(value, passed))
        try:
            token = self._token(value)
            if token is None:
                return Sender(None, passed)
            return Sender(await self._verified(token, digest), self._canonical(value, passed))
        except BadTokenError as error:
            if self._settings.on_error == "continue":
                return Sender(None, passed)
            raise ClientError(CODE, f"The token does not count. {error}", status=_UNAUTHORIZED) from None
        except KeysUnavailableError:
            if self._settings.on_error == "continue":
                return Sender(None, passed)
            message = "Tokens cannot be verified at the moment. Try again later."
            raise ClientError(CODE, message, status=_UNAVAILABLE) from None

    def start(self) -> None:
        """Begins to read keys. Needs an event loop."""
        self._verifier.start()

    async def close(self) -> None:
        """Reads no more keys."""
        await self._verifier.close()

    def _value(self, headers: RawHeaders, passed: Mapping[str, str]) -> str | None:
        """As subgraphs get it, where they do: they must not see another token than was verified here."""
        if self._raw_name is None:
            return passed.get(self.header)
        values = [value for name, value in headers if name == self._raw_name]
        return b", ".join(values).decode("latin-1") if values else None

    def _token(self, value: str) -> str | None:
        """None for another scheme that is to be ignored. Raises BadTokenError."""
        prefix = self._settings.prefix
        if not prefix:
            return _bounded(value)
        scheme, _, token = value.partition(" ")
        if scheme.lower() == prefix.lower():
            return _bounded(token.strip())
        if self._settings.ignore_other_prefixes:
            return None
        raise BadTokenError(f"Send it in the header {self.header} as '{prefix} <token>'.")

    def _canonical(self, value: str, passed: Mapping[str, str]) -> Mapping[str, str]:
        """A subgraph that is more exacting would take `bearer …` for nobody, and answer nobody's values for somebody."""
        prefix = self._settings.prefix
        if self._raw_name is not None or not prefix:
            return passed
        scheme, _, token = value.partition(" ")
        if scheme == prefix and token == token.strip():
            return passed
        return {**passed, self.header: f"{prefix} {token.strip()}"}

    async def _verified(self, token: str, digest: bytes) -> Principal:
        version = self._verifier.version
        claims, until = await self._verifier.verify(token)
        principal = Principal(claims, digest)
        if self._settings.remembered:
            self._known[digest] = _Remembered(principal, until, version)
            if len(self._known) > self._settings.remembered:
                self._known.popitem(last=False)
        return principal


def jwt_authentication(
    settings: JwtSettings, propagated: Collection[str], known_keys: MutableMapping[str, bytes]
) -> JwtAuthentication:
    """`known_keys` are the texts of key sets that were read before. Raises RouterError INVALID_SETTINGS."""
    issuers = [
        Issuer(each.issuer, each.audiences, each.allowed, _keys(each, number, known_keys))
        for number, each in enumerate(settings.issuers)
    ]
    return JwtAuthentication(settings, Verifier(issuers, settings.leeway_seconds), propagated)


def _keys(issuer: IssuerSettings, number: int, known: MutableMapping[str, bytes]) -> KeySource:
    if issuer.jwks is not None:
        return KeySet(issuer.jwks, known)
    if issuer.secret is not None:
        return FixedKeys((shared_secret(issuer.secret.get_secret_value()),))
    name = issuer.secret_env or ""
    secret = os.environ.get(name, "")
    try:
        issuer.refuse_short(secret)
    except ValueError as error:
        where = f"authentication.jwt.issuers.{number}.secret_env"
        raise RouterError("INVALID_SETTINGS", f"{where}: {error}, and {name} has {len(secret)}.") from None
    return FixedKeys((shared_secret(secret),))


def _bounded(token: str) -> str:
    if len(token) > _LONGEST:
        raise BadTokenError("It is too long.")
    return token

"""Whether whoever asks may see what an operation demands a right for, and what becomes of it where not."""

import logging
from collections.abc import Awaitable, Callable, Collection, Mapping, Sequence
from importlib import import_module
from inspect import isawaitable
from typing import Any, Final, TypeAlias

import msgspec
from graphql import GraphQLSchema

from router.errors import ClientError, ClientErrors, JsonValue, RouterError
from router.federation.authorization import Demand, DemandKind
from router.security.principal import Principal
from router.security.put_nulls import put_nulls
from router.security.restriction import AnswerPath, Restriction
from router.security.settings import AuthorizationSettings

_log: Final = logging.getLogger(__name__)
CODE: Final = "UNAUTHORIZED_FIELD_OR_TYPE"
_MESSAGE: Final = "Unauthorized field or type"
"""Both are Apollo Router's."""
_UNAUTHORIZED: Final = 401
_FORBIDDEN: Final = 403

PolicyHook: TypeAlias = Callable[
    [frozenset[str], Mapping[str, JsonValue] | None], Collection[str] | Awaitable[Collection[str]]
]
"""Of the policies that an operation names, those that are granted to whom these claims are of; None for the anonymous."""


class _Response(msgspec.Struct):
    data: msgspec.Raw
    errors: list[msgspec.Raw] | None = None
    extensions: dict[str, msgspec.Raw] | None = None


_read: Final = msgspec.json.Decoder(_Response).decode
_encode: Final = msgspec.json.Encoder().encode


class Authorization:
    """For all supergraphs."""

    def __init__(
        self, settings: AuthorizationSettings | None = None, grants: PolicyHook | None = None
    ) -> None:
        self._settings = settings or AuthorizationSettings()
        self._grants = grants

    def refuse_anonymous(self, principal: Principal | None) -> None:
        """Where nobody may be. Raises ClientError AUTH_ERROR."""
        if principal is None and self._settings.require_authentication:
            message = "Sign in first: nothing is answered to requests without a token."
            raise ClientError("AUTH_ERROR", message, status=_UNAUTHORIZED)

    async def unmet(self, demands: Sequence[Demand], principal: Principal | None) -> tuple[Demand, ...]:
        """Those that this one does not meet, in their order."""
        scopes = self._scopes(principal)
        policies: Collection[str] | None = None
        found = []
        for each in demands:
            if each.kind is DemandKind.AUTHENTICATED:
                is_met = principal is not None
            elif each.kind is DemandKind.SCOPES:
                is_met = any(names <= scopes for names in each.alternatives)
            else:
                if policies is None:
                    policies = await self._policies(demands, principal)
                is_met = any(names.issubset(policies) for names in each.alternatives)
            if not is_met:
                found.append(each)
        return tuple(found)

    def refuse(self, missing: Sequence[AnswerPath], principal: Principal | None) -> None:
        """The whole request, where the settings want that. Raises ClientErrors."""
        if missing and self._settings.directives.reject_unauthorized:
            status = _UNAUTHORIZED if principal is None else _FORBIDDEN
            raise ClientErrors([ClientError(CODE, _MESSAGE, status=status, path=path) for path in missing])

    def completed(
        self,
        body: bytes,
        restriction: Restriction,
        schema: GraphQLSchema,
        variables: Mapping[str, JsonValue],
    ) -> bytes:
        """The answer to the whole operation, from that to what was allowed of it."""
        response = _read(body)
        found: dict[str, Any] = {"data": put_nulls(restriction, schema, variables, response.data)}
        told = [ClientError(CODE, _MESSAGE, path=path).to_json() for path in restriction.missing(variables)]
        where = self._settings.directives.errors
        errors = [*(response.errors or ()), *(told if where == "errors" else ())]
        extensions = dict(response.extensions or {})
        if where == "extensions" and told:
            extensions["authorizationErrors"] = msgspec.Raw(_encode(told))
        if errors:
            found["errors"] = errors
        if extensions:
            found["extensions"] = extensions
        return _encode(found)

    def _scopes(self, principal: Principal | None) -> frozenset[str]:
        value = principal.claims.get(self._settings.scope_claim) if principal is not None else None
        if isinstance(value, str):
            return frozenset(value.split())
        return (
            frozenset(each for each in value if isinstance(each, str)) if isinstance(value, list) else _NONE
        )

    async def _policies(self, demands: Sequence[Demand], principal: Principal | None) -> Collection[str]:
        """A hook that fails grants nothing."""
        if self._grants is None:
            return _NONE
        asked = frozenset(
            name
            for each in demands
            if each.kind is DemandKind.POLICIES
            for names in each.alternatives
            for name in names
        )
        try:
            granted = self._grants(asked, None if principal is None else principal.claims)
            return frozenset(await granted if isawaitable(granted) else granted) & asked
        except Exception:
            _log.exception("authorization.policies failed, so no policy is granted")
            return _NONE


_NONE: Final[frozenset[str]] = frozenset()


def authorization(settings: AuthorizationSettings) -> Authorization:
    """Raises RouterError INVALID_SETTINGS."""
    if settings.policies is None:
        return Authorization(settings)
    module, _, name = settings.policies.partition(":")
    try:
        grants = getattr(import_module(module), name)
    except (ImportError, AttributeError) as error:
        raise RouterError("INVALID_SETTINGS", f"authorization.policies: {error}.") from None
    if not callable(grants):
        raise RouterError("INVALID_SETTINGS", f"authorization.policies: {settings.policies} is no function.")
    return Authorization(settings, grants)

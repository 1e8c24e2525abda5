"""The sections `authentication` and `authorization` of router.yaml: whose tokens count, and what they give a right to."""

from pathlib import Path
from typing import Annotated, Final, Literal, Self

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    HttpUrl,
    SecretStr,
    model_validator,
)
from pydantic_core import PydanticCustomError

from router.upstream.headers import HeaderRules

Seconds = Annotated[float, Field(gt=0)]

SYMMETRIC: Final = ("HS256", "HS384", "HS512")
ASYMMETRIC: Final = (
    "RS256",
    "RS384",
    "RS512",
    "PS256",
    "PS384",
    "PS512",
    "ES256",
    "ES384",
    "ES512",
    "EdDSA",
)
_SHORTEST: Final = {"HS256": 32, "HS384": 48, "HS512": 64}
"""Bytes of a secret, as RFC 7518 section 3.2 has it."""

Algorithm = Literal[
    "HS256", "HS384", "HS512", "RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA"
]  # fmt: skip


class _Section(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, use_attribute_docstrings=True)


class JwksSettings(_Section):
    """A JSON Web Key Set: the public keys of an issuer."""

    url: HttpUrl | None = None
    file: Path | None = None
    poll_seconds: Seconds = 60
    """Keys that are older are read again, while they go on to count. They count until others could be read."""
    pause_seconds: Seconds = 10
    """A token with an unknown key has them read again, but not sooner than so long after the last time."""
    timeout_seconds: Seconds = 5
    max_bytes: Annotated[int, Field(ge=1)] = 256 * 1024

    @model_validator(mode="after")
    def _one_source(self) -> Self:
        if (self.url is None) == (self.file is None):
            raise ValueError("a key set needs either a url or a file")
        return self

    @property
    def location(self) -> str:
        """For messages, and to tell sources apart."""
        return str(self.url or self.file)


class IssuerSettings(_Section):
    """Who signs tokens, and how they are checked."""

    issuer: str | None = None
    """What the claim `iss` has to be. Without it any will do."""
    audiences: tuple[str, ...] = ()
    """One of these has to be in the claim `aud`. Without any it is not looked at."""
    algorithms: tuple[Algorithm, ...] = ()
    """Those that count: by default HS256 with a secret, and all with public keys for a key set."""
    jwks: JwksSettings | None = None
    secret: SecretStr | None = None
    """That the issuer shares with the router, of 32 characters or more. Keep it out of router.yaml: `secret_env`."""
    secret_env: str | None = None
    """The environment variable that has the secret."""

    @model_validator(mode="after")
    def _one_kind_of_key(self) -> Self:
        if sum(each is not None for each in (self.jwks, self.secret, self.secret_env)) != 1:
            raise ValueError("an issuer needs one of jwks, secret_env and secret")
        # A public key that is taken for a secret would let anybody sign.
        allowed = ASYMMETRIC if self.jwks is not None else SYMMETRIC
        wrong = [each for each in self.algorithms if each not in allowed]
        if wrong:
            kind = "a key set" if self.jwks is not None else "a secret"
            raise ValueError(f"{wrong[0]} does not go with {kind}, but {', '.join(allowed)} do")
        if self.secret is not None:
            self.refuse_short(self.secret.get_secret_value())
        return self

    @property
    def allowed(self) -> tuple[str, ...]:
        """The algorithms that count."""
        return self.algorithms or (ASYMMETRIC if self.jwks is not None else SYMMETRIC[:1])

    def refuse_short(self, secret: str) -> None:
        """Raises ValueError for one that could be guessed."""
        least = max(_SHORTEST[each] for each in self.allowed)
        if len(secret.encode()) < least:
            raise ValueError(f"the secret needs {least} bytes or more")


def _with_hidden_secrets(issuers: object) -> object:
    """At once, so that no message has them."""
    if not isinstance(issuers, list | tuple):
        return issuers
    return tuple(
        {**each, "secret": SecretStr(each["secret"])}
        if isinstance(each, dict) and isinstance(each.get("secret"), str)
        else each
        for each in issuers
    )


def _some(issuers: tuple[IssuerSettings, ...]) -> tuple[IssuerSettings, ...]:
    if not issuers:
        raise ValueError("name at least one issuer")
    return issuers


def _header(value: str) -> str:
    name = value.lower()
    HeaderRules(frozenset({name}))
    return name


class JwtSettings(_Section):
    """JSON Web Tokens of clients. Who sends none is anonymous."""

    issuers: Annotated[
        tuple[IssuerSettings, ...], AfterValidator(_some), BeforeValidator(_with_hidden_secrets)
    ]
    header: Annotated[str, Field(pattern=r"^[A-Za-z0-9_-]+$"), AfterValidator(_header)] = "authorization"
    """It goes on to subgraphs if `headers.propagate` has it."""
    prefix: Annotated[str, Field(pattern=r"^[!-~]*$")] = "Bearer"
    """What stands before the token, and a space between. Empty: nothing does."""
    ignore_other_prefixes: bool = False
    """Whoever sends something else there, such as `Basic …`, is anonymous. Off: that is an error."""
    on_error: Literal["refuse", "continue"] = "refuse"
    """A token that does not count: `refuse` answers 401, with `continue` its sender is anonymous, and subgraphs see it."""
    leeway_seconds: Annotated[float, Field(ge=0)] = 10
    """By which clocks may differ."""
    remembered: Annotated[int, Field(ge=0)] = 1000
    """Tokens that are not verified again until they expire or their keys change."""


class AuthenticationSettings(_Section):
    """Who asks."""

    jwt: JwtSettings | None = None


class DirectiveSettings(_Section):
    """@authenticated, @requiresScopes and @policy of the supergraph."""

    enabled: bool = True
    """Off: they are left to the subgraphs."""
    reject_unauthorized: bool = False
    """A request with a field that is not its sender's to see is refused as a whole: 401 without a token, else 403."""
    errors: Literal["errors", "extensions", "disabled"] = "errors"
    """Where an answer tells what was left out: in `errors`, in `extensions.authorizationErrors`, or nowhere."""


def _import_path(value: str) -> str:
    module, _, function = value.partition(":")
    if not all(part.isidentifier() for part in module.split(".")) or not function.isidentifier():
        raise PydanticCustomError(
            "import_path", "Input should name a function, such as 'company.policies:granted'"
        )
    return value


class AuthorizationSettings(_Section):
    """Who may see what."""

    require_authentication: bool = False
    """Requests without a token are refused with 401."""
    scope_claim: str = "scope"
    """The claim with the scopes of a token: a string with spaces between them, or a list."""
    policies: Annotated[str, AfterValidator(_import_path)] | None = None
    """`module:function` that says which policies are granted. Without it none is."""
    directives: DirectiveSettings = DirectiveSettings()

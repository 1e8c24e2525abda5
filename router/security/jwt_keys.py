"""The keys that tokens are verified with: one for each, with the only algorithms that fit it."""

from collections.abc import Mapping
from typing import Any, Final, NamedTuple, TypeAlias

import msgspec
from jwt import PyJWK
from jwt.exceptions import PyJWTError

_Kind: TypeAlias = tuple[str, str | None]
"""The type of a key, and its curve where that says which algorithm it is for."""

_KINDS: Final[Mapping[str, _Kind]] = {
    **dict.fromkeys(("HS256", "HS384", "HS512"), ("oct", None)),
    **dict.fromkeys(("RS256", "RS384", "RS512", "PS256", "PS384", "PS512"), ("RSA", None)),
    "ES256": ("EC", "P-256"),
    "ES384": ("EC", "P-384"),
    "ES512": ("EC", "P-521"),
    "EdDSA": ("OKP", "Ed25519"),
}
_ANY_OF_KIND: Final = {kind: algorithm for algorithm, kind in _KINDS.items() if kind[0] != "oct"}
_MOST_KEYS: Final = 50
"""Of a set. A token without the id of its key is tried with all that fit."""

_read: Final = msgspec.json.Decoder(dict[str, Any]).decode


class Key(NamedTuple):
    """`algorithm` is None where the key does not say for which one it is. `material` is PyJWT's."""

    id: str | None
    kind: _Kind
    algorithm: str | None
    material: Any

    def fits(self, key_id: object, algorithm: str) -> bool:
        """Whether a token with this head may have been signed with it."""
        return (
            _KINDS.get(algorithm) == self.kind
            and self.algorithm in (None, algorithm)
            and key_id in (None, self.id)
        )


def shared_secret(secret: str) -> Key:
    """For whatever id a token says that its key has."""
    return Key(None, ("oct", None), None, secret.encode())


def read_keys(text: bytes) -> tuple[Key, ...]:
    """The public keys of a JSON Web Key Set that are for signatures. Secrets and unknown kinds are passed over.

    https://www.rfc-editor.org/rfc/rfc7517#section-5. Raises ValueError where no key is left.
    """
    try:
        listed = _read(text).get("keys")
    except (msgspec.MsgspecError, UnicodeError, RecursionError):
        raise ValueError("it is not JSON, or no object") from None
    found = [key for each in (listed if isinstance(listed, list) else ()) if (key := _key(each)) is not None]
    if not found:
        raise ValueError("it has no public keys for signatures")
    return tuple(found[:_MOST_KEYS])


def _key(jwk: Any) -> Key | None:
    if not isinstance(jwk, dict) or jwk.get("use", "sig") != "sig":
        return None
    operations = jwk.get("key_ops")
    if isinstance(operations, list) and "verify" not in operations:
        return None
    type_, curve, algorithm, key_id = (jwk.get(name) for name in ("kty", "crv", "alg", "kid"))
    if not isinstance(type_, str) or not all(
        isinstance(each, str | None) for each in (curve, algorithm, key_id)
    ):
        return None
    kind = type_, None if type_ == "RSA" else curve
    loading = _ANY_OF_KIND.get(kind)
    if loading is None or (algorithm is not None and _KINDS.get(algorithm) != kind):
        return None
    try:
        loaded = PyJWK(jwk, loading)
        too_short = loaded.Algorithm.check_key_length(loaded.key)
    except (PyJWTError, ValueError, TypeError, AttributeError, OverflowError):
        return None
    public = getattr(loaded.key, "public_key", None)  # a private one does not belong there, but says the same
    return None if too_short else Key(key_id, kind, algorithm, public() if public else loaded.key)

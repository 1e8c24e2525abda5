"""Keys and tokens for tests."""

import json
from functools import cache
from typing import Any

import jwt
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa

SECRET = "a secret that is long enough to be one"
NOW = 1_800_000_000.0
ISSUER = "https://issuer.test/"


class Clock:
    """Seconds that pass when a test says so."""

    def __init__(self, now: float = NOW) -> None:
        self.now = now

    def __call__(self) -> float:
        return self.now


def private_key(name: str, algorithm: str = "ES256") -> Any:
    """A key for each name and kind, the same one each time."""
    return _made(name, "RSA" if algorithm[:2] in ("RS", "PS") else algorithm)


@cache
def _made(_name: str, algorithm: str) -> Any:
    if algorithm == "RSA":
        return rsa.generate_private_key(65537, 2048)
    if algorithm == "EdDSA":
        return ed25519.Ed25519PrivateKey.generate()
    curves = {"ES256": ec.SECP256R1, "ES384": ec.SECP384R1, "ES512": ec.SECP521R1}
    return ec.generate_private_key(curves[algorithm]())


def jwk(name: str, algorithm: str = "ES256", **changes: Any) -> dict[str, Any]:
    """The public key, as a set has it."""
    public = private_key(name, algorithm).public_key()
    found = jwt.get_algorithm_by_name(algorithm).to_jwk(public, as_dict=True)
    return {**found, "kid": name, "use": "sig", "alg": algorithm, **changes}


def key_set(*keys: dict[str, Any]) -> bytes:
    return json.dumps({"keys": list(keys)}).encode()


def claims(**changes: Any) -> dict[str, Any]:
    """Those of a token that holds for an hour. None leaves one out."""
    found = {"iss": ISSUER, "sub": "ada", "aud": "graph", "iat": NOW, "exp": NOW + 3600, **changes}
    return {name: value for name, value in found.items() if value is not None}


def signed(
    name: str = "one", algorithm: str = "ES256", head: dict[str, Any] | None = None, **changes: Any
) -> str:
    """By the key of that name, which it says that it is by."""
    return jwt.encode(
        claims(**changes), private_key(name, algorithm), algorithm, headers={"kid": name, **(head or {})}
    )


def shared(secret: str = SECRET, algorithm: str = "HS256", **changes: Any) -> str:
    """By a secret."""
    return jwt.encode(claims(**changes), secret, algorithm)

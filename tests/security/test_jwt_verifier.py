"""Which tokens count."""

import base64
import json
from typing import Any

import jwt
import pytest
from cryptography.hazmat.primitives import serialization

from router.security.jwt_key_source import FixedKeys
from router.security.jwt_keys import Key, read_keys, shared_secret
from router.security.jwt_verifier import BadTokenError, Issuer, Verifier
from tests.security.tokens import (
    ISSUER,
    NOW,
    SECRET,
    Clock,
    claims,
    jwk,
    key_set,
    private_key,
    shared,
    signed,
)

EXPIRED = "It has expired."
NOT_YET = "It is not valid yet."
NO_TOKEN = "It is not a JSON Web Token."
SIGNATURE = "Its signature is not that of a key that is known here."
AUDIENCE = "It is for another audience."
UNTRUSTED = "It is from an issuer that is not trusted here."
ALGORITHM = "It is signed by an algorithm that is not allowed here."
UNKNOWN_KEY = "It is signed with a key that is not known here."


def verifier(*keys: dict[str, Any], **changes: Any) -> Verifier:
    """Of an issuer with a key set, or, without one, with a secret."""
    found: tuple[Key, ...] = read_keys(key_set(*keys)) if keys else (shared_secret(SECRET),)
    given = {
        "name": ISSUER,
        "audiences": ("graph",),
        "algorithms": ("ES256", "RS256") if keys else ("HS256",),
        "keys": FixedKeys(found),
        **changes,
    }
    return Verifier([Issuer(**given)], 10, Clock())


async def reason(verifier: Verifier, token: str) -> str:
    with pytest.raises(BadTokenError) as refused:
        await verifier.verify(token)
    return str(refused.value)


@pytest.mark.parametrize("algorithm", ["RS256", "PS512", "ES256", "ES384", "ES512", "EdDSA"])
async def test_a_token_that_is_right_has_its_claims(algorithm: str) -> None:
    subject = verifier(jwk("one", algorithm), algorithms=(algorithm,))

    verified = await subject.verify(signed("one", algorithm, scope="read"))

    assert verified.claims == claims(scope="read")
    assert verified.until == NOW + 3610


async def test_a_secret_is_a_key_whatever_the_token_calls_it() -> None:
    token = jwt.encode(claims(), SECRET, "HS256", headers={"kid": "mine"})

    assert (await verifier().verify(token)).claims["sub"] == "ada"


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"exp": NOW - 10}, EXPIRED),
        ({"exp": NOW - 3600}, EXPIRED),
        ({"exp": None}, "It has no claim 'exp'."),
        ({"exp": "soon"}, "One of its times is not a number."),
        ({"exp": True}, "One of its times is not a number."),
        ({"exp": 1e300}, "One of its times is not a number."),
        ({"exp": float("nan")}, "One of its times is not a number."),
        ({"exp": 10**400}, "One of its times is not a number."),
        ({"nbf": NOW + 11}, NOT_YET),
        ({"iat": NOW + 11}, NOT_YET),
        ({"nbf": "now"}, "One of its times is not a number."),
        ({"iss": "https://other.test/"}, UNTRUSTED),
        ({"iss": None}, UNTRUSTED),
        ({"iss": [ISSUER]}, UNTRUSTED),
        ({"aud": "other"}, AUDIENCE),
        ({"aud": ["other", "another"]}, AUDIENCE),
        ({"aud": None}, "It has no claim 'aud'."),
    ],
)
async def test_a_token_that_is_wrong_says_why(changes: dict[str, Any], expected: str) -> None:
    head = {"alg": "HS256"}
    # By hand, since the library refuses to write most of these.
    token = jwt.api_jws.PyJWS().encode(json.dumps(claims(**changes)).encode(), SECRET, "HS256", head)

    assert await reason(verifier(), token) == expected


@pytest.mark.parametrize(
    "changes", [{"exp": NOW - 9}, {"nbf": NOW + 10}, {"iat": NOW + 9}, {"aud": ["x", "graph"]}]
)
async def test_clocks_may_differ_a_little(changes: dict[str, Any]) -> None:
    assert (await verifier().verify(shared(**changes))).claims == claims(**changes)


async def test_issuer_and_audience_need_not_be_looked_at() -> None:
    lenient = verifier(name=None, audiences=())

    assert (await lenient.verify(shared(iss="anybody", aud="anything"))).claims["iss"] == "anybody"
    assert (await lenient.verify(shared(iss=None, aud=None))).claims["sub"] == "ada"


async def test_none_is_no_algorithm() -> None:
    unsigned = jwt.encode(claims(), None, "none")

    assert await reason(verifier(), unsigned) == ALGORITHM
    assert await reason(verifier(jwk("one")), unsigned) == ALGORITHM


async def test_a_public_key_is_no_secret() -> None:
    """Whoever knows the public key could sign with it, were it taken for one."""
    public = private_key("one", "RS256").public_key()
    for encoding in (serialization.Encoding.PEM, serialization.Encoding.DER):
        secret = public.public_bytes(encoding, serialization.PublicFormat.SubjectPublicKeyInfo)
        head, payload = (
            _segment({"alg": "HS256", "kid": "one"}), _segment(claims()),
        )  # fmt: skip
        signature = jwt.get_algorithm_by_name("HS256").sign(f"{head}.{payload}".encode(), secret)
        token = f"{head}.{payload}.{base64.urlsafe_b64encode(signature).decode().rstrip('=')}"

        assert await reason(verifier(jwk("one", "RS256")), token) == ALGORITHM
        # Not even where the settings would allow it.
        allowing = verifier(jwk("one", "RS256"), algorithms=("RS256", "HS256"))
        assert await reason(allowing, token) == UNKNOWN_KEY


async def test_a_key_is_for_its_own_algorithm() -> None:
    subject = verifier(jwk("one", "RS256"), algorithms=("RS256", "RS512", "PS256"))

    assert await reason(subject, signed("one", "RS512")) == UNKNOWN_KEY
    any_of_them = verifier(jwk("one", "RS256", alg=None), algorithms=("RS256", "RS512", "PS256"))
    assert (await any_of_them.verify(signed("one", "RS512"))).claims == claims()


async def test_another_algorithm_than_those_allowed_does_not_count() -> None:
    assert await reason(verifier(), shared(algorithm="HS512", secret=SECRET * 2)) == ALGORITHM


@pytest.mark.parametrize("key", ["two", "one"])
async def test_another_key_does_not_count(key: str) -> None:
    subject = verifier(jwk("one"))
    forged = signed("other", head={"kid": key})

    assert await reason(subject, forged) == (SIGNATURE if key == "one" else UNKNOWN_KEY)
    assert await reason(verifier(), shared("another secret that is long enough")) == SIGNATURE


async def test_a_token_that_names_no_key_is_tried_with_all_that_fit() -> None:
    subject = verifier(jwk("three", "RS256"), jwk("two"), jwk("one"))
    token = jwt.encode(claims(), private_key("one"), "ES256")

    assert (await subject.verify(token)).claims == claims()


@pytest.mark.parametrize("part", [0, 1, 2])
async def test_a_token_that_was_changed_does_not_count(part: int) -> None:
    token = shared()
    segments = token.split(".")
    for index in range(0, len(segments[part]), 7):
        changed = "A" if segments[part][index] != "A" else "B"
        text = segments[part][:index] + changed + segments[part][index + 1 :]
        await reason(verifier(), ".".join([*segments[:part], text, *segments[part + 1 :]]))


async def test_another_subject_needs_another_signature() -> None:
    head, _, signature = shared().split(".")

    assert await reason(verifier(), f"{head}.{_segment(claims(sub='eve'))}.{signature}") == SIGNATURE


@pytest.mark.parametrize(
    "token",
    [
        "",
        ".",
        "..",
        "...",
        "a.b.c",
        "ey.ey.",
        "\N{SNOWMAN}.a.b",
        "[" * 9000,
        "a" * 9000,
        "e30.e30.",
        "bnVsbA.bnVsbA.",
    ],
)
async def test_what_is_no_token(token: str) -> None:
    assert await reason(verifier(), token) in (NO_TOKEN, ALGORITHM, UNTRUSTED)


async def test_nested_without_end_is_no_token() -> None:
    head = _segment({"alg": "HS256"})
    payload = base64.urlsafe_b64encode(b'{"a":' * 6000).decode().rstrip("=")

    assert await reason(verifier(), f"{head}.{payload}.AA") == NO_TOKEN


async def test_an_issuer_has_its_own_keys() -> None:
    """Who may sign for one does not for another."""
    issuers = [
        Issuer(name, ("graph",), ("ES256",), FixedKeys(read_keys(key_set(jwk(key)))))
        for name, key in (("https://a/", "one"), ("https://b/", "two"))
    ]
    subject = Verifier(issuers, 10, Clock())

    assert (await subject.verify(signed("two", iss="https://b/"))).claims["iss"] == "https://b/"
    assert await reason(subject, signed("one", iss="https://b/")) == UNKNOWN_KEY
    assert await reason(subject, signed("one", iss="https://b/", head={"kid": "two"})) == SIGNATURE
    assert await reason(subject, signed("one", iss="https://c/")) == UNTRUSTED


def _segment(value: Any) -> str:
    return base64.urlsafe_b64encode(json.dumps(value).encode()).decode().rstrip("=")

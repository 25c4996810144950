"""A browser that has subscribed, as its maker's push service and itself see it: who sent, and what can be read."""

import json
import os
from base64 import urlsafe_b64decode, urlsafe_b64encode
from typing import Any, cast

import http_ece
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from joserfc import jwt
from joserfc.jwk import ECKey

from central.outbound.tests.notified import Notified
from central.outbound.tests.receivers import Got
from central.people.devices import Subscription, add_device
from central.people.register import add_token
from runtime.tokens import new_token, sha256_of


class SubscribedBrowser:
    """`endpoint`: at a receiver of the test's."""

    def __init__(self, endpoint: str) -> None:
        self._key = ec.generate_private_key(ec.SECP256R1())
        self._auth = os.urandom(16)
        self.endpoint = endpoint

    @property
    def subscription(self) -> Subscription:
        point = self._key.public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)
        return Subscription(self.endpoint, written(point), written(self._auth))

    def read(self, got: Got) -> dict[str, Any]:
        """What was pushed, decrypted (RFC 8291)."""
        assert got.headers["content-encoding"] == "aes128gcm"
        assert len(got.body) <= 4_096
        decrypt = cast(Any, http_ece).decrypt
        return json.loads(decrypt(got.body, private_key=self._key, auth_secret=self._auth, version="aes128gcm"))


def subscribe(system: Notified, told: Subscription, person_id: str = "ada") -> str:
    """The id of the sign-in under which it is told."""
    with system.people.writer.begin() as connection:
        token_id = add_token(connection, person_id, sha256_of(new_token()), system.now_ms)
        add_device(connection, person_id, token_id, told, "Firefox, Android", system.now_ms)
    return token_id


def sender_of(got: Got, public_key: str) -> dict[str, Any]:
    """Who signed it (RFC 8292), as a push service asks: by the key that the browser subscribed to. Raises JoseError."""
    scheme, _, fields = got.headers["authorization"].partition(" ")
    told = dict(each.split("=", 1) for each in fields.split(","))
    assert (scheme, told["k"]) == ("vapid", public_key)
    point = urlsafe_b64decode(public_key + "=" * (-len(public_key) % 4))
    assert len(point) == 65
    key = ECKey.import_key({"kty": "EC", "crv": "P-256", "x": written(point[1:33]), "y": written(point[33:])})
    return dict(jwt.decode(told["t"], key, algorithms=["ES256"]).claims)


def written(number: bytes) -> str:
    return urlsafe_b64encode(number).decode().rstrip("=")

"""An OpenID Connect issuer by which people sign in, where one is set: who it is, and what this server is to it."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol, cast

from central import settings
from runtime.config import ConfigManager
from runtime.places import BadPlace
from runtime.values import Url

BACK = "/sign-in/oidc/back"
SCOPE = "openid profile email"


class Client(Protocol):
    """What is used of authlib's client, with the types that it does not give."""

    async def create_authorization_url(self, redirect_uri: str) -> dict[str, Any]: ...

    async def fetch_access_token(self, *, code: str, redirect_uri: str, code_verifier: str) -> dict[str, Any]: ...

    async def parse_id_token(self, token: dict[str, Any], nonce: str) -> dict[str, Any] | None: ...


@dataclass(frozen=True)
class Oidc:
    """The issuer, and what this server is to it."""

    issuer: str
    client: Client
    back: str


def oidc_of(config: ConfigManager, here: Url) -> Oidc | None:
    """None where no issuer is set. `here`: where the issuer sends people back to.

    Raises BadPlace where the secret's file cannot be read.
    """
    issuer = config[settings.OIDC_ISSUER]
    if not issuer:
        return None
    from authlib.integrations.starlette_client import StarletteOAuth2App  # loads long, and few servers have an issuer

    client = StarletteOAuth2App(
        None,
        "oidc",
        client_id=config[settings.OIDC_CLIENT_ID],
        client_secret=_secret(config[settings.OIDC_CLIENT_SECRET_FILE]),
        server_metadata_url=f"{issuer.rstrip('/')}/.well-known/openid-configuration",
        client_kwargs={"scope": SCOPE, "code_challenge_method": "S256"},
    )
    return Oidc(issuer, cast(Client, client), f"{here}{BACK}")


def _secret(file: str) -> str | None:
    if not file:
        return None
    try:
        return Path(file).read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError) as error:
        name = settings.OIDC_CLIENT_SECRET_FILE.name
        raise BadPlace(f"{name}={file} cannot be read ({error})") from None

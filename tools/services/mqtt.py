"""MQTT brokers on loopback: `iotcore` (rumqttd in a Python package) and Debian's `mosquitto`."""

import importlib.util
import os
import shutil
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Literal

from tools.services.ports import LOOPBACK, free_port, is_listening
from tools.services.process import ChildProcess
from tools.services.service import Service
from tools.testing.deadlines import DEADLINE_S

Kind = Literal["iotcore", "mosquitto"]

SYSTEM_FOLDERS = ("/usr/sbin", "/usr/local/sbin")  # where servers lie, often outside a user's PATH

# Debian's default queue of 1,000 drops QoS 1 messages of a fleet without a word. As root it would give up its
# rights, and then could not write to its own folder.
MOSQUITTO_CONFIGURATION = """\
listener {port} {host}
{access}
persistence true
persistence_location {folder}/
max_queued_messages 100000
log_dest stdout
{user}
"""


def _mosquitto() -> str | None:
    return shutil.which("mosquitto", path=os.pathsep.join([os.environ.get("PATH", os.defpath), *SYSTEM_FOLDERS]))


def available(kind: Kind) -> str | None:
    """Why this broker cannot be started here, or None."""
    if kind == "iotcore":
        return None if importlib.util.find_spec("iotcore") else "the Python package iotcore is not installed"
    return None if _mosquitto() else "mosquitto is not installed (on Debian: apt install mosquitto)"


class MqttBroker(Service):
    """One broker on a port of its own. `users`: each with his password, and nobody else comes in, which mosquitto can;
    none: everybody does.

    mosquitto keeps retained messages and sessions through a stop and restart; iotcore forgets them.
    """

    def __init__(self, kind: Kind, folder: Path | None = None, users: Mapping[str, str] | None = None) -> None:
        super().__init__(kind, folder)
        self._users = users or {}
        self.kind = kind
        self.port = free_port()
        self.address = f"{LOOPBACK}:{self.port}"
        self.process = ChildProcess(kind, self._command(), self.folder / f"{kind}.log")

    def _command(self) -> list[str]:
        if self.kind == "iotcore":
            # It logs hundreds of bytes a message at its default level.
            options = ["--port", str(self.port), "--listen", LOOPBACK, "--log-level", "error"]
            return [sys.executable, "-m", "iotcore", *options]
        configuration = self.folder / "mosquitto.conf"
        user = "user root" if os.geteuid() == 0 else ""
        configuration.write_text(
            MOSQUITTO_CONFIGURATION.format(
                port=self.port, host=LOOPBACK, folder=self.folder, user=user, access=self._access()
            )
        )
        return [_mosquitto() or "mosquitto", "-c", str(configuration)]

    def _access(self) -> str:
        if not self._users:
            return "allow_anonymous true"
        passwords = self.folder / "passwords"
        passwords.write_text("".join(f"{user}:{password}\n" for user, password in self._users.items()))
        subprocess.run(["mosquitto_passwd", "-U", str(passwords)], check=True, capture_output=True)
        return f"allow_anonymous false\npassword_file {passwords}"

    def start(self) -> None:
        """Returns once it accepts connections. Raises ProcessEnded, TimeoutError."""
        self.process.start()
        self.process.wait_ready(lambda: is_listening(self.port), DEADLINE_S)

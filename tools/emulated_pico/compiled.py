"""The emulator's core as machine code for this very Python, where `python -m tools.emulated_pico.compile` has made it.

The wheel's own is for every Python (abi3): each call between its parts is looked up by name, several times for one of
the guest's instructions, and a second of a busy guest takes a processor 12 s. It brings the C sources too; compiled
without that promise they take 3, and do the same, to the instruction.
"""

import sys
import sysconfig
from collections.abc import Sequence
from importlib.abc import MetaPathFinder
from importlib.machinery import ModuleSpec
from importlib.metadata import version
from importlib.util import spec_from_file_location
from pathlib import Path
from types import ModuleType

from tools.pico_image.cache import caches

EMULATOR = "rp2040py"
NATIVE = f"{EMULATOR}.native"
# What each instruction goes through; the rest stays as the wheel brings it.
PARTS = ("_bit", "_cortex_m0_core", "_rp2040", "_simulation_clock", "_simulator")
SUFFIX = str(sysconfig.get_config_var("EXT_SUFFIX"))  # names the Python that they are for


def folder() -> Path:
    """Where they lie, all of them or none."""
    return caches() / "wattline" / f"{EMULATOR}-{version(EMULATOR)}-{sysconfig.get_config_var('SOABI')}"


class Compiled(MetaPathFinder):
    """Finds the parts in `folder`; what is not there, the wheel has."""

    def find_spec(
        self, fullname: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        del path, target
        package, _, part = fullname.rpartition(".")
        if package != NATIVE:
            return None
        made = folder() / f"{part}{SUFFIX}"
        return spec_from_file_location(fullname, made) if made.exists() else None


def use() -> None:
    """From the first import of the emulator on."""
    sys.meta_path.insert(0, Compiled())

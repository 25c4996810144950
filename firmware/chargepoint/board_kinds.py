"""What kinds of board there are, and what else is known of settings where their table is not loaded."""

FIRMWARE = "wattline-0.1"
BOTH = "both"
ENGINE = "engine"
MONITOR = "monitor"
SIM = "sim"
REAL = ("rp2", "esp32")


class SettingError(ValueError):
    """One line: the setting, what was wrong, and what would be right."""


def is_numeric(host):
    parts = host.split(".")
    return len(parts) == 4 and all(part.isdigit() and int(part) < 256 for part in parts)

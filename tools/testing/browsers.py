"""How a real browser is started: Debian's chromium."""

import os

from playwright.sync_api import ViewportSize

CHROMIUM = "chromium"
PHONE: ViewportSize = {"width": 360, "height": 740}
DESK: ViewportSize = {"width": 1200, "height": 800}
# As root, in containers: the sandbox needs a user; /dev/shm may be small.
ARGUMENTS = ["--disable-dev-shm-usage", *(["--no-sandbox"] if os.geteuid() == 0 else [])]

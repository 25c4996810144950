"""A driver's page on a slow phone: how much it brings, and when Start can be pressed.

The network and the processor are Lighthouse's "slow 4G" and mid-tier phone (lighthouse/core/config/constants.js): 1.6
Mbit/s down, 750 kbit/s up, 150 ms there and back, and a quarter of the processor, by chromium's own throttling.
"""

import shutil
from collections.abc import Callable
from typing import Any, cast

from playwright.sync_api import CDPSession, sync_playwright

from central.people.roles import DRIVER
from tools.bench.figures import Figure, Yardstick
from tools.bench.pages.served import COOKIE, Served
from tools.bench.pages.year import Year
from tools.bench.percentiles import percentile
from tools.testing.browsers import ARGUMENTS, CHROMIUM, PHONE

KBIT = 1_000 / 8
NETWORK = {
    "offline": False, "latency": 150, "downloadThroughput": 1_600 * KBIT * 0.9, "uploadThroughput": 750 * KBIT * 0.9,
}  # fmt: skip
SLOWER = 4
USABLE_MS = Yardstick("limit", 1_000.0)
BROUGHT_KB = Yardstick("limit", 60.0)
PRESSABLE = "[...document.querySelectorAll('button.main')].some(each => !each.disabled && each.checkVisibility())"


def measure(year: Year, server: Served, times: int) -> list[Figure]:
    program = shutil.which(CHROMIUM)
    if program is None:
        return []
    usable_ms: list[float] = []
    brought: list[float] = []
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, args=ARGUMENTS)
        for _ in range(times):
            context = browser.new_context(viewport=PHONE, has_touch=True, bypass_csp=True)
            context.add_cookies([{"name": COOKIE, "value": server.tokens[DRIVER], "url": server.url}])
            page = context.new_page()
            session = context.new_cdp_session(page)
            received = _slowed(session)
            page.add_init_script(
                f"const look = () => {{ if ({PRESSABLE}) window.pressable = performance.now(); "
                "else requestAnimationFrame(look); }; requestAnimationFrame(look);"
            )
            page.goto(f"{server.url}/p/{year.cp_id}", wait_until="commit")
            page.wait_for_function("window.pressable")
            page.wait_for_load_state("load")
            usable_ms.append(page.evaluate("window.pressable"))
            brought.append(sum(received) / 1_000)
            context.close()
        browser.close()
    return [
        Figure("driver's page usable on a slow phone, p50", "embedded", percentile(usable_ms, 50), "ms", (USABLE_MS,)),
        Figure("driver's page brings, at most", "embedded", max(brought), "kB", (BROUGHT_KB,)),
    ]


def _slowed(session: CDPSession) -> list[float]:
    """The bytes of each answer that came, as they went over the wire."""
    received: list[float] = []
    send: Callable[..., Any] = cast(Any, session).send
    send("Network.enable")
    send("Network.emulateNetworkConditions", NETWORK)
    send("Emulation.setCPUThrottlingRate", {"rate": SLOWER})

    def finished(told: dict[str, Any]) -> None:
        received.append(told["encodedDataLength"])

    session.on("Network.loadingFinished", finished)
    return received

"""axe-core's judgement of a page as it stands: WCAG 2.2, A and AA."""

from typing import Any

from playwright.sync_api import Page

from tools.assets.bring import AXE

TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]


def violations(page: Page) -> list[str]:
    """Each with the elements that break it. The page's context must bypass the CSP, which lets no such script in.

    Tests that ask for it use the fixture `axe_is_there`.
    """
    page.add_script_tag(path=AXE)
    found: dict[str, Any] = page.evaluate("tags => axe.run(document, {runOnly: tags})", TAGS)
    return [
        f"{each['id']}: {each['help']} {[node['target'] for node in each['nodes']]}" for each in found["violations"]
    ]

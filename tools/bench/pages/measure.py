"""Pages on a year of books: each by itself, from a commit to the screen, and on a slow phone."""

from tools.bench.figures import Figure
from tools.bench.pages import each, phone, screen, year
from tools.bench.pages.served import served
from tools.bench.run import Run


def measure(run: Run) -> list[Figure]:
    made = year.make(run)
    sizes = run.sizes
    with served(made, run.folder / "pages") as server:
        pages = each.measure(made, server, sizes.page_views)
        run.say(f"pages: {sizes.shown_changes} changes to a screen, {sizes.watchers} others follow")
        shown = screen.measure(made, server, sizes.watchers, sizes.shown_changes)
        return [*pages, *shown, *phone.measure(made, server, sizes.phones)]

"""Writes the pages of docs/ that come from the code's own tables: `make docs`."""

from collections.abc import Callable
from pathlib import Path

from tools.docs import (
    api,
    board_commands,
    central_commands,
    config,
    figures,
    grafana,
    house,
    notices,
    prometheus,
    protection,
    protocol,
    reasons,
    servers,
    settings,
    states,
    topics,
)
from tools.docs.hardware import page as hardware

ROOT = Path(__file__).resolve().parent.parent
PAGES: dict[str, Callable[[], str]] = {
    ".env.example": settings.env_example,
    "deploy/grafana/wattline.json": grafana.dashboard,
    "deploy/prometheus/wattline.rules.yml": prometheus.rules,
    "docs/api.md": api.page,
    "docs/architecture.md": house.page,
    "docs/config.md": config.page,
    "docs/figures.md": figures.page,
    "docs/hardware.md": hardware.page,
    "docs/operating.md": notices.page,
    "docs/protection.md": protection.page,
    "docs/protocol.md": protocol.page,
    "docs/reasons.md": reasons.page,
    "docs/servers.md": servers.page,
    "docs/settings.md": settings.page,
    "docs/states.md": states.page,
    "docs/topics.md": topics.page,
    "docs/wattline-board.md": board_commands.page,
    "docs/wattline-central.md": central_commands.page,
    **{f"docs/pictures/{name}.svg": draw for name, draw in hardware.PICTURES.items()},
}


def main() -> None:
    for name, page in PAGES.items():
        (ROOT / name).write_text(page(), encoding="utf-8")
        print(f"wrote {name}")


if __name__ == "__main__":
    main()

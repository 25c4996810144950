"""The generated pages say what the code says."""

import pytest

from tools.write_docs import PAGES, ROOT


@pytest.mark.parametrize("name", PAGES)
def test_page_is_fresh(name: str) -> None:
    written = (ROOT / name).read_text(encoding="utf-8")
    assert written == PAGES[name](), f"{name} is stale: run `make docs`"

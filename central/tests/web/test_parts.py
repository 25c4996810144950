"""Parts of pages that change by themselves: one that cannot be written holds up none of the others."""

import pytest

from central.store.database import Database
from central.web import parts
from central.web.live import Beside, Part, PartKey
from central.web.templates import FOLDER


def test_what_fails_holds_up_nobody_else(
    database: Database, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def read(*_: object) -> dict[str, object]:
        return {"viewer": None, "path": "/", "status": 200}

    def fail(*_: object) -> dict[str, object]:
        raise KeyError("a mistake")

    def find_none(*_: object) -> None: ...

    readers = {"good": read, "bad": fail, "gone": find_none}
    made = {name: Part("base.html", reader) for name, reader in readers.items()}
    monkeypatch.setattr(parts, "PARTS", made)
    keys = [PartKey(name, "x", "en") for name in ("bad", "good", "gone")]
    with database.reader.connect() as connection:
        assert set(parts.read_parts(connection, keys, Beside("EUR"))) == {keys[1]}
    assert "the part bad of x cannot be written" in caplog.text


def test_a_page_has_one_stream() -> None:
    """A browser keeps six connections to a server over HTTP/1.1, for all of its tabs."""
    following = {
        file.name: text
        for file in FOLDER.rglob("*.html") if (text := file.read_text(encoding="utf-8")).count("hx-sse:connect")
    }  # fmt: skip
    assert len(following) >= len({"the overview", "a post", "a charge", "a driver's page"})
    assert {text.count("hx-sse:connect") for text in following.values()} == {1}
    assert all(text.startswith("{% extends") for text in following.values())  # a whole page, in no other

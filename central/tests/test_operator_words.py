"""What is kept of what operators ask: a row for what was carried out, the same in a rebuild, none for what was not."""

import json
from collections.abc import Callable

import pytest

from central.api.errors import ApiError
from central.api.keys import InWork
from central.store.database import Database
from central.store.tables import OPERATOR_WORDS
from central.tests.site import Site
from central.tests.working import rows_of, working


def test_the_fold_keeps_who_what_and_why(database: Database, site: Site, rebuilt: Callable[..., Database]) -> None:
    site.connect("cp_001")
    word = {"cp_id": "cp_001", "reason": "cable cut", "by": "token1"}
    site.says("operator_request", "operator", message_id="w1", action="stop", **word)
    site.says("operator_request", "operator", message_id="w1", action="stop", **word)
    site.says("operator_request", "operator", message_id="w2", action="price_change", price_per_kwh=0.3, cp_id="cp_001")
    site.says("operator_request", "operator", message_id="w3", action="clear_fault", fault="none", **word)
    with working(database, site.log) as one:
        one.catch_up()
    rows = [
        (row["request_id"], row["action"], row["reason"], row["by"], json.loads(row["told"]))
        for row in rows_of(database, OPERATOR_WORDS)
    ]
    assert sorted(rows) == [
        ("w1", "stop", "cable cut", "token1", {}), ("w2", "price_change", None, None, {"price_per_kwh": 0.3})
    ]
    assert rows_of(rebuilt(site), OPERATOR_WORDS) == rows_of(database, OPERATOR_WORDS)


def test_one_key_is_answered_once_at_a_time() -> None:
    in_work = InWork()
    with in_work.hold("r1", "stop"):
        with pytest.raises(ApiError) as refused, in_work.hold("r1", "stop"):
            pass
        assert (refused.value.status, refused.value.code) == (409, "in_work")
        with in_work.hold("r2", "stop"):
            pass
    with in_work.hold("r1", "stop"):
        pass
    with pytest.raises(ApiError) as refused, in_work.hold("r1", "another"):
        pass
    assert (refused.value.status, refused.value.code) == (422, "key_reused")

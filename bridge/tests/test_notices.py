"""link_up and link_down reach the log in order, once each is logged, however often the log says no."""

from collections.abc import Callable

from hypothesis import given
from hypothesis import strategies as st
from wire.frame import parse

from bridge.decisions import Message
from bridge.notices import Notices


class SlowLog:
    """A log that answers when told to, and keeps what it said yes to."""

    def __init__(self) -> None:
        self.logged: list[Message] = []
        self.waiting: list[tuple[Message, Callable[[bool], None]]] = []
        self.later: list[Callable[[], None]] = []
        self.notices = Notices(self.append, lambda delay_s, call: self.later.append(call))

    def append(self, topic: str, key: str, value: bytes, done: Callable[[bool], None]) -> None:
        assert (topic, key) == ("ev.cp", parse(value)["cp_id"])
        self.waiting.append((parse(value), done))

    def answer(self, *, logged: bool) -> None:
        """Answers the append that has waited longest; then whatever is due to be tried again is."""
        if self.waiting:
            message, done = self.waiting.pop(0)
            if logged:
                self.logged.append(message)
            done(logged)
        later, self.later = self.later, []
        for call in later:
            call()

    def say(self, kind: str, link_id: str, cp_id: str = "cp_001") -> None:
        self.notices.tell(cp_id, {"type": kind, "message_id": f"{kind}-{link_id}", "cp_id": cp_id, "link_id": link_id})

    def finish(self) -> list[tuple[object, object]]:
        while self.waiting or self.later:
            self.answer(logged=True)
        assert self.notices.pending() == 0
        return [(message["type"], message["link_id"]) for message in self.logged]


def test_failed_notice_is_said_again_and_not_overtaken():
    log = SlowLog()
    log.say("link_up", "a")
    log.say("link_down", "a")
    for _ in range(5):
        log.answer(logged=False)
    assert len(log.waiting) == 1
    assert log.finish() == [("link_up", "a"), ("link_down", "a")]


def test_links_that_came_and_went_while_nothing_was_logged_leave_nothing():
    log = SlowLog()
    log.say("link_up", "a")
    for number in range(100):
        log.say("link_up", f"b{number}")
        log.say("link_down", f"b{number}")
    assert log.notices.pending() == 1
    assert log.finish() == [("link_up", "a")]


def test_charge_points_do_not_wait_for_each_other():
    log = SlowLog()
    log.say("link_up", "a")
    log.say("link_up", "b", "cp_002")
    assert len(log.waiting) == 2


@given(st.lists(st.sampled_from(["up", "down", "yes", "no"]), max_size=60))
def test_newest_link_is_always_told_last_and_no_end_is_lost(steps: list[str]):
    log, ups, open_links = SlowLog(), 0, list[str]()
    for step in steps:
        if step == "up":
            ups += 1
            open_links.append(f"l{ups}")
            log.say("link_up", open_links[-1])
        elif step == "down" and open_links:
            log.say("link_down", open_links.pop(0))
        else:
            log.answer(logged=step == "yes")
    told = log.finish()
    seen_up = [link for kind, link in told if kind == "link_up"]
    seen_down = [link for kind, link in told if kind == "link_down"]
    assert set(seen_up) - set(seen_down) == set(open_links)
    assert all(told.index(("link_up", link)) < told.index(("link_down", link)) for link in seen_down)
    assert seen_up == sorted(seen_up, key=lambda link: int(str(link)[1:]))

"""One table of what the bridge counts: every dropped, refused or lost thing has a name here."""

import logging

logger = logging.getLogger(__name__)

MEANINGS = {
    "lines_opened": "lines that were opened",
    "lines_refused": "connections turned away because lines that registered had all places",
    "lines_displaced": "lines without a registration closed because another line needed the place",
    "lines_unregistered": "lines closed because no registration came in time",
    "lines_silent": "lines closed because nothing was heard from them",
    "lines_clogged": "lines closed because they did not read what they were sent, or not in time",
    "lines_too_long": "received lines longer than a frame may be, dropped",
    "lines_bad_tag": "received lines whose tag was wrong or absent, dropped",
    "bytes_dropped": "bytes of lines that were too long",
    "serial_reopened": "times a serial port had to be opened again",
    "frames": "payloads that arrived whole",
    "appended": "records that the log acknowledged",
    "append_failed": "records that the log did not take, so that nobody got an ack",
    "telemetry_dropped": "lossy messages dropped because too many waited for the log",
    "mqtt_dropped": "MQTT messages dropped because too many waited",
    "mqtt_refused": "MQTT messages that were no charging_data of their topic's charge point",
    "buried": "refused messages that were logged all the same, since their board keeps them until they are acked",
    "ignored": "messages that mean nothing to a bridge, such as keepalive",
    "errors_received": "error_response messages from boards",
    "unsendable": "answers and commands that made no line: too long",
    "links_silent": "charge points whose link ended because nothing was heard from them",
    "links_replaced": "links that ended because another line was accepted for their charge point",
    "registrations_turned_away": "registrations refused from memory: Central has refused them, or they are of twins",
    "twins_parted": "times two boards with the id of one charge point were both refused for a while",
    "links_refused": "links that ended because Central did not accept them",
    "commands_sent": "commands sent to boards",
    "commands_expired": "commands that came too late to be sent",
    "commands_elsewhere": "commands for charge points that no accepted line of this bridge holds",
    "commands_bad": "records on the commands' topic that are no commands",
    "commands_skipped": "times the reader of commands fell behind the log's beginning",
    "refused_not_json": "payloads that are no JSON object",
    "refused_unknown_type": "messages of no known kind",
    "refused_missing_field": "messages without a field they must have",
    "refused_bad_field": "messages with a field of the wrong sort",
    "refused_out_of_bounds": "messages with a value beyond its bounds",
    "refused_wrong_direction": "messages of kinds that boards do not say",
    "refused_not_registered": "messages of charge points that did not register on their line",
    "refused_not_yours": "messages of boards that did not register on their line",
    "refused_too_many": "registrations or health checks beyond what one line may have",
    "refused_offline": "health checks of charge points that did not answer",
    "refused_too_long": "health checks that made no line once tagged",
}


class Counters:
    """Counts by name. Raises KeyError for a name that is not in the table."""

    def __init__(self) -> None:
        self._counts = dict.fromkeys(MEANINGS, 0)
        self._logged: dict[str, int] = {}

    def __getitem__(self, name: str) -> int:
        return self._counts[name]

    def count(self, name: str, by: int = 1) -> None:
        self._counts[name] += by

    def nonzero(self) -> dict[str, int]:
        return {name: count for name, count in self._counts.items() if count}

    def log(self, *, even_unchanged: bool = False) -> None:
        """One line with every counter that is not zero; none where nothing was counted since the last."""
        counts = self.nonzero()
        if even_unchanged or counts != self._logged:
            self._logged = counts
            logger.info("counters %s", " ".join(f"{name}={count}" for name, count in counts.items()) or "none")

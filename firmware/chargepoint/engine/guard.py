"""The protections at work: each window with what the inputs read goes through their table; latched faults are kept.

What a fault of the table opens beside the relay, the trip output, is driven here, and stays until the operator's reset:
also over a power cut, since a relay that is welded opens nothing.
"""

from chargepoint.engine.noise import Noise
from chargepoint.engine.protection import ROW_OF, Protection, Reading


class Guard:
    """`faults`: those that hold now."""

    def __init__(self, settings, platform, meter, memory):
        self._platform = platform
        self._meter = meter
        self._memory = memory
        self._protection = Protection(memory.latched)
        self._noise = Noise(settings.i_ua_per_count // 4000)  # a quarter of a count
        self._reading = Reading()
        self._rated_ma = settings.rated_current_ma
        self._bound()
        self._has_looked = False
        self.faults = self._protection.faults
        self._drive_trip()

    def take(self, window, closed, relay_ms):
        """(began, ended) by a window that the meter took. closed: the level that the relay's pin was set to; relay_ms:
        window time since then.
        """
        reading, platform, meter = self._reading, self._platform, self._meter
        self._has_looked = True
        reading.window_ms, reading.clipped, reading.relay = window.duration_ms, window.clipped, window.relay
        reading.current_ma, reading.voltage_mv, reading.power_mw = meter.current_ma, meter.voltage_mv, meter.power_mw
        reading.temperature_mc, reading.feedback = platform.temperature_mc(), platform.feedback()
        reading.level = platform.relay_level()
        reading.rcm_tripped, reading.stop_pressed = platform.rcm_tripped(), platform.stop_pressed()
        reading.closed_ms = relay_ms if closed and window.relay else 0
        reading.open_ms = 0 if closed or window.relay else relay_ms
        if window.relay is False:
            self._noise.learn(meter.current_ma)
        reading.noise_ma = self._noise.floor_ma
        changed = self._protection.take(reading)
        if changed[0]:
            self._drive_trip()
        return changed

    def limit(self, limit_ma):
        """To Central's figure; None: to the provisioned one, which nobody raises. None, or why not."""
        if limit_ma is not None and limit_ma > self._rated_ma:
            return "above_rated"
        self._memory.set_limit(limit_ma)
        self._bound()

    def limit_in_force(self):
        """(mA, whose)."""
        limit_ma = self._reading.limit_ma
        return limit_ma, "rated" if limit_ma == self._rated_ma else "central"

    def begin(self, fault):
        """A fault that is found elsewhere. False if it is known."""
        return self._protection.begin(fault)

    def end(self, fault):
        return self._protection.end(fault)

    def keep(self):
        """What is latched, on flash."""
        self._memory.set_latched(self._protection.latched)

    def reset(self):
        """Clear what is latched; what still holds trips again. Whether there was anything."""
        self._noise.forget()
        if not self._protection.reset():
            return False
        self._drive_trip()
        self.keep()
        return True

    def coverage(self):
        """How a weld is found (without an input on the load's side only while something is drawn), and which inputs and
        outputs are not there, so that their protections are not. Nothing until they were looked at.
        """
        if not self._has_looked:
            return {}
        platform = self._platform
        there = (
            ("feedback", platform.feedback() is not None), ("temperature", platform.temperature_mc() is not None),
            ("rcm_trip", platform.rcm_tripped() is not None), ("emergency_stop", platform.stop_pressed() is not None),
            ("relay_level", platform.relay_level() is not None), ("trip", platform.has_trip),
            ("voltage", not self._meter.estimated),
        )
        lacks = [name for name, is_there in there if not is_there]
        return {"weld_check": "current_only" if "feedback" in lacks else "feedback", "lacks": lacks}

    def _bound(self):
        self._reading.limit_ma = min(self._memory.limit_ma or self._rated_ma, self._rated_ma)

    def _drive_trip(self):
        """A fault of other firmware opens it too: nobody knows here what it was."""
        on = False
        for fault in self._protection.latched:
            on = on or fault not in ROW_OF or ROW_OF[fault].trip
        self._reading.tripped = on
        self._platform.trip(on)

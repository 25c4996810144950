"""Live figures, `charging_data`: by MQTT where the board has it, else on the line. A lost one costs nothing."""

from wire.frame import payload_of

from chargepoint import states


class Telemetry:
    """`send(payload)` may refuse; then the next figures go out instead, and `dropped` counts."""

    def __init__(self, settings, engine, platform, sender, send):
        self.dropped = 0
        self._settings = settings
        self._engine = engine
        self._platform = platform
        self._sender = sender
        self._send = send
        self._sent_at = None
        self._sent_state = None

    def step(self, now):
        if not self._due(now):
            return
        self._sent_at, self._sent_state = now, self._engine.state
        if not self._send(payload_of(self._message())):
            self.dropped += 1

    def _due(self, now):
        settings, state = self._settings, self._engine.state
        fed = state in states.RELAY_CLOSED
        interval_ms = settings.telemetry_interval_ms if fed else settings.idle_telemetry_interval_ms
        return self._sent_at is None or state != self._sent_state or now - self._sent_at >= interval_ms

    def _message(self):
        engine, meter = self._engine, self._engine.meter
        message = {
            "type": "charging_data", "message_id": self._sender.journal.lossy_id(), "cp_id": self._settings.cp_id,
            "state": engine.state, "meter_id": meter.meter_id, "register_wh": meter.register_wh,
            "session_energy_wh": engine.session_energy_wh(), "power_w": meter.power_w,
            "current_ma": meter.current_ma, "voltage_mv": meter.voltage_mv,
            "limit_ma": self._settings.rated_current_ma, "limit_reason": "rated",
        }
        for field, value in (
            ("session_id", engine.session_id()), ("temperature_mc", self._platform.temperature_mc()),
        ):
            if value is not None:
                message[field] = value
        message.update(self._sender.clock.stamp())
        return message

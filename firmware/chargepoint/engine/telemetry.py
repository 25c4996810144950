"""Live figures, `charging_data`: by MQTT where the board has it, else on the line. A lost one costs nothing."""

from chargepoint.engine import states
from chargepoint.ticks import ticks_diff

_FIGURES = (
    '{"type":"charging_data","message_id":"%s","cp_id":"%s","state":"%s","meter_id":"%s","register_wh":%d,'
    '%s"session_energy_wh":%d,"power_w":%d,"current_ma":%d,"voltage_mv":%d,"limit_ma":%d,"limit_reason":"%s",'
    "%s%s}"
)
_SESSION = '"session_id":"%s",'
_TEMPERATURE = '"temperature_mc":%d,'
_AT = '"occurred_at_ms":%d'
_UPTIME = '"uptime_ms":%d,"boot":%d'

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
        if not self._send(self._payload()):
            self.dropped += 1

    def _due(self, now):
        settings, state = self._settings, self._engine.state
        fed = state in states.RELAY_CLOSED
        interval_ms = settings.telemetry_interval_ms if fed else settings.idle_telemetry_interval_ms
        return self._sent_at is None or state != self._sent_state or ticks_diff(now, self._sent_at) >= interval_ms

    def _payload(self):
        """From a template: making it of a dict takes a small board ten times as long, and nothing in it needs escapes.

        The order of fields is that of wire/kinds/boards.py; a test holds the two together.
        """
        engine, meter = self._engine, self._engine.meter
        session_id, temperature_mc = engine.session_id(), self._platform.temperature_mc()
        limit_ma, limit_reason = engine.current_limit()
        payload = _FIGURES % (
            self._sender.journal.lossy_id(), self._settings.cp_id, engine.state, meter.meter_id, meter.register_wh,
            "" if session_id is None else _SESSION % session_id, engine.session_energy_wh(), meter.power_w,
            meter.current_ma, meter.voltage_mv, limit_ma, limit_reason,
            "" if temperature_mc is None else _TEMPERATURE % temperature_mc, self._stamp(),
        )
        return payload.encode()

    def _stamp(self):
        stamp = self._sender.clock.stamp()
        if "occurred_at_ms" in stamp:
            return _AT % stamp["occurred_at_ms"]
        return _UPTIME % (stamp["uptime_ms"], stamp["boot"])

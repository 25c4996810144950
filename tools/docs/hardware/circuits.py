"""The circuits around a Pico: the mains' path, the two measuring channels, what switches, and the inputs."""

from tools.docs.hardware import pins, values
from tools.docs.hardware.drawing import FAINT, LIVE, Drawing

_MAINS = "#fdecea"


def power_path() -> str:
    drawing = Drawing(1090, 330, "The mains' path, from the distribution board to the car's cable")
    line_y, neutral_y, earth_y = 80, 120, 230
    for y, name in ((line_y, "L"), (neutral_y, "N")):
        drawing.text(16, y + 5, name, bold=True)
        drawing.line((36, y), (1070, y), ink=LIVE if name == "L" else "#1d4ed8", wide=2.4)
    drawing.text(16, earth_y + 5, "PE", bold=True)
    drawing.line((44, earth_y), (1070, earth_y), ink="#2f7d32", wide=2.4)
    blocks = (
        (60, 150, ("breaker and RCD", "type B, or type A with", "6 mA DC detection"), "upstream"),
        (240, 130, ("contactor", "opened by trip:", "a welded relay"), "upstream"),
        (400, 110, ("CT", "around L alone", "±60 A"), "measures"),
        (540, 130, ("voltage", "transformer, L to N", "±400 V"), "measures"),
        (700, 130, ("relay", "two poles: L and N", "12 V coil"), "switches"),
        (860, 120, ("feedback", "voltage behind", "the relay?"), "reads back"),
    )
    for x, width, says, task in blocks:
        drawing.part(x, line_y - 28, width, 96, says, _MAINS if task == "upstream" else "#ffffff")
        drawing.text(x + width / 2, line_y - 36, task, "middle", FAINT)
    drawing.text(1070, line_y - 14, "socket", "end", bold=True)
    drawing.text(540, earth_y - 8, "goes through: not switched, not measured", "middle", FAINT)
    drawing.text(60, 280, "Short circuit, earth fault and residual current are the upstream devices' business alone:")
    drawing.text(60, 300, "nothing of this board measures them. What stands on red ground is never left out.")
    return drawing.svg()


def measuring() -> str:
    drawing = Drawing(940, 575, "The two measuring channels: current and voltage around mid-rail")
    _channel(
        drawing, 75, pins.current().on_pico(), "CT 2000:1", "around L; never open", f"{values.BURDEN_OHM} Ω",
        f"range ±{values.current_range_a():.1f} A = ±{values.SHARE:.2f} V / {values.BURDEN_OHM} Ω · {values.CT_TURNS}",
    )
    _channel(
        drawing, 355, pins.voltage().on_pico(), "transformer 1:1", "2 × 82 kΩ in L, to N", f"{values.VT_BURDEN_OHM} Ω",
        f"range ±{values.voltage_range_v():.0f} V = ±{values.SHARE:.2f} V / {values.VT_BURDEN_OHM} Ω · 164 kΩ",
    )
    return drawing.svg()


def _channel(drawing: Drawing, top: int, pin: str, name: str, says: str, burden: str, range_of: str) -> None:
    """The sensor's burden hangs at mid-rail, so that the pin sees 0 to 3.3 V."""
    hot_y, mid_y = top + 30, top + 90
    drawing.part(30, top, 170, 120, (name, says, "isolates", "from the mains"), _MAINS)
    drawing.line((200, hot_y), (462, hot_y))
    drawing.hop(470, hot_y)
    drawing.line((478, hot_y), (620, hot_y))
    drawing.line((200, mid_y), (600, mid_y))
    drawing.resistor(250, hot_y, burden, upright=True)
    drawing.line((340, hot_y), (340, hot_y + 22), (340, mid_y - 18), (340, mid_y))
    drawing.box(326, hot_y + 14, 28, 32)
    drawing.text(362, hot_y + 35, "TVS 6.8 V")
    for x in (250, 340):
        drawing.dot(x, hot_y)
        drawing.dot(x, mid_y)
    drawing.resistor(470, mid_y - 120, "10 kΩ", upright=True)
    drawing.supply(470, mid_y - 120, "3.3 V")
    drawing.line((470, mid_y - 60), (470, mid_y))
    drawing.resistor(470, mid_y, "10 kΩ", upright=True)
    drawing.ground(470, mid_y + 60)
    drawing.capacitor(570, mid_y, "10 µF")
    drawing.ground(570, mid_y + 60)
    drawing.dot(470, mid_y)
    drawing.dot(570, mid_y)
    drawing.text(592, mid_y - 8, "mid-rail, 1.65 V", ink=FAINT)
    drawing.resistor(620, hot_y, "1 kΩ")
    drawing.line((680, hot_y), (800, hot_y))
    drawing.capacitor(720, hot_y, "10 nF")
    drawing.ground(720, hot_y + 60)
    drawing.dot(720, hot_y)
    drawing.part(800, hot_y - 18, 120, 36, (pin,), "#f3f4f6")
    drawing.text(30, top + 182, range_of)
    told = "BAT54S from the pin to 3.3 V and to ground; 3.3 V and ground here are ADC_VREF (pin 35) and AGND."
    drawing.text(30, top + 202, told, ink=FAINT)


def switching() -> str:
    drawing = Drawing(940, 420, "What switches: the relay's coil and the trip output")
    x = 230
    drawing.supply(x, 50, "12 V")
    drawing.contact(x, 50, "emergency stop: opens when pressed")
    drawing.contact(x, 110, "residual current monitor: opens when it trips")
    drawing.coil(x, 170, "relay's coil")
    _low_side_switch(drawing, x, pins.relay().on_pico(), "10 kΩ: mandatory")
    told = "Stop and monitor break the coil's current without the board; a second contact of each tells it."
    drawing.text(30, 400, told, ink=FAINT)
    x = 740
    drawing.supply(x, 110, "12 V")
    drawing.line((x, 110), (x, 170))
    drawing.coil(x, 170, "upstream contactor's")
    drawing.text(x + 22, 222, "release")
    _low_side_switch(drawing, x, pins.named("trip_pin").on_pico(), "10 kΩ")
    return drawing.svg()


def _low_side_switch(drawing: Drawing, x: float, pin: str, pull_down: str) -> None:
    """Below a coil: its flyback diode, and the transistor that a pin drives."""
    drawing.line((x, 170), (x - 80, 170))
    drawing.line((x, 230), (x - 80, 230))
    drawing.diode(x - 80, 170, "")
    drawing.text(x - 96, 205, "1N4007", "end")
    drawing.dot(x, 170)
    drawing.dot(x, 230)
    drawing.transistor(x, 230, "AO3400")
    drawing.ground(x, 290)
    _gate(drawing, x - 40, 270, pin, pull_down)


def _gate(drawing: Drawing, x: float, y: float, pin: str, pull_down: str) -> None:
    drawing.line((x - 30, y), (x, y))
    drawing.dot(x - 10, y)
    drawing.line((x - 10, y), (x - 10, y + 30))
    drawing.resistor(x - 10, y + 30, pull_down, upright=True)
    drawing.ground(x - 10, y + 90)
    drawing.resistor(x - 90, y, "100 Ω")
    drawing.part(x - 180, y - 18, 90, 36, (pin.partition(" (")[0],), "#f3f4f6")


def inputs() -> str:
    drawing = Drawing(980, 330, "The inputs: feedback, dry contacts, temperature")
    drawing.text(30, 28, "feedback", bold=True)
    drawing.part(30, 70, 130, 70, ("load side", "L and N", "behind the relay"), _MAINS)
    drawing.line((160, 85), (180, 85))
    drawing.resistor(180, 85, "2 × 33 kΩ")
    drawing.line((240, 85), (260, 85))
    drawing.line((160, 125), (180, 125))
    drawing.resistor(180, 125, "")
    drawing.text(210, 148, "2 × 33 kΩ", "middle")
    drawing.line((240, 125), (260, 125))
    drawing.part(260, 65, 90, 80, ("H11AA1", "either", "direction"))
    drawing.line((350, 85), (420, 85))
    drawing.line((350, 125), (372, 125), (372, 160))
    drawing.ground(372, 160)
    drawing.capacitor(398, 85, "1 µF")
    drawing.ground(398, 145)
    drawing.dot(398, 85)
    drawing.part(420, 67, 70, 36, (_gpio("feedback_pin"),), "#f3f4f6")
    drawing.text(30, 215, "At 1.7 mA the transistor keeps the pin at ground; over the mains'", ink=FAINT)
    drawing.text(30, 233, "zero the board's own 50 to 80 kΩ fill 1 µF too slowly to be seen.", ink=FAINT)
    x = 560
    drawing.text(x - 20, 28, "dry contacts", bold=True)
    for number, name in enumerate(("contact_pin", "rcm_pin", "stop_pin")):
        at = x + number * 74
        drawing.part(at - 34, 50, 68, 36, (_gpio(name),), "#f3f4f6")
        drawing.line((at, 86), (at, 100))
        drawing.contact(at, 100, ("car", "RCM", "stop")[number])
        drawing.ground(at, 160)
    drawing.text(x - 34, 215, "Closed is well: a broken wire", ink=FAINT)
    drawing.text(x - 34, 233, "reads as no car, tripped, pressed.", ink=FAINT)
    x = 850
    drawing.text(x - 20, 28, "temperature", bold=True)
    drawing.supply(x, 66, "3.3 V")
    drawing.resistor(x, 66, "", upright=True)
    drawing.text(x - 12, 101, "10 kΩ", "end")
    drawing.resistor(x, 126, "", upright=True)
    drawing.text(x - 12, 156, "NTC", "end")
    drawing.text(x - 12, 172, "10 kΩ", "end")
    drawing.ground(x, 186)
    drawing.dot(x, 126)
    drawing.line((x, 126), (x + 20, 126))
    drawing.part(x + 20, 96, 96, 60, ("ADS1115", "A0; I2C to", f"{_gpio('i2c_sda_pin')}, {_gpio('i2c_scl_pin')}"))
    drawing.text(x - 60, 233, "NTC on the relay, B 3950", ink=FAINT)
    drawing.text(30, 290, "Red ground is mains, behind reinforced insulation: 8 mm of air and of board to all else,")
    drawing.text(30, 308, "which is extra-low voltage. None of it is on a breadboard.")
    return drawing.svg()


def _gpio(setting: str) -> str:
    return pins.named(setting).on_pico().partition(" (")[0]

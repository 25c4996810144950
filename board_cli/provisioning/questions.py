"""What is asked at a terminal, in this order: each question, and when it is asked."""

from collections.abc import Callable
from typing import NamedTuple

from board_cli.failures import Failure
from board_cli.provisioning.given import BY_NAME, Config, right


def _always(config: Config) -> bool:
    del config
    return True


def _is_engine(config: Config) -> bool:
    return config.get("role") != "monitor"


def _registers(config: Config) -> bool:
    return config.get("role") != "engine"


def _is_split(config: Config) -> bool:
    return config.get("role") in ("engine", "monitor")


def _has_network(config: Config) -> bool:
    bridge = str(config.get("central", ""))
    return ":" in bridge and not bridge.startswith(("uart:", "serial:"))


def _has_wifi(config: Config) -> bool:
    return bool(config.get("wifi_ssid"))


def _has_contact(config: Config) -> bool:
    return config.get("presence") == "contact"


class Question(NamedTuple):
    """`applies`: to what was answered so far. `usual`: offered where the setting has no default of its own."""

    name: str
    text: str
    applies: Callable[[Config], bool] = _always
    usual: str = ""
    secret: bool = False


QUESTIONS = (
    Question("cp_id", "id of the charge point"),
    Question("role", "role of this board: both, engine or monitor"),
    Question("location", "where it is, for drivers", _registers),
    Question("price_per_kwh", "price per kWh to begin with", _registers),
    Question("central", "bridge: usb, uart:0, or HOST:PORT", _registers, "usb"),
    Question("engine", "line between engine and monitor: uart:1, or HOST:PORT", _is_split, "uart:1"),
    Question("wifi_ssid", "name of the Wi-Fi", _has_network),
    Question("wifi_password", "its password", _has_wifi, secret=True),
    Question("presence", "how a car is known: contact (a switch at contact_pin) or none", _is_engine),
    Question("contact_pin", "pin of the contact", _has_contact),
    Question("rated_current_ma", "what relay and wiring bear for hours, in mA", _is_engine),
    Question("feedback_pin", "pin that sees voltage behind the relay (empty: none fitted)", _is_engine),
    Question("trip_pin", "pin that opens an upstream contactor (empty: none fitted)", _is_engine),
)

Ask = Callable[[str, str, bool], str]  # (text, offered, secret) -> what was typed


def ask_all(config: Config, ask: Ask, tell: Callable[[str], None]) -> Config:
    """`config` with what was answered; what is in it is offered. An answer that is not right is asked for again."""
    answered = dict(config)
    for question in QUESTIONS:
        if question.applies(answered):
            _ask(question, answered, ask, tell)
    return answered


def _ask(question: Question, answered: Config, ask: Ask, tell: Callable[[str], None]) -> None:
    setting = BY_NAME[question.name]
    default = setting.default if isinstance(setting.default, (int, float, str)) else ""
    offered = str(answered.get(question.name, question.usual or default))
    while True:
        typed = ask(question.text, offered, question.secret).strip()
        if not typed:
            answered.pop(question.name, None)
            return
        try:
            answered[question.name] = right(setting, typed)
        except Failure as failure:
            tell(str(failure))
        else:
            return

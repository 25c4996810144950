"""`make up`: keeps the demo's system running, and says where it is and what to do with it."""

import sys
import time
from pathlib import Path
from typing import NoReturn

from central.actions.refusal import NotDone
from central.people.opening import FIRST_ADMIN
from central.settings import HOME_ASSISTANT_PREFIX
from eventlog import LogError
from tools.services.kafka_jars import KafkaUnavailable
from tools.services.process import ProcessEnded
from tools.stack.boards import Design
from tools.stack.own_folder import FAILED, INTERRUPTED, in_own_folder
from tools.stack.places import PLACES
from tools.stack.stack import Stack
from tools.stack.yard import put_on_yard

PROFILE = "commuter"
HOME_ASSISTANT = HOME_ASSISTANT_PREFIX.example
LOOK_S = 0.5


def main() -> int:
    code = in_own_folder(_up)
    return 0 if code == INTERRUPTED else code  # there is no other way to end it


def _up(folder: Path) -> int:
    """Until it is interrupted, or what failed is said."""
    designs = [Design(cp_id, shape, PROFILE, location=location) for cp_id, shape, location in PLACES]
    try:
        with Stack(folder, designs, settings={HOME_ASSISTANT_PREFIX.name: HOME_ASSISTANT}, say=_say) as stack:
            put_on_yard(stack.settings_of_central(), stack.charge_points)
            _say(_where(stack, folder))
            _watch(stack)
    except (TimeoutError, ProcessEnded, RuntimeError, OSError, KafkaUnavailable, LogError, NotDone) as error:
        _say(f"UP FAILED reason={error}")
        return FAILED


def _watch(stack: Stack) -> NoReturn:
    """Says once of each part that it has ended; the others go on, as they would in the field."""
    running = list(stack.processes())
    while True:
        for process in [each for each in running if not each.running]:
            running.remove(process)
            _say(f"{process.name} has ended with code {process.exit_code}; its log is {process.log_path}")
        time.sleep(LOOK_S)


def _say(text: str) -> None:
    print(text, flush=True)


def _where(stack: Stack, folder: Path) -> str:
    posts = "\n".join(f"  {stack.api_url}/p/{cp_id}" for cp_id in stack.charge_points)
    operator = " ".join(f"{name}={value}" for name, value in stack.settings_of_central().items())
    return f"""
Wattline is up. Ctrl-C ends it; its logs and data are in {folder} until then.
  API     {stack.api_url}/v1/charge-points
  boards  127.0.0.1:{stack.bridge_port} (tagged lines), 127.0.0.1:{stack.plain_port} (plain lines, for nc)
  MQTT    {stack.mqtt.address if stack.mqtt else "none"}; the posts are announced to Home Assistant there

In a browser, as a driver who stands at a post:
{posts}
As the operator (name {FIRST_ADMIN}, password {stack.admin_password}):
  {stack.api_url}/ops

Or in another terminal:
  export WATTLINE_API={stack.api_url}
  .venv/bin/wattline register Ada
  .venv/bin/wattline list
  .venv/bin/wattline charge cp_001 --minutes 5
As the operator:
  export {operator}
  .venv/bin/wattline-central list
  .venv/bin/wattline-central insight show
  .venv/bin/wattline-central deliveries
"""


if __name__ == "__main__":
    sys.exit(main())

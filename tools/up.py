"""`make up`: keeps the demo's system running, and says where it is and what to do with it."""

import shutil
import sys
import tempfile
import threading
from pathlib import Path

from tools.services.kafka_jars import KafkaUnavailable
from tools.services.process import ProcessEnded
from tools.stack.boards import Design
from tools.stack.ending import end_like_ctrl_c
from tools.stack.places import PLACES
from tools.stack.stack import Stack

PROFILE = "commuter"


def main() -> int:
    end_like_ctrl_c()
    folder = Path(tempfile.mkdtemp(prefix="wattline-"))
    designs = [Design(cp_id, shape, PROFILE, location=location) for cp_id, shape, location in PLACES]
    try:
        with Stack(folder, designs, say=print) as stack:
            print(_where(stack, folder), flush=True)
            threading.Event().wait()
    except KeyboardInterrupt:
        print("stopped")
    except (TimeoutError, ProcessEnded, RuntimeError, OSError, KafkaUnavailable) as error:
        print(f"UP FAILED reason={error}\nlogs are in {folder}")
        return 1
    shutil.rmtree(folder, ignore_errors=True)
    return 0


def _where(stack: Stack, folder: Path) -> str:
    operator = " ".join(f"{name}={value}" for name, value in stack.settings_of_central().items())
    return f"""
Wattline is up. Ctrl-C ends it; its logs and data are in {folder} until then.
  API     {stack.api_url}/v1/charge-points
  boards  127.0.0.1:{stack.bridge_port} (tagged lines), 127.0.0.1:{stack.plain_port} (plain lines, for nc)
  MQTT    {stack.mqtt.address if stack.mqtt else "none"}

Next, in another terminal:
  export WATTLINE_API={stack.api_url}
  .venv/bin/wattline register Ada
  .venv/bin/wattline list
  .venv/bin/wattline charge cp_001 --minutes 5
As the operator:
  export {operator}
  .venv/bin/wattline-central list
"""


if __name__ == "__main__":
    sys.exit(main())

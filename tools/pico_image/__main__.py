"""Makes the image of MicroPython that the `pico` bench boots, once, and says where it is.

    python -m tools.pico_image

Where the user has a released image in the emulator's own cache, that one is taken.
"""

import sys

from tools.pico_image import cache
from tools.pico_image.build import image
from tools.pico_image.steps import ImageUnavailable, say


def main() -> int:
    try:
        found = image()
    except ImageUnavailable as error:
        say(f"none can be made here: {error}")
        say(f"a released one is taken where it lies at {cache.release()}")
        return 1
    sys.stdout.write(f"{found}\n")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())

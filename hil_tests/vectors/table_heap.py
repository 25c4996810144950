"""Run on MicroPython: prints as JSON what the table of messages costs of the heap, a board's rows and all of them."""

import gc
import json
import sys

sys.path.insert(0, sys.argv[1])


def used() -> int:
    gc.collect()
    return gc.mem_alloc()  # pyright: ignore[reportAttributeAccessIssue]  # MicroPython's own


def main() -> None:
    start = used()
    from wire.kinds import boards

    result = {"boards": used() - start, "boards_kinds": len(boards.KINDS)}
    from wire.kinds import log, plant

    result["whole"] = used() - start
    result["whole_kinds"] = len(log.KINDS | plant.KINDS)  # each module adds to the same table
    print(json.dumps(result))


main()

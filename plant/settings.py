"""The settings of the plant."""

from runtime import values
from runtime.registry import Table

TABLE = Table("plant", "The plant")

PLANT_ADDRESS = TABLE.row(
    "PLANT_ADDRESS", values.listen_address, "127.0.0.1:7200", "127.0.0.1:7200",
    "Where simulated boards find their plant: it listens there. Port 0: a free one, named in its `ready` line.",
)

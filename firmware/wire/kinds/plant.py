"""What a simulated board and its plant say to each other."""

from wire.ids import MAX_N
from wire.kinds import NOT_LOGGED, PLANT, SIM_BOARD, Kind, add
from wire.kinds.boards import VEHICLE
from wire.kinds.fields import choice, may, may_id, must, must_count, must_id

KINDS = add((
    # --- a simulated board and its plant ---
    Kind("plant_hello", (SIM_BOARD,), NOT_LOGGED, "cp_id", False, (
        must_id("cp_id"), must_id("board"),
    )),
    Kind("pins", (SIM_BOARD,), NOT_LOGGED, "", False, (
        must("relay", "bool"), may("trip", "bool"),
    )),
    Kind("meter_report", (SIM_BOARD,), NOT_LOGGED, "", False, (
        must_id("meter_id"), must_count("register_wh"), may_id("session_id"),
    )),
    Kind("sample_window", (PLANT,), NOT_LOGGED, "", False, (
        must_count("n", 1, 400), must_count("duration_ms", 1, 3600000), must_count("sum_i", -MAX_N, MAX_N),
        must_count("sum_ii"),
        must_count("sum_v", -MAX_N, MAX_N), must_count("sum_vv"), must_count("sum_vi", -MAX_N, MAX_N),
        must_count("clipped", 0, 400),
        choice("vehicle", VEHICLE), may("temperature_mc", "int", -60000, 200000), may("feedback", "bool"),
        may("relay", "bool"), may("relay_level", "bool"), may("rcm_tripped", "bool"), may("stop_pressed", "bool"),
    )),
))

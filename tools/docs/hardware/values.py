"""The values of the parts that give the ranges of the converter, and what they make of its counts."""

V_REF = 3.3
COUNTS = 4096
CT_TURNS = 2000  # 100 A : 50 mA
BURDEN_OHM = 54.9
VT_SERIES_OHM = 164_000  # two of 82 kOhm
VT_BURDEN_OHM = 680
SHARE = V_REF / 2  # of the supply to either side of mid-rail


def current_range_a() -> float:
    """Peak: the secondary's current is a CT_TURNS-th, and the burden turns it into volts (Ohm)."""
    return SHARE / BURDEN_OHM * CT_TURNS


def voltage_range_v() -> float:
    """Peak: a transformer of 1:1 carries the current that the resistors before it let through."""
    return SHARE / VT_BURDEN_OHM * VT_SERIES_OHM


def i_ua_per_count() -> int:
    return round(V_REF / COUNTS / BURDEN_OHM * CT_TURNS * 1e6)


def v_uv_per_count() -> int:
    return round(V_REF / COUNTS / VT_BURDEN_OHM * VT_SERIES_OHM * 1e6)

"""The modelled converter: monotone, every code, and four of them far too wide."""

import statistics

from plant.converter import CODES, NOISE_LSB, PEAK_DNL_LSB, WIDE_CODES, Converter


def test_four_codes_are_wide_and_the_others_make_up_for_it():
    converter, parts = Converter(noise_lsb=0), 8
    read = [converter.read(part / parts) for part in range(CODES * parts)]
    assert read == sorted(read)
    widths = [read.count(code) / parts for code in range(CODES)]
    for code in WIDE_CODES:
        assert abs(widths[code] - 1 - PEAK_DNL_LSB) < 0.3
    others = [width for code, width in enumerate(widths) if code not in WIDE_CODES]
    assert 0.9 < statistics.mean(others) < 1
    assert 0.8 < min(others) <= max(others) <= 1.125


def test_noise_scatters_as_much_as_is_said_and_ends_clip():
    converter = Converter()
    assert abs(statistics.pstdev(converter.read(2100.5) for _ in range(4000)) - NOISE_LSB) < 0.2
    assert {converter.read(level) for level in (-1e6, -100.0)} == {0}
    assert {converter.read(level) for level in (CODES + 100.0, 1e6)} == {CODES - 1}

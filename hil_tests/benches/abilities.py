"""What a bench can do, by name. A test names what it needs (`@pytest.mark.needs(…)`) and is skipped where it lacks."""

ABILITIES = {
    "charge": "relay, car, mains and sensors stand at the board's pins, and its line leads to a bridge",
    "faults": "faults of plant/faults.py can be switched on and off",
    "power cut": "the board's supply can be cut in mid-charge; it comes back by itself",
    "reset": "the board can be reset while its supply stays",
    "line cut": "its line to the bridge can be broken",
    "contract": "its platform can be driven by hand, for the checks of hil_tests/contract",
}

"""The simulated world: mains, relay, car, sensor and faults, in a process of its own."""

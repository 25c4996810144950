"""How accurately the meter reads real cars, played through a modelled converter: `make accuracy`."""

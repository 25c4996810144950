"""The rules of a charge point, with no pin and no socket in them."""

"""`wattline charge`: asking for a charge and following it to its receipt."""

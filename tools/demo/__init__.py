"""`make demo`: three cars charge at once, parts are killed meanwhile, and three independent figures must agree."""

"""How a board is reached: its port, its service (the firmware answers), its prompt (MicroPython does)"""

"""`wattline-board`: makes a charge point of a board, and looks at one"""

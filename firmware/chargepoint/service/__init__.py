"""What a board tells whoever stands at it with `wattline-board`: its status, its history; and maintenance"""

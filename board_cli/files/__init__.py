"""What of the firmware goes onto a board: what its role needs, precompiled, and only what changed"""

"""MicroPython itself onto a board: an image, judged, and the ways that it takes"""

"""What is said between boards, bridge and Central: kinds, frames, tags and ids.

Runs unchanged on MicroPython and CPython; imports nothing of the project.
"""

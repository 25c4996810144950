"""`make bench`: how fast and how large the system is on this machine, beside what its raw parts do in the same run.

Never part of a test that judges time: a machine is shared, and its figures are true of one afternoon.
"""

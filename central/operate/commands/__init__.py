"""What the operator may type, in groups.

These files load nothing heavy, so that `--help` answers at once; what a command needs is imported where it runs.
"""

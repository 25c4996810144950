"""What every platform must do (firmware/hal/contract.py), as checks that run on MicroPython and CPython alike."""

"""Local services that the demo, the tests and the bench run on: brokers and child processes, without
Docker.
"""

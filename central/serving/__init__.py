"""The server that people reach: API and pages in one process, until it is told to end"""

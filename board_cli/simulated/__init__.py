"""Simulated boards: one of any shape with its plant, or many in one process"""

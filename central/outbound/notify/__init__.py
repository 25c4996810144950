"""Notices: drivers and operators are told what happened when they do not look at a page."""

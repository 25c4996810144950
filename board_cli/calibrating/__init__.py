"""A board's meter brought to what a reference meter shows: read, computed, written, and read again"""

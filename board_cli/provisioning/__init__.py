"""What a board is told to be: given, asked for, and judged before anything is written"""

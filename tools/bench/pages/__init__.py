"""How fast pages are: on a year of books, for many who look at once, and on a slow phone"""

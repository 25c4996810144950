"""Insight: what the charges of a site say, as figures. Made from the log alone, so it can be deleted and made again."""

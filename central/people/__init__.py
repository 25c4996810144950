"""People: who they are, what they may do, and how they show it. A database of their own, beside the books."""

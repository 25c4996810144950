"""What is said to people, in their language: the texts' catalogs, and how numbers and times are written."""

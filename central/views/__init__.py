"""What API, pages and command line show, read from the tables; nothing here writes."""

"""What is shown, for API, pages and command line alike: read from the tables, never written."""

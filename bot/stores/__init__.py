"""Where conversations are kept: in memory for tests, in SQLite or PostgreSQL for real."""

"""SQLite as an installation uses it."""

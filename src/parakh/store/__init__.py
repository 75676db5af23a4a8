"""Records in SQLite or PostgreSQL, the audit chain, and encryption at rest."""

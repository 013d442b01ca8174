"""The SQL of notifications, one module per kind of thing."""

"""The SQL of identity, one module per kind of thing."""

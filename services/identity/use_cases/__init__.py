"""What people and programs can ask of identity, one module per kind of thing."""

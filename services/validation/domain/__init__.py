"""The rules of validation and clearance: plain objects that refuse what may not happen. Standard library only."""

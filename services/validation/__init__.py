"""Validation: the competent authority's decision on each submitted licence, and its clearance by customs."""

"""The rules of the licence form and of lodging it. Nothing here knows of a framework."""

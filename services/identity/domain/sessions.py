"""How long somebody stays signed in."""

from datetime import timedelta

SESSION_LIVES = timedelta(hours=12)
"""The longest a session lasts, however much it is used: a working day."""
SESSION_IDLE = timedelta(hours=2)
"""A session that nobody used for so long has ended. A page that is open and seen is use."""

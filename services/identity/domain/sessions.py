"""How long somebody stays signed in."""

from datetime import timedelta

SESSION_LIVES = timedelta(hours=12)
"""The longest a session lasts, however much it is used: a working day."""
SESSION_IDLE = timedelta(hours=2)
"""A session that nobody used for so long has ended. A page that is open and seen is use."""

_BROWSERS = (("Edg", "Edge"), ("OPR/", "Opera"), ("Firefox/", "Firefox"), ("Chrome/", "Chrome"), ("Safari/", "Safari"))
_SYSTEMS = (
    ("Android", "Android"),
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("Windows", "Windows"),
    ("Mac OS X", "macOS"),
    ("Linux", "Linux"),
)


def browser_name(user_agent: str) -> str:
    """What a person calls the browser: "Firefox · Windows". A program is called by the first word it says of itself."""
    browser = next((name for sign, name in _BROWSERS if sign in user_agent), user_agent.partition(" ")[0])
    system = next((name for sign, name in _SYSTEMS if sign in user_agent), "")
    return " · ".join(filter(None, (browser, system)))

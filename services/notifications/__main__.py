"""`python -m services.notifications serve | migrate | outbox | parked`."""

from services.notifications.main import build
from shared.command import main

main("notifications", build)

"""Where notifications is put together."""

from fastapi import FastAPI

from services.notifications import api, pages
from services.notifications.service import Notifications
from services.notifications.settings import Settings
from shared.work import Clock, utc_now


def create_service(settings: Settings | None = None, clock: Clock = utc_now) -> Notifications:
    """The service without its HTTP side."""
    return Notifications(settings or Settings(), clock=clock)


def build(settings: Settings | None = None, clock: Clock = utc_now) -> FastAPI:
    """The ASGI application."""
    return create_service(settings, clock).app(pages.router, api.router)

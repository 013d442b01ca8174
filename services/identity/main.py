"""The wiring of identity."""

from fastapi import FastAPI

from services.identity import api, api_bodies, api_roles
from services.identity.pages import routers
from services.identity.service import Identity
from services.identity.settings import Settings
from shared.work import Clock, utc_now


def create_service(settings: Settings | None = None, clock: Clock = utc_now) -> Identity:
    """The service without HTTP: for commands, tests and the demonstration loader."""
    return Identity(settings or Settings(), clock)


def build(settings: Settings | None = None, clock: Clock = utc_now) -> FastAPI:
    """The ASGI application."""
    return create_service(settings, clock).app(*routers, api.router, api_bodies.router, api_roles.router)

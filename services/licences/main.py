"""The wiring of this service."""

from fastapi import FastAPI

from services.licences import api
from services.licences.pages import files, form, listing, reading, wizard
from services.licences.service import Licences
from services.licences.settings import Settings
from shared.work import Clock, utc_now


def create_service(settings: Settings | None = None, clock: Clock = utc_now) -> Licences:
    """The service without HTTP, for tests and for loading demonstration data."""
    return Licences(settings or Settings(), clock)


def build(settings: Settings | None = None, clock: Clock = utc_now) -> FastAPI:
    """The ASGI application."""
    pages = (listing.router, form.router, wizard.router, reading.router, files.router)
    return create_service(settings, clock).app(*pages, api.router)

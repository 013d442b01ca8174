"""Where validation is put together."""

from fastapi import FastAPI

from services.validation import api, api_acts, api_queue, pages, single_window
from services.validation.service import Validation
from services.validation.settings import Settings
from shared.work import Clock, utc_now


def create_service(settings: Settings | None = None, clock: Clock = utc_now) -> Validation:
    """The service without HTTP: for tests, and for loading demonstration data."""
    return Validation(settings or Settings(), clock)


def build(settings: Settings | None = None, clock: Clock = utc_now) -> FastAPI:
    """The ASGI application."""
    return create_service(settings, clock).app(
        pages.router, api_queue.router, single_window.router, api_acts.router, api.router
    )

"""The wiring of this service."""

from fastapi import FastAPI

from services.licences import api, bulk_api, electronic_api, messages_api
from services.licences.pages import (
    bulk,
    claim,
    exports,
    files,
    for_companies,
    form,
    lines,
    listing,
    messages,
    reading,
    saved_searches,
    wizard,
)
from services.licences.service import Licences
from services.licences.settings import Settings
from shared.work import Clock, utc_now


def create_service(settings: Settings | None = None, clock: Clock = utc_now) -> Licences:
    """The service without HTTP, for tests and for loading demonstration data."""
    return Licences(settings or Settings(), clock)


def build(settings: Settings | None = None, clock: Clock = utc_now) -> FastAPI:
    """The ASGI application."""
    pages = (
        listing.router,
        exports.router,
        saved_searches.router,
        form.router,
        claim.router,
        bulk.router,
        for_companies.router,
        lines.router,
        wizard.router,
        reading.router,
        messages.router,
        files.router,
    )
    apis = (api.router, messages_api.router, electronic_api.router, bulk_api.router)
    return create_service(settings, clock).app(*apis, *pages)

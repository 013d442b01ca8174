"""The pages of validation: for competent authorities, and for customs offices."""

from fastapi import APIRouter

from services.validation.pages import attachments, cases, clearances, queue, reports, stuck

router = APIRouter(include_in_schema=False)
for part in (queue, cases, clearances, attachments, reports, stuck):
    router.include_router(part.router)

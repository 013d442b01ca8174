"""The pages of validation: for competent authorities, and for customs offices."""

from fastapi import APIRouter

from services.validation.pages import (
    acts,
    attachments,
    boxes,
    clearances,
    letters,
    policy,
    queue,
    reports,
    review,
    stuck,
)

router = APIRouter(include_in_schema=False)
for part in (queue, policy, review, acts, boxes, letters, clearances, attachments, reports, stuck):
    router.include_router(part.router)

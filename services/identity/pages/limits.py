"""A form that was sent too often comes back with what was typed, and says when to try again."""

from typing import Any

from fastapi import Request
from starlette.responses import Response

from services.identity.service import Identity
from shared.problems import TooMany
from shared.web.forms import Form
from shared.web.i18n import translated


def too_many(
    service: Identity,
    request: Request,
    template: str,
    form: Form,
    refusal: TooMany,
    *,
    field: str = "email",
    **context: Any,
) -> Response:
    """The page again, status 429, with Retry-After."""
    form.error(field, translated(refusal.message, refusal.params))
    response = service.pages.render(request, template, status=refusal.status, form=form, **context)
    response.headers["Retry-After"] = str(refusal.retry_after)
    return response

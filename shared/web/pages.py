"""Pages of one service: templates with the shared layout, and the answers that lead from page to page."""

import base64
import binascii
import json
from collections.abc import Callable
from contextvars import ContextVar
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response

from shared.problems import Refusal, WrongContent
from shared.web import formats, i18n, words
from shared.web.assets import Assets
from shared.web.forms import Form
from shared.web.menu import menu_for
from shared.web.security import CSRF_COOKIE, CSRF_FIELD, csrf_token, new_csrf_token

SHARED_TEMPLATES = Path(__file__).parent / "templates"
FLASH_COOKIE = "flegt_flash"
FLASH_KINDS = ("success", "info", "warning", "error")
FLASH_SECONDS = 60
FLASH_LENGTH = 500

_csrf_of_this_page: ContextVar[str] = ContextVar("csrf_of_this_page")


class Pages:
    """Renders the templates in `folder`, which extend those in `shared/web/templates`. Built once per service."""

    def __init__(self, service: str, folder: Path) -> None:
        self.service = service
        self.assets = Assets()
        self.environment = _environment(folder)
        self.environment.globals["static"] = lambda path: self.assets.address(service, path)

    def install(self, app: Starlette) -> None:
        """Serve the static files of these pages."""
        app.mount(f"/{self.service}/static", self.assets, name="static")

    def render(self, request: Request, template: str, *, status: int = 200, **context: Any) -> HTMLResponse:
        """A page in the person's language, shown in the layout, with the messages left by the step before."""
        person = getattr(request.state, "person", None)
        token = csrf_token(request) or new_csrf_token()
        flashes = _read_flashes(request)
        language = i18n.language_of(request)
        known = {
            "request": request,
            "service": self.service,
            "person": person,
            "menu": menu_for(person),
            "csrf_token": token,
            "language": language,
            "demonstration": request.app.state.settings.demonstration,
            "breadcrumbs": [],
            "flashes": flashes,
        }
        _csrf_of_this_page.set(token)
        with i18n.using(language, i18n.zone_of(request)):
            html = self.environment.get_template(template).render(known | context)
        response = HTMLResponse(html, status_code=status, headers={"Content-Language": language})
        if csrf_token(request) is None:
            response.set_cookie(CSRF_COOKIE, token, httponly=True, samesite="lax")
        if FLASH_COOKIE in request.cookies:
            response.delete_cookie(FLASH_COOKIE, httponly=True, samesite="lax")
        return response

    def problem(self, request: Request, refusal: Refusal) -> HTMLResponse:
        """The page that says in words what is not possible, and under which number support finds it."""
        language = i18n.language_of(request)
        mistakes = refusal.errors if isinstance(refusal, WrongContent) else []
        return self.render(
            request,
            "error.html",
            status=refusal.status,
            problem_status=refusal.status,
            problem_code=refusal.code,
            problem_title=i18n.gettext(refusal.title, language),
            problem_message=i18n.translated(refusal.message, refusal.params, language),
            problem_errors=[i18n.translated(mistake.message, mistake.params, language) for mistake in mistakes],
            correlation_id=getattr(request.state, "correlation_id", None),
        )

    async def session_ended(self, request: Request) -> Response:
        """A form came after the sign-in had ended: keep what was typed, so that it can be sent again after signing in.

        Passwords are not put into the page.
        """
        try:
            form = await Form.read(request)
        except Refusal as refusal:
            return self.problem(request, refusal)
        kept = [
            (name, value)
            for name, values in form.values.items()
            if name != CSRF_FIELD and "password" not in name
            for value in values
        ]
        return self.render(request, "session_ended.html", status=401, kept=kept, files=sorted(form.uploads))


def see_other(url: str, flash: str | None = None, kind: str = "success") -> RedirectResponse:
    """After a POST: go and look there. `flash` is shown once on the next page, as plain text."""
    response = RedirectResponse(url, status_code=303)
    if flash:
        value = base64.urlsafe_b64encode(json.dumps([kind, flash[:FLASH_LENGTH]]).encode()).decode()
        response.set_cookie(FLASH_COOKIE, value, max_age=FLASH_SECONDS, httponly=True, samesite="lax")
    return response


def _read_flashes(request: Request) -> list[dict[str, str]]:
    """Messages of the step before. Anybody can write a cookie in their own browser, so nothing about it is believed."""
    try:
        kind, text = json.loads(base64.urlsafe_b64decode(request.cookies.get(FLASH_COOKIE, "")))
    except (binascii.Error, ValueError, TypeError):
        return []
    if kind not in FLASH_KINDS or not isinstance(text, str):
        return []
    return [{"kind": kind, "text": text}]


def _environment(folder: Path) -> Environment:
    environment = Environment(
        loader=FileSystemLoader([folder, SHARED_TEMPLATES]),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        extensions=["jinja2.ext.i18n"],
    )
    install: Callable[..., None] = environment.install_gettext_callables  # type: ignore[attr-defined]
    install(i18n.gettext, i18n.plural_form, newstyle=True)
    environment.filters.update(formats.FILTERS)
    environment.globals.update(
        state_word=words.state_word,
        role_name=words.role_name,
        languages=i18n.languages,
        csrf_of_this_page=_csrf_of_this_page.get,
    )
    return environment

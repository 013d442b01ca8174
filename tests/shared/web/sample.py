"""A tiny service made of nothing but the shared web parts, to be looked at and tested."""

from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

import httpx
from bs4 import BeautifulSoup
from fastapi import Depends, FastAPI, Request, Response

from shared.problems import FieldError, Refusal, WrongContent
from shared.web.forms import Form
from shared.web.i18n import _
from shared.web.pages import Pages, see_other
from shared.web.security import Security

ORIGIN = "http://testserver"


@dataclass
class Settings:
    origin: str = ORIGIN
    cookie_secure: bool = False
    demonstration: bool = True


@dataclass
class Role:
    id: str
    kind: str
    body_name: str
    country: str = "BE"
    office: str | None = None
    administrator: bool = False


@dataclass
class Somebody:
    name: str = "Anna Jansen"
    account_id: str = "0190aaaa-0000-7000-8000-000000000001"
    language: str | None = None
    time_zone: str | None = None
    roles: list[Role] = field(default_factory=list)
    active_role: Role | None = None


IMPORTER = Role("r1", "importer", "Jansen Timber NV")
AUTHORITY = Role("r2", "msca", "FPS Health, Food Chain Safety and Environment")
ANNA = Somebody(roles=[IMPORTER, AUTHORITY], active_role=IMPORTER)
LATE = datetime(2027, 1, 31, 23, 30, tzinfo=UTC)
ROWS = [
    ("26.00001-00003.003-ID-BE", "submitted", "not_ready", "1234.5"),
    ("26.00002-00003.003-ID-BE", "validated", "awaiting", "18.125"),
    ("26.00003-00003.003-ID-BE", "returned", "not_ready", "7"),
    ("26.00004-00003.003-ID-BE", "rejected", "not_ready", "40"),
    ("26.00005-00003.003-ID-BE", "validated", "cleared", "22.4"),
    ("26.00006-00003.003-ID-BE", "validated", "suspended", "3"),
    ("26.00007-00003.003-ID-BE", "draft", "not_ready", "11"),
]


def make_app(person: Somebody | None = None, settings: Settings | None = None) -> FastAPI:
    settings = settings or Settings()

    async def recognise(request: Request) -> None:
        request.state.person = person
        request.state.correlation_id = "0190-correlation"

    app = FastAPI(dependencies=[Depends(recognise)])
    app.state.settings = settings
    pages = Pages(service="sample", folder=Path(__file__).parent / "templates")
    pages.install(app)
    app.state.pages = pages
    app.add_middleware(Security, cookie_secure=settings.cookie_secure)

    @app.exception_handler(Refusal)
    async def refused(request: Request, refusal: Refusal) -> Response:
        return pages.problem(request, refusal)

    @app.get("/sample/form")
    async def show_form(request: Request) -> Response:
        form = Form.empty({"boxes": {"licence_number": "26.00001", "commodities": [{"countries": ["ID"]}]}})
        return pages.render(request, "sample.html", form=form, breadcrumbs=[(_("My licences"), "/licences")])

    @app.post("/sample/form")
    async def send_form(request: Request) -> Response:
        form = await Form.read(request, max_bytes=100_000)
        if number := form.text("boxes.licence_number"):
            return see_other("/sample/list", flash=_("Licence %(number)s is saved.", number=number))
        form.take(
            WrongContent(
                [
                    FieldError("boxes.licence_number", "missing", "Enter the licence number", box=3),
                    FieldError(
                        "boxes.commodities.0.countries.0", "unknown", "%(code)s is no country", params={"code": "XX"}
                    ),
                ]
            )
        )
        form.error("privacy", _("Please read the privacy statement first"))
        return pages.render(request, "sample.html", status=422, form=form)

    @app.post("/sample/ended")
    async def ended(request: Request) -> Response:
        return await pages.session_ended(request)

    @app.get("/sample/list")
    async def show_list(request: Request) -> Response:
        return pages.render(request, "parts_sample.html", form=Form.empty(), rows=ROWS, when=LATE)

    @app.get("/sample/review")
    async def review(request: Request) -> Response:
        return pages.render(
            request,
            "review_sample.html",
            form=Form.empty(),
            when=LATE,
            breadcrumbs=[(_("Cases"), "/validation/cases"), ("26.00001-00003.003-ID-BE", None)],
        )

    @app.get("/sample/refused")
    async def refuse() -> Response:
        raise Refusal("There are %(count)s in the way", params={"count": 3})

    return app


def browser(app: FastAPI, **headers: str) -> httpx.AsyncClient:
    return httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url=ORIGIN, headers=headers)


def soup(response: httpx.Response) -> BeautifulSoup:
    return BeautifulSoup(response.text, "html.parser")

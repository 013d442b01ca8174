"""People: found by support, and by administrators among those of their company or authority."""

from urllib.parse import urlencode
from uuid import UUID

from fastapi import APIRouter, Request
from starlette.responses import Response

from services.identity.access import InService
from services.identity.domain.accounts import Account
from services.identity.pages.act_words import act_word
from services.identity.pages.choices import language_name
from services.identity.use_cases import people as use_cases
from services.identity.use_cases.factors import count_factors
from shared.http import SignedIn
from shared.web.forms import Form
from shared.web.i18n import _
from shared.web.pages import see_other

router = APIRouter(prefix="/identity/people", include_in_schema=False)
LIST = "/identity/people"


@router.get("")
async def find(
    request: Request, service: InService, person: SignedIn, q: str = "", cursor: str | None = None
) -> Response:
    async with service.work() as work:
        found, following = await use_cases.find_people(work, person, q, cursor=cursor)
    return service.pages.render(
        request,
        "people.html",
        form=Form.empty({"q": q}),
        people=found,
        q=q,
        next_url=f"{LIST}?{urlencode({'q': q, 'cursor': following})}" if following else None,
        first_url=f"{LIST}?{urlencode({'q': q})}" if cursor else None,
        breadcrumbs=[(_("People"), None)],
    )


@router.get("/{account_id}")
async def show(request: Request, service: InService, person: SignedIn, account_id: UUID) -> Response:
    async with service.work() as work:
        view = await use_cases.read_person(work, person, account_id)
        second_factors = await count_factors(work, person, account_id) if view.by_support else 0
    return service.pages.render(
        request,
        "person.html",
        view=view,
        account=view.account,
        second_factors=second_factors,
        standing=_standing(view.account),
        act_word=act_word,
        language_name=language_name,
        breadcrumbs=[(_("People"), LIST), (view.account.name, None)],
    )


@router.post("/{account_id}/sign-out")
async def sign_out(request: Request, service: InService, person: SignedIn, account_id: UUID) -> Response:
    await Form.read(request)
    async with service.work() as work:
        await use_cases.end_sessions_of(work, person, account_id)
    return see_other(f"{LIST}/{account_id}", flash=_("This person is signed out everywhere."))


def _standing(account: Account) -> tuple[str, str]:
    """Word and tone."""
    if account.deleted_at is not None:
        return _("Deleted"), "neutral"
    if account.confirmed_at is None:
        return _("Not confirmed"), "waiting"
    return _("Confirmed"), "good"

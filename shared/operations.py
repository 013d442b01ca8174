"""The operator's page of a service: what is unsent, what is parked, and the acts that free it. For support only."""

from fastapi import APIRouter, Request
from starlette.responses import Response

from shared import inbox, outbox
from shared.http import SignedIn
from shared.person import Person
from shared.problems import NotYours, Refusal
from shared.telemetry import log
from shared.web.forms import Form
from shared.web.i18n import N_, _
from shared.web.pages import see_other

logger = log("operations")
PAGE = 50


def router(name: str) -> APIRouter:
    """`/<service>/operations`."""
    routes = APIRouter(prefix=f"/{name}/operations", include_in_schema=False)

    @routes.get("")
    async def show(request: Request, person: SignedIn, after: int = 0) -> Response:
        _require_support(person)
        service = request.app.state.service
        async with service.work() as work:
            waiting = await outbox.unsent(work.db)
            stuck = await outbox.failed(work.db)
            rows = await inbox.parked(work.db, after=after, limit=PAGE + 1)
        messages = [{**row, "value": row["value"][:2_000].decode("utf-8", "replace")} for row in rows[:PAGE]]
        following = f"?after={messages[-1]['id']}" if len(rows) > PAGE else None
        page: Response = service.pages.render(
            request, "operations.html", name=name, relay=service.relay.state, unsent=waiting, stuck=stuck,
            messages=messages, next_url=following,
        )  # fmt: skip
        return page

    @routes.post("/parked/{parked_id}")
    async def settle(request: Request, person: SignedIn, parked_id: int) -> Response:
        _require_support(person)
        form = await Form.read(request)
        act = "drop" if form.text("act") == "drop" else "resend"
        service = request.app.state.service
        back = f"/{name}/operations"
        try:
            settled = await service.hearing.settle(parked_id, act, by=str(person.account_id))
        except Refusal as refusal:
            return see_other(back, flash=_("It is refused again: %(why)s", why=_(refusal.message)), kind="error")
        except Exception as error:
            logger.warning("parked_message_failed_again", parked_id=parked_id, error=repr(error))
            return see_other(back, flash=_("It failed again: %(why)s", why=repr(error)[:300]), kind="error")
        return see_other(back, flash=_("Done.") if settled else _("Somebody settled this message before."))

    return routes


def _require_support(person: Person) -> None:
    if not person.is_support:
        raise NotYours(N_("Only the support team may see this."))

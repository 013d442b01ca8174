"""The pages of notifications: inbox, preferences, proof of delivery."""

from typing import Any
from urllib.parse import urlencode
from uuid import UUID

import asyncpg
from fastapi import APIRouter, Request
from starlette.responses import Response

from services.notifications import use_cases, words
from services.notifications.domain import Choice
from services.notifications.service import InService, Notifications
from services.notifications.storage.messages import message_in
from shared.http import SignedIn
from shared.person import Person
from shared.problems import WrongContent
from shared.web.forms import Form
from shared.web.i18n import _, language_of, zone_of
from shared.web.pages import see_other

router = APIRouter(prefix="/notifications", include_in_schema=False)
STATES = words.DELIVERY_STATES | words.MESSAGE_STATES


@router.get("")
async def inbox(request: Request, service: InService, person: SignedIn, cursor: str | None = None) -> Response:
    """What was sent to me."""
    async with service.work() as work:
        page = await use_cases.read_inbox(work, person, cursor=cursor)
        unread = await use_cases.count_unread(work, person)
    return service.pages.render(
        request,
        "inbox.html",
        entries=[_entry(service, request, row) for row in page.items],
        unread=unread,
        next_url=f"/notifications?{urlencode({'cursor': page.next})}" if page.next else None,
        first_url="/notifications" if cursor else None,
    )


@router.post("/read")
async def mark_all_read(request: Request, service: InService, person: SignedIn) -> Response:
    """Everything counts as read."""
    await Form.read(request)
    async with service.work() as work:
        await use_cases.mark_all_read(work, person)
    return see_other("/notifications", flash=_("All messages are marked as read."))


@router.get("/preferences")
async def preferences(request: Request, service: InService, person: SignedIn) -> Response:
    """What I get mails about."""
    async with service.work() as work:
        chosen = await use_cases.read_preferences(work, person)
    return _preferences(request, service, Form.empty({"mails": chosen}))


@router.post("/preferences")
async def choose_mails(request: Request, service: InService, person: SignedIn) -> Response:
    """Get mails about the ticked kinds only."""
    form = await Form.read(request)
    try:
        async with service.work() as work:
            await use_cases.choose_mails(work, person, form.list("mails"))
    except WrongContent as refusal:
        return _preferences(request, service, form.take(refusal), status=422)
    return see_other("/notifications/preferences", flash=_("Saved. It counts for everything that happens from now on."))


@router.get("/deliveries")
async def deliveries(
    request: Request,
    service: InService,
    person: SignedIn,
    licence: str = "",
    state: str = "",
    cursor: str | None = None,
) -> Response:
    """What became of each message."""
    form = Form.empty({"licence": licence.strip(), "state": state})
    async with service.work() as work:
        counts = await use_cases.count_deliveries(work, person) if person.is_support else None
        try:
            page = await use_cases.read_deliveries(
                work, person, licence=form.text("licence"), state=state, cursor=cursor
            )
        except WrongContent as refusal:
            form.take(refusal)
            page = use_cases.Page([], None)
    filters = {"licence": form.text("licence"), "state": state}
    return service.pages.render(
        request,
        "deliveries.html",
        status=200 if form.ok else 422,
        form=form,
        rows=[_proof(person, row) for row in page.items],
        counts=counts,
        state_options=[(name, _(word.text)) for name, word in STATES.items()],
        next_url=_deliveries_url(**filters, cursor=page.next) if page.next else None,
        first_url=_deliveries_url(**filters) if cursor else None,
        here=_deliveries_url(**filters, cursor=cursor or ""),
        breadcrumbs=[(_("Inbox"), "/notifications"), (_("Deliveries"), None)],
    )


@router.post("/deliveries/{delivery_id:uuid}/again")
async def send_again(request: Request, service: InService, person: SignedIn, delivery_id: UUID) -> Response:
    """Send a failed mail once more."""
    form = await Form.read(request)
    async with service.work() as work:
        await use_cases.send_again(work, person, delivery_id)
    back = form.text("back")
    here = back if back.startswith("/notifications/deliveries") else "/notifications/deliveries"
    return see_other(here, flash=_("The mail is on its way again."))


@router.get("/{delivery_id:uuid}")
async def message(request: Request, service: InService, person: SignedIn, delivery_id: UUID) -> Response:
    """One message, as it was mailed; it is read from now on."""
    async with service.work() as work:
        row = await use_cases.open_message(work, person, delivery_id)
    told = message_in(row)
    text = service.writer.text(told, language=language_of(request), time_zone=zone_of(request))
    return service.pages.render(
        request,
        "message.html",
        text=text,
        happened_at=told.happened_at,
        link=service.writer.link(told),
        link_text=words.link_text(told.kind),
        word=words.DELIVERY_STATES[row["delivery_state"]],
        breadcrumbs=[(_("Inbox"), "/notifications"), (text.subject, None)],
    )


def _preferences(request: Request, service: Notifications, form: Form, status: int = 200) -> Response:
    return service.pages.render(
        request,
        "preferences.html",
        status=status,
        form=form,
        options=[(choice.value, _(words.CHOICES[choice][0]), _(words.CHOICES[choice][1])) for choice in Choice],
        breadcrumbs=[(_("Inbox"), "/notifications"), (_("Mails"), None)],
    )


def _entry(service: Notifications, request: Request, row: asyncpg.Record) -> dict[str, Any]:
    """One line of the inbox."""
    told = message_in(row)
    text = service.writer.text(told, language=language_of(request), time_zone=zone_of(request))
    return {
        "url": f"/notifications/{row['delivery_id']}",
        "subject": text.subject,
        "happened_at": told.happened_at,
        "unread": row["read_at"] is None,
        "word": words.DELIVERY_STATES[row["delivery_state"]],
    }


def _proof(person: Person, row: asyncpg.Record) -> dict[str, Any]:
    """One line of the proof of delivery."""
    return {
        **row,
        "kind_word": words.KINDS[row["kind"]],
        "word": STATES[row["state"]],
        "waits": words.WAITS_FOR.get(row["waits_for"] or "", ""),
        "may_send_again": person.is_support and row["state"] == "failed",
    }


def _deliveries_url(**wanted: str) -> str:
    given = {name: value for name, value in wanted.items() if value}
    return "/notifications/deliveries" + (f"?{urlencode(given)}" if given else "")

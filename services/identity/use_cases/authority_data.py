"""Authorities as data: what is packaged with the product, what a file brings, and what a new day opens or closes."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from uuid import UUID

from services.identity.domain.authorities import Authority, Record, demonstration_mailbox, issuer_code
from services.identity.domain.changes import between
from services.identity.domain.identifiers import MEMBER_STATES
from services.identity.domain.refusals import Mistakes, WrongFields
from services.identity.storage import authorities as storage
from services.identity.storage import changes
from services.identity.storage.changes import NewChange, Source
from services.identity.use_cases.clients import end_clients_of
from services.identity.use_cases.refusals import obeying_rules
from shared import reference_data
from shared.contracts.identity import AuthorityRegistered
from shared.web.formats import country as country_name
from shared.web.i18n import N_
from shared.work import Work

NOT_AN_ISSUER = "not the issuer"


def known_authorities(*, demonstration: bool) -> list[Authority]:
    """One competent authority for each Member State, every customs office and issuer, from the reference data.

    In a demonstration every mailbox is under an example domain.
    """
    known = {authority.country: authority for authority in reference_data.competent_authorities()}
    authorities = []
    for code in MEMBER_STATES:
        name = known[code].name if code in known else f"FLEGT Competent Authority of {country_name(code)}"
        mailbox, address = (known[code].email, known[code].address) if code in known else ("", "")
        authorities.append(Authority("msca", code, name, code, mailbox or None, address))
    for office in reference_data.customs_offices():
        place = ", ".join(filter(None, (office.address, office.town)))
        authorities.append(Authority("customs", office.id, office.name, office.country, address=place))
    for issuer in reference_data.issuing_authorities():
        if NOT_AN_ISSUER not in issuer.kind:
            code = issuer_code(issuer.country, issuer.code, issuer.name)
            authorities.append(Authority("issuer", code, issuer.name, issuer.country, address=issuer.address))
    if demonstration:
        authorities = [replace(a, mailbox=demonstration_mailbox(a.kind, a.code)) for a in authorities]
    return authorities


async def load_authorities(work: Work, packaged: Sequence[Authority]) -> int:
    """Bring in the packaged data; returns how many are new, changed or contradict a correction made here.

    Corrections win until the packaged data say something new about that authority; then support settles it.
    """
    await storage.lock_loading(work.db)
    there = await storage.locked(work.db, [authority.id for authority in packaged])
    records, changed = [], []
    for told in packaged:
        kept = there.get(told.id)
        record = kept.record.load(told.packaged) if kept else Record(1, told, told.packaged)
        if kept and record == kept.record:
            continue
        difference = between(kept.authority, record.authority) if kept else {}
        if kept and difference:
            record = replace(record, version=kept.version + 1)
        if difference or not kept:
            changed.append(NewChange(told.id, record.version, difference))
        records.append(record)
    await put(work, records, changed, by=None, source="packaged data")
    return len(records)


async def load_corrections(work: Work, wanted: Sequence[Authority]) -> tuple[int, int]:
    """Add and correct authorities from a file: how many were new, and how many changed. All of them or none.

    Raises WrongContent with the code of the row in each field's name.
    """
    await storage.lock_loading(work.db)
    wanted = _checked(wanted)
    there = await storage.locked(work.db, [authority.id for authority in wanted])
    records: list[Record] = []
    changed = []
    for authority in wanted:
        kept = there.get(authority.id)
        difference = between(kept.authority, authority) if kept else {}
        if kept and not difference:
            continue
        record = replace(kept.record, version=kept.version + 1, authority=authority) if kept else Record(1, authority)
        records.append(record)
        changed.append(NewChange(authority.id, record.version, difference))
    await put(work, records, changed, by=None, source="command")
    corrected = sum(change.body_id in there for change in changed)
    return len(changed) - corrected, corrected


async def export_authorities(work: Work, *, kind: str | None, country: str | None, text: str = "") -> list[Authority]:
    """All of them, closed ones too, by name."""
    wanted = storage.Wanted(kind, country, text)
    return [kept.authority for kept in await storage.search(work.db, wanted, behind=None, limit=1_000_000)]


async def open_and_close(work: Work) -> int:
    """Tell of authorities whose first day has come or whose last day has passed; returns how many."""
    due = await storage.told_otherwise(work.db, work.now.date())
    if not due:
        return 0
    there = await storage.locked(work.db, due)
    records = [replace(kept.record, version=kept.version + 1) for kept in there.values()]
    changed = [NewChange(r.authority.id, r.version, _opened(r.authority, work.now.date())) for r in records]
    await put(work, records, changed, by=None, source="calendar")
    return len(records)


async def put(
    work: Work, records: Sequence[Record], changed: Sequence[NewChange], *, by: UUID | None, source: Source
) -> None:
    """Keep these records, their history, and tell of those that changed."""
    today = work.now.date()
    await storage.keep(work.db, records, at=work.now, today=today)
    await changes.add(work.db, changed, at=work.now, by=by, source=source)
    told = {record.authority.id: record for record in records}
    for change in changed:
        record = told[change.body_id]
        if "name" in change.changes:
            await storage.rename_in_roles(work.db, change.body_id, record.authority.name)
        if not record.authority.open_on(today):
            await end_clients_of(work, change.body_id, by=by)
        work.tell(_fact(record, today))


def _checked(rows: Sequence[Authority]) -> list[Authority]:
    wrong = Mistakes()
    checked = {}
    for row in rows:
        try:
            authority = row.checked()
        except WrongFields as mistakes:
            for mistake in mistakes.mistakes:
                wrong.add(f"{row.kind}.{row.code}.{mistake.field}", mistake.code, mistake.message, **mistake.params)
            continue
        if authority.id in checked:
            wrong.add(f"{row.kind}.{row.code}", "twice", N_("This authority stands in the file twice."))
        checked[authority.id] = authority
    with obeying_rules():
        wrong.refuse_if_any()
    return list(checked.values())


def _opened(authority: Authority, today: date) -> dict[str, tuple[str, str]]:
    words = ("closed", "open") if authority.open_on(today) else ("open", "closed")
    return {"state": words}


def _fact(record: Record, today: date) -> AuthorityRegistered:
    authority = record.authority
    return AuthorityRegistered(
        authority_id=authority.id,
        version=record.version,
        kind=authority.kind,
        name=authority.name,
        country=authority.country,
        office=authority.office,
        mailbox=authority.mailbox,
        closed=not authority.open_on(today),
    )

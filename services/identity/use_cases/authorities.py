"""Find, add and correct competent authorities, customs offices and issuing authorities."""

from dataclasses import dataclass, replace
from uuid import UUID

from services.identity.domain.authorities import Authority, AuthorityKnown, Record
from services.identity.domain.changes import between
from services.identity.storage import audit, changes
from services.identity.storage import authorities as storage
from services.identity.storage.authorities import Kept, Wanted
from services.identity.storage.changes import Change, NewChange
from services.identity.use_cases.authority_data import put
from services.identity.use_cases.refusals import obeying_rules
from shared.paging import PAGE, cursor_of, key_of
from shared.person import Person
from shared.problems import NotYours, Stale, Unknown
from shared.web.i18n import N_
from shared.work import Work


@dataclass(frozen=True)
class AuthorityView:
    """An authority; for support also its history."""

    kept: Kept
    is_open: bool
    history: list[Change] | None


async def find_authorities(
    work: Work,
    *,
    kind: str | None,
    country: str | None,
    text: str = "",
    cursor: str | None,
    limit: int = PAGE,
) -> tuple[list[Kept], str | None]:
    """One page of authorities that can be chosen, and the cursor of the next. Raises WrongContent."""
    return await _page(work, Wanted(kind, country, text, on=work.now.date()), cursor, limit)


async def list_authorities(
    work: Work, by: Person, wanted: Wanted, *, cursor: str | None, limit: int = PAGE
) -> tuple[list[Kept], str | None]:
    """For support: also those that cannot be chosen. Raises NotYours, WrongContent."""
    _require_support(by)
    return await _page(work, wanted, cursor, limit)


async def count_conflicts(work: Work, by: Person) -> int:
    """How many corrections wait for support to settle them with the packaged data. Raises NotYours."""
    _require_support(by)
    return await storage.count_conflicts(work.db)


async def read_authority(work: Work, person: Person, authority_id: UUID) -> AuthorityView:
    """One authority, closed or not. Raises Unknown."""
    kept = await storage.by_id(work.db, authority_id)
    if kept is None:
        raise Unknown
    history = await changes.of(work.db, authority_id) if person.is_support else None
    return AuthorityView(kept, kept.authority.open_on(work.now.date()), history)


async def add_authority(work: Work, by: Person, authority: Authority) -> Record:
    """Enter one that is missing. Raises NotYours, WrongContent; WrongState when its code is known."""
    _require_support(by)
    await storage.lock_loading(work.db)
    with obeying_rules():
        authority = authority.checked()
        if await storage.by_id(work.db, authority.id):
            raise AuthorityKnown
    record = Record(1, authority)
    await put(work, [record], [NewChange(authority.id, 1, {})], by=by.account_id, source="person")
    await _note(work, "authority_added", by, authority.id)
    return record


async def correct_authority(work: Work, by: Person, authority_id: UUID, wanted: Authority, *, version: int) -> Record:
    """Change what is known of it; kind, code and country stay. Raises NotYours, Unknown, Stale, WrongContent."""
    kept = await _for_change(work, by, authority_id, version)
    old = kept.authority
    with obeying_rules():
        authority = replace(wanted, kind=old.kind, code=old.code, country=old.country).checked()
    return await _change(work, by, kept, replace(kept.record, authority=authority), "authority_corrected")


async def settle_conflict(work: Work, by: Person, authority_id: UUID, *, take_offered: bool, version: int) -> Record:
    """Decide between a correction and the packaged data. Raises NotYours, Unknown, Stale, WrongState."""
    kept = await _for_change(work, by, authority_id, version)
    with obeying_rules():
        record = kept.record.settle(take_offered=take_offered)
    return await _change(work, by, kept, record, "authority_conflict_settled")


async def _change(work: Work, by: Person, kept: Kept, record: Record, act: str) -> Record:
    if record == kept.record:
        return record
    record = replace(record, version=kept.version + 1)
    changed = NewChange(kept.authority.id, record.version, between(kept.authority, record.authority))
    await put(work, [record], [changed], by=by.account_id, source="person")
    await _note(work, act, by, kept.authority.id)
    return record


async def _for_change(work: Work, by: Person, authority_id: UUID, version: int) -> Kept:
    _require_support(by)
    kept = (await storage.locked(work.db, [authority_id])).get(authority_id)
    if kept is None:
        raise Unknown
    if kept.version != version:
        raise Stale
    return kept


async def _page(work: Work, wanted: Wanted, cursor: str | None, limit: int) -> tuple[list[Kept], str | None]:
    found = await storage.search(work.db, wanted, behind=key_of(cursor, 2), limit=limit + 1)
    return found[:limit], cursor_of(*found[limit - 1].key) if len(found) > limit else None


def _require_support(person: Person) -> None:
    if not person.is_support:
        raise NotYours(N_("Only the support team looks after authorities and offices."))


async def _note(work: Work, act: str, by: Person, authority_id: UUID) -> None:
    await audit.note(work.db, act, at=work.now, by=by.account_id, session=by.session_id, subject=authority_id)

"""Load and find competent authorities and customs offices."""

from collections.abc import Sequence

from services.identity.domain.authorities import Authority, demonstration_mailbox
from services.identity.domain.operators import MEMBER_STATES
from services.identity.storage import authorities as storage
from services.identity.storage.authorities import Kept
from shared import reference_data
from shared.contracts.identity import AuthorityRegistered
from shared.paging import PAGE, cursor_of, key_of
from shared.web.formats import country as country_name
from shared.work import Work


def known_authorities(*, demonstration: bool) -> list[Authority]:
    """One competent authority for each Member State and every customs office, from the reference data.

    In a demonstration every mailbox is under an example domain.
    """
    known = {authority.country: authority for authority in reference_data.competent_authorities()}
    authorities = []
    for code in MEMBER_STATES:
        name = known[code].name if code in known else f"FLEGT Competent Authority of {country_name(code)}"
        mailbox = known[code].email if code in known else ""
        authorities.append(Authority("msca", code, name, code, mailbox or None))
    authorities += [Authority("customs", o.id, o.name, o.country) for o in reference_data.customs_offices()]
    if demonstration:
        authorities = [
            Authority(a.kind, a.code, a.name, a.country, demonstration_mailbox(a.kind, a.code)) for a in authorities
        ]
    return authorities


async def load_authorities(work: Work, authorities: Sequence[Authority]) -> int:
    """Enter or correct them all; tell those that are new or changed. Loading the same again does nothing."""
    changed = await storage.keep(work.db, authorities, at=work.now)
    for kept in changed:
        authority = kept.authority
        work.tell(
            AuthorityRegistered(
                authority_id=authority.id,
                version=kept.version,
                kind="msca" if authority.kind == "msca" else "customs",
                name=authority.name,
                country=authority.country,
                office=authority.office,
                mailbox=authority.mailbox,
            )
        )
    return len(changed)


async def find_authorities(
    work: Work, *, kind: str | None, country: str | None, cursor: str | None, limit: int = PAGE
) -> tuple[list[Kept], str | None]:
    """One page of authorities, and the cursor of the next. Raises WrongContent for a wrong cursor."""
    found = await storage.search(work.db, kind=kind, country=country, behind=key_of(cursor, 2), limit=limit + 1)
    return found[:limit], cursor_of(*found[limit - 1].key) if len(found) > limit else None

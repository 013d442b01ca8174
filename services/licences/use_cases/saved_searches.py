"""Searches that a person keeps by name: nobody else sees them."""

from collections.abc import Mapping
from urllib.parse import urlencode
from uuid import UUID

import asyncpg

from services.licences.domain.reading import clean
from services.licences.storage import saved_searches as storage
from services.licences.storage.saved_searches import SavedSearch
from services.licences.use_cases.listing import asked, read_wanted
from shared.ids import new_id
from shared.person import Person
from shared.problems import FieldError, Unknown, WrongContent
from shared.web.i18n import N_
from shared.work import Work

LONGEST_NAME = 80
MOST_SEARCHES = 50


async def saved_searches(work: Work, person: Person) -> list[SavedSearch]:
    """What this person kept, by name."""
    return await storage.of_person(work.db, person.account_id)


async def save_search(work: Work, person: Person, *, name: str, typed: Mapping[str, str]) -> SavedSearch:
    """Keep what is sought, and how it is sorted, under a name. Raises WrongContent."""
    read_wanted(person, typed)
    saved = SavedSearch(new_id(), _name(name), urlencode(asked(typed)))
    if len(await storage.of_person(work.db, person.account_id)) >= MOST_SEARCHES:
        full = N_("You have %(most)s saved searches, which is the most. Delete one first.")
        raise WrongContent([FieldError("name", "too_many", full, params={"most": MOST_SEARCHES})])
    try:
        await storage.add(work.db, person.account_id, saved, at=work.now)
    except asyncpg.UniqueViolationError:
        raise _taken() from None
    return saved


async def rename_search(work: Work, person: Person, search_id: UUID, *, name: str) -> None:
    """Give a search of one's own another name. Raises Unknown, WrongContent."""
    try:
        if not await storage.rename(work.db, person.account_id, search_id, _name(name)):
            raise Unknown
    except asyncpg.UniqueViolationError:
        raise _taken() from None


async def delete_search(work: Work, person: Person, search_id: UUID) -> None:
    """Forget a search of one's own."""
    await storage.delete(work.db, person.account_id, search_id)


def _name(text: str) -> str:
    name = " ".join(clean(text).split())
    if not name:
        raise WrongContent([FieldError("name", "missing", N_("Give the search a name."))])
    if len(name) > LONGEST_NAME:
        too_long = N_("The name is too long: at most %(most)s characters can be kept.")
        raise WrongContent([FieldError("name", "too_long", too_long, params={"most": LONGEST_NAME})])
    return name


def _taken() -> WrongContent:
    return WrongContent([FieldError("name", "taken", N_("You have a saved search of this name already."))])

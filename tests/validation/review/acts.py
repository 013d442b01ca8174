"""What the tests of the review page need done, in one line each."""

from collections.abc import Awaitable, Callable, Sequence
from uuid import UUID

from bs4 import Tag

from services.validation import storage
from services.validation.service import Validation
from services.validation.storage import StoredCase
from shared.testing.forms import Page

CASES = "/validation/cases"
Visit = Callable[..., Awaitable[Page]]


async def case_of(service: Validation, case_id: UUID) -> StoredCase:
    async with service.work() as work:
        found = await storage.find(work.db, case_id)
    assert found is not None
    return found


async def acts(service: Validation, case_id: UUID) -> Sequence[storage.Entry]:
    async with service.work() as work:
        return await storage.acts_of(work.db, case_id)


def field(page: Page, name: str) -> str:
    found = page.html.find(True, {"name": name})
    assert found is not None
    return found.get_text().strip() if found.name == "textarea" else str(found.get("value", ""))


def read(part: Tag) -> str:
    """What a person reads there, with plain blanks."""
    return " ".join(part.get_text(" ").split())


def panel(page: Page, act: str) -> bool:
    """Whether the form of an act stands open."""
    return page.html.find(id=f"act-{act}").has_attr("open")

"""kill -9 while a file with many licences is being entered: it goes on where it was, and nothing is doubled."""

import pytest

from deploy.local.product import Product
from shared.testing.waiting import until
from tests.faults.proof import locked, session, somebody_waits_for
from tests.journeys.papers import paper
from tests.journeys.people import Cast
from tests.journeys.stage import ask

pytestmark = pytest.mark.fault

BULK = "/licences/api/v1/bulk"
LICENCES = 120
STOPPED_AT = 75
"""A licence in the middle of the second transaction: each enters fifty."""
_DRAFTS = "SELECT count(*) FROM licence WHERE licence_number LIKE 'BULK-%'"
_DIFFERENT = "SELECT count(DISTINCT licence_number) FROM licence WHERE licence_number LIKE 'BULK-%'"
_BLOCKED = "SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND query LIKE '%bulk_entry%'"


async def test_a_service_killed_in_the_middle_of_a_file_goes_on_with_the_rest(product: Product, cast: Cast) -> None:
    program = cast.importer.program
    boxes = [{"boxes": paper() | {"licence_number": f"BULK-{serial}"}} for serial in range(LICENCES)]
    async with session(product, "licences") as holder, holder.transaction():
        async with locked(product, "licences", "licence", "SHARE"):
            sent = await program.post(BULK, json=boxes)
            assert sent.status_code == 202, sent.text
            await somebody_waits_for(product, "licences", "licence")
            await holder.execute("SELECT 1 FROM bulk_entry WHERE position = $1 FOR UPDATE", STOPPED_AT)
        await until(lambda: ask(product, "licences", _BLOCKED), what="nobody came to the middle")
        assert await ask(product, "licences", _DRAFTS) == 50
        await product.kill("licences")
    await product.start_service("licences")

    async def finished() -> bool:
        return (await program.get(sent.headers["location"])).json()["finished_at"] is not None

    await until(finished, within=60, what="the rest of the file")
    result = (await program.get(sent.headers["location"])).json()
    assert (result["entered"], result["known"], result["refused"]) == (LICENCES, 0, 0)
    assert await ask(product, "licences", _DRAFTS) == await ask(product, "licences", _DIFFERENT) == LICENCES

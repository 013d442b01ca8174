"""Authority cells as processes: each with its own database and group, nothing shared but topics, nothing lost."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import partial
from typing import Any
from uuid import UUID

import httpx
import pytest

from deploy.local.product import Product
from services.validation import use_cases
from services.validation.main import create_service
from services.validation.service import Validation
from services.validation.settings import Settings
from shared.testing.people import msca_role, person
from shared.testing.settings import settings_for
from shared.testing.waiting import until
from tests.faults.proof import _all_sent, everything_has_settled
from tests.journeys.papers import paper
from tests.journeys.people import Cast
from tests.journeys.programs import case_address, enter, submit
from tests.journeys.stage import ask, command

pytestmark = pytest.mark.fault
MAIN, CELL = "validation", "validation-be"
STANDS = (
    "SELECT validation_state || CASE WHEN held THEN '' ELSE ', elsewhere' END FROM licence_case WHERE licence_id = $1"
)


async def handed_in(cast: Cast, office: str) -> dict[str, Any]:
    draft = await enter(cast.importer.program, paper())
    answer = await submit(cast.importer.program, draft["id"], point_of_entry=office)
    assert answer.status_code == 200, answer.text
    licence: dict[str, Any] = answer.json()
    return licence


async def stands(product: Product, where: str, licence: dict[str, Any]) -> str | None:
    """The state of a case in one of the databases, and whether it is held elsewhere; None where it is not known."""
    state: str | None = await ask(product, where, STANDS, licence["id"])
    return state


async def comes_to_stand(product: Product, where: str, licence: dict[str, Any], state: str) -> None:
    async def does() -> bool:
        return await stands(product, where, licence) == state

    await until(does, within=60, what=f"{state} in {where}")


async def settled(product: Product) -> None:
    await everything_has_settled(product)
    await until(partial(_all_sent, product, CELL), within=60, what="unsent events of the cell")


@asynccontextmanager
async def hands_in(product: Product, where: str, **settings: Any) -> AsyncIterator[Validation]:
    """The use cases on a running service's database; its own process sends what they tell."""
    chosen = settings_for(Settings, product.database_url(where), attachments_dir=product.directory / "attachments")
    service = create_service(chosen.model_copy(update=settings))
    await service.open()
    yield service
    await service.close()


async def hand_over(product: Product, where: str, country: str, licence: dict[str, Any], office: str) -> None:
    settings = {"countries": frozenset({"BE"})} if where == CELL else {"countries_except": frozenset({"BE"})}
    async with hands_in(product, where, **settings) as service, service.work() as work:
        officer = person("Otto Officer", msca_role(country))
        await use_cases.change_point_of_entry(work, officer, UUID(licence["id"]), office=office, reason="Other port.")


async def decide(client: httpx.AsyncClient, origin: str, licence: dict[str, Any]) -> int:
    answer = await client.post(f"{origin}{case_address(licence, 'decision')}", json={"outcome": "validated"})
    return answer.status_code


async def test_a_cell_takes_its_country_over_and_nothing_is_lost_or_done_twice(product: Product, cast: Cast) -> None:
    decided, waiting, dutch = [await handed_in(cast, office) for office in ("BE101000", "BE101000", "NL000396")]
    for licence in (decided, waiting, dutch):
        await comes_to_stand(product, MAIN, licence, "submitted")
    officer = cast.officer.program
    assert await decide(officer, product.origin, decided) == 200
    await everything_has_settled(product)

    await product.cells.add("BE")

    here = product.cells.origin("BE")
    assert [await stands(product, CELL, one) for one in (decided, waiting, dutch)] == ["validated", "submitted", None]
    assert [await stands(product, MAIN, one) for one in (decided, waiting, dutch)] == [
        "validated, elsewhere", "submitted, elsewhere", "submitted",
    ]  # fmt: skip
    assert "verified" in await command(product, CELL, "history", "verify")
    assert await decide(officer, product.origin, waiting) == 409
    assert await decide(officer, here, waiting) == 200

    # It stands still for an hour: its licences wait in the topic, the others go on.
    await product.cells.stop("BE")
    late, dutch_again = await handed_in(cast, "BE101000"), await handed_in(cast, "NL000396")
    await comes_to_stand(product, MAIN, dutch_again, "submitted")
    await everything_has_settled(product)
    assert [await stands(product, where, late) for where in (MAIN, CELL)] == [None, None]
    await product.cells.start("BE")
    await comes_to_stand(product, CELL, late, "submitted")
    assert await stands(product, MAIN, late) is None
    assert await decide(officer, here, late) == 200

    # Killed in the middle, with the broker forgetting everything: both fill it again, and nobody hears anything twice.
    await product.kill(CELL)
    later = await handed_in(cast, "BE101000")
    await product.restart_broker()
    await product.start_service(CELL)
    await comes_to_stand(product, CELL, later, "submitted")
    await settled(product)
    for where in (MAIN, CELL):
        assert await ask(product, where, "SELECT count(*) FROM parked") == 0
    told = "SELECT count(*) FROM outbox WHERE type LIKE '%.licence-validated.v1'"
    assert (await ask(product, MAIN, told), await ask(product, CELL, told)) == (1, 3)


async def test_a_case_handed_over_leaves_one_cell_and_enters_the_other_once(product: Product, cast: Cast) -> None:
    moving, other = await handed_in(cast, "NL000396"), await handed_in(cast, "BE101000")
    await comes_to_stand(product, MAIN, moving, "submitted")
    await comes_to_stand(product, CELL, other, "submitted")

    await hand_over(product, MAIN, "NL", moving, "BE101000")
    await hand_over(product, CELL, "BE", other, "NL000396")

    await comes_to_stand(product, CELL, moving, "submitted")
    await comes_to_stand(product, MAIN, other, "submitted")
    await settled(product)
    assert await stands(product, MAIN, moving) == "submitted, elsewhere"
    assert await stands(product, CELL, other) == "submitted, elsewhere"

    await hand_over(product, CELL, "BE", moving, "NL000396")
    await comes_to_stand(product, MAIN, moving, "submitted")
    await settled(product)
    assert await stands(product, CELL, moving) == "submitted, elsewhere"
    assert await decide(cast.officer.program, product.cells.origin("BE"), moving) == 404
    told = "SELECT count(*) FROM outbox WHERE type LIKE '%.case-handed-over.v1' AND key = $1"
    key = moving["id"].encode()
    assert (await ask(product, MAIN, told, key), await ask(product, CELL, told, key)) == (1, 1)


async def test_a_cell_for_a_country_that_nobody_served_hears_everything_from_the_beginning(
    product: Product, cast: Cast
) -> None:
    await product.stop_service(MAIN)
    await product.start_service(MAIN, COUNTRIES_EXCEPT="BE,FR")
    french = [await handed_in(cast, "FR000100") for _ in range(3)]
    await everything_has_settled(product)
    assert [await stands(product, MAIN, licence) for licence in french] == [None] * 3

    await product.cells.add_empty("FR")

    for licence in french:
        await comes_to_stand(product, "validation-fr", licence, "submitted")
    count = "SELECT count(*) FROM licence_case"
    assert await ask(product, "validation-fr", count) == len(french)

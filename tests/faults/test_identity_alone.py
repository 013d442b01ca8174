"""Identity goes on while every other service, the mailbox and the broker are down; afterwards nothing is missing."""

import asyncio

import pytest

from deploy.local.databases import SERVICES
from deploy.local.product import Product
from shared.testing.waiting import until
from tests.faults.proof import everything_has_settled, unsent
from tests.journeys.people import Cast, Somebody, can_work, newcomer
from tests.journeys.stage import browser_at

pytestmark = pytest.mark.fault
OTHERS = [name for name in SERVICES if name != "identity"]
REQUESTS = "/identity/api/v1/role-requests"


async def test_people_register_sign_in_and_get_roles_while_everything_else_is_down(
    product: Product, cast: Cast
) -> None:
    carla = await newcomer(product, "Carla")
    await carla.sign_out()
    await everything_has_settled(product)
    await asyncio.gather(*(product.stop_service(name) for name in OTHERS), product.mailbox.stop())
    await product.kill_broker()
    await product.stop_service("identity")
    await product.start_service("identity")  # it needs none of them to start, either

    nora = Somebody(product, "Nora")
    assert (await nora.register()).heading == "Please look into your mailbox"
    assert (await carla.sign_in()).heading == "My roles"
    await carla.give_token()
    asked = await carla.program.post(
        REQUESTS, json={"kind": "importer", "body_id": cast.operator_id, "function": "Clerk"}
    )
    assert asked.status_code == 201, asked.text
    role_id = asked.json()["id"]
    shown = await carla.open("/identity/roles")
    assert "Requested" in shown.text
    decided = await cast.support.program.post(f"{REQUESTS}/{role_id}/decision", json={"outcome": "granted"})
    assert decided.json()["status"] == "granted", decided.text
    assert "Granted" in (await carla.open("/identity/roles")).text
    assert (await carla.open("/licences")).status == 502
    assert await unsent(product, "identity") == 4  # Nora's link; Carla's request, its mail, its decision
    async with browser_at(product) as anybody:
        answer = await anybody.get("/identity/health/ready")
        assert answer.status_code == 200, answer.text

    await product.mailbox.start()
    await product.restart_broker()
    await asyncio.gather(*(product.start_service(name) for name in OTHERS))

    await can_work(carla, "importer")
    await nora.confirm()
    assert (await nora.sign_in()).heading == "My roles"
    await everything_has_settled(product)
    for mails in (await carla.mails("Your role was granted"), await nora.mails("Confirm your e-mail address")):
        assert len(mails) == 1
    await until(lambda: _nothing_waits(product), what="identity's unsent events")
    for somebody in (carla, nora):
        await somebody.close()


async def _nothing_waits(product: Product) -> bool:
    return await unsent(product, "identity") == 0

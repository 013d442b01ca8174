"""Monitors read licences of their scope once they are handed in, and change nothing."""

from uuid import uuid4

import pytest

from services.licences import use_cases
from services.licences.domain.form import Boxes
from services.licences.service import Licences
from shared.person import Person, Role
from shared.problems import NotYours, Unknown
from shared.testing.people import person
from tests.licences.test_use_cases import a_draft, a_submitted_licence, an_importer, numbered


def monitor(country: str | None, partner_country: str | None) -> Person:
    return person("Mona Monitor", Role(uuid4(), "monitor", None, "scope", country, partner_country=partner_country))


async def test_a_monitor_reads_a_submitted_licence_of_the_scope_and_may_not_change_it(service: Licences) -> None:
    importer = await an_importer(service)
    licence = await a_submitted_licence(service, importer, numbered(901))
    for watcher in (monitor("BE", None), monitor(None, "ID"), monitor("BE", "ID")):
        async with service.work() as work:
            view = await use_cases.read_licence(work, watcher, licence.id)
            assert not view.is_ours
            with pytest.raises(NotYours):
                await use_cases.save_draft(work, watcher, licence.id, version=2, boxes=Boxes())


async def test_outside_the_scope_and_before_it_is_handed_in_a_monitor_does_not_know_of_it(service: Licences) -> None:
    importer = await an_importer(service)
    licence = await a_submitted_licence(service, importer, numbered(902))
    draft = await a_draft(service, importer)
    async with service.work() as work:
        for watcher in (monitor("NL", None), monitor(None, "GH"), monitor("NL", "ID"), monitor(None, None)):
            with pytest.raises(Unknown):
                await use_cases.read_licence(work, watcher, licence.id)
        with pytest.raises(Unknown):
            await use_cases.read_licence(work, monitor("BE", None), draft.id)

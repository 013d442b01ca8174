"""Companies and authorities, on a real database."""

from collections.abc import Callable
from typing import Any

import pytest

from services.identity.service import Identity
from services.identity.storage import operator_search
from services.identity.storage.operator_search import Wanted
from services.identity.use_cases import authorities, authority_data, operators
from services.identity.use_cases.refusals import EoriTaken
from tests.identity.acts import authority, create
from tests.identity.conftest import told

Member = Callable[..., Any]


async def test_a_company_is_entered_once_and_the_second_person_is_led_to_it(service: Identity, member: Member) -> None:
    person, _ = await member()
    operator = await create(service, person, eori="BE0999999999", country="BE", town="Gent")

    with pytest.raises(EoriTaken) as taken:
        await create(service, person, eori="be 0999 999 999", name="Somebody else")

    assert taken.value.operator_id == operator.id
    (fact,) = await told(service, "operator-registered", operator.id)
    assert (fact["eori"], fact["town"], fact["version"]) == ("BE0999999999", "1011 Gent", 1)


async def test_companies_are_found_by_beginnings_of_words_page_by_page(service: Identity, member: Member) -> None:
    person, _ = await member()
    for number in range(5):
        eori = f"DE777777{number}"
        await create(service, person, name=f"Sägewerk Kiefer {number}", town="Köln", country="DE", eori=eori)

    async with service.work() as work:
        first, cursor = await operators.find_operators(work, Wanted("SAGE koln"), cursor=None, limit=3)
        second, end = await operators.find_operators(work, Wanted("SAGE koln", country="DE"), cursor=cursor, limit=3)
        by_eori, _ = await operators.find_operators(work, Wanted("de7777774"), cursor=None)
        elsewhere, _ = await operators.find_operators(work, Wanted("sagewerk", country="FR"), cursor=None)

    assert [found.name[-1] for found in (*first, *second)] == list("01234")
    assert end is None
    assert [found.name for found in by_eori] == ["Sägewerk Kiefer 4"]
    assert elsewhere == []


async def test_a_common_word_is_paged_as_well_as_a_rare_one(
    service: Identity, member: Member, monkeypatch: pytest.MonkeyPatch
) -> None:
    person, _ = await member()
    for number in range(4):
        await create(service, person, name=f"Holzhandel Ulme {number}", eori=f"ATEOS100000000{number}", country="AT")
    monkeypatch.setattr(operator_search, "MANY", 3)
    monkeypatch.setattr(operator_search, "COUNT", operator_search.COUNT.replace("1000", "3"))

    async with service.work() as work:
        first, cursor = await operators.find_operators(work, Wanted("ulme"), cursor=None, limit=3)
        second, end = await operators.find_operators(work, Wanted("ulme"), cursor=cursor, limit=3)

    assert [found.name[-1] for found in (*first, *second)] == list("0123")
    assert end is None


@pytest.mark.parametrize("text", ["'", "a & b | c", "x:*", "(", "\\", "ß ﬁ %", "!"])
async def test_no_search_text_breaks_the_search(service: Identity, text: str) -> None:
    async with service.work() as work:
        found, _cursor = await operators.find_operators(work, Wanted(text), cursor=None)

    assert isinstance(found, list)


async def test_every_authority_is_there_and_loading_again_tells_nothing(service: Identity) -> None:
    known = authority_data.known_authorities(demonstration=True)
    async with service.work() as work:
        assert await authority_data.load_authorities(work, known) == 0
        states, _ = await authorities.find_authorities(work, kind="msca", country=None, cursor=None)

    assert len(states) == 27
    assert all(str(one.mailbox).endswith(".example") for one in known)
    (fact,) = await told(service, "authority-registered", (await authority(service, "msca", "BE")).id)
    assert (fact["version"], fact["kind"], fact["country"]) == (1, "msca", "BE")


async def test_a_corrected_authority_is_told_with_a_higher_version(service: Identity) -> None:
    belgian = await authority(service, "msca", "LU")
    renamed = type(belgian)(belgian.kind, belgian.code, "A new name", belgian.country, belgian.mailbox)
    async with service.work() as work:
        assert await authority_data.load_authorities(work, [renamed]) == 1

    facts = await told(service, "authority-registered", belgian.id)
    assert [fact["version"] for fact in facts] == [1, 2]
    assert facts[-1]["name"] == "A new name"


async def test_outside_a_demonstration_only_known_mailboxes_are_used() -> None:
    mailboxes = {a.code: a.mailbox for a in authority_data.known_authorities(demonstration=False) if a.kind == "msca"}

    assert mailboxes["BG"] is None
    assert "@" in str(mailboxes["DK"])

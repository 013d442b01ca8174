"""What every service answers, seen from outside."""

from dataclasses import replace
from urllib.parse import quote

import pytest
from fastapi import APIRouter, Request
from starlette.responses import Response

from shared.http import SignedIn, version_in
from shared.idempotency import Answer, KeyReused, once
from shared.person import Person
from shared.problems import FieldError, NotYours, Unknown, VersionMissing, WrongContent, WrongState
from shared.testing.apps import browser
from shared.testing.forms import visit
from shared.testing.people import importer_role, know, person, support_role
from tests.shared.stage import record_of, stage, validated

router = APIRouter()


@router.get("/licences/mine")
@router.post("/licences/mine")
@router.get("/licences/api/v1/mine")
@router.post("/licences/api/v1/mine")
async def mine(someone: SignedIn) -> dict[str, object]:
    return {"name": someone.name, "companies": [str(c) for c in someone.companies]}


@router.get("/licences/officials")
@router.post("/licences/officials")
@router.get("/licences/api/v1/officials")
async def officials(someone: SignedIn) -> dict[str, object]:
    if not someone.is_support:
        raise NotYours
    return {"name": someone.name}


@router.get("/licences/hidden")
async def hidden(someone: SignedIn) -> dict[str, object]:
    if not someone.is_support:
        raise Unknown
    return {"name": someone.name}


@router.get("/licences/api/v1/wrong")
async def wrong() -> None:
    raise WrongContent(
        [FieldError("boxes.expiry_date", "expired_at_lodging", "It ended on %(day)s.", 4, {"day": "1 May"})]
    )


@router.get("/licences/api/v1/state")
@router.get("/licences/state")
async def state() -> None:
    raise WrongState("It was decided already.")


@router.get("/licences/api/v1/broken")
@router.get("/licences/broken")
async def broken() -> None:
    raise RuntimeError("a secret detail")


@router.get("/licences/api/v1/away")
async def away(request: Request) -> None:
    async with request.app.state.service.work() as work:
        await work.db.execute("SELECT 1")


@router.get("/licences/api/v1/things/{number}")
async def thing(number: int) -> int:
    return number


@pytest.fixture
async def service(database_url, issuer):
    async with stage(database_url, **issuer.settings) as running:
        yield running


@pytest.fixture
async def client(service):
    async with browser(service.app(router)) as open_client:
        yield open_client


async def known(service, *roles) -> Person:
    someone = person("Ines Importer", *roles)
    async with service.work() as work:
        return await know(work.db, someone)


async def test_a_program_is_told_that_it_must_say_who_it_is(client):
    answer = await client.get("/licences/api/v1/mine")

    assert answer.status_code == 401
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.headers["www-authenticate"] == "Bearer"


async def test_a_person_without_a_token_is_led_to_sign_in_and_back(client):
    answer = await client.get("/licences/mine?page=2")

    assert answer.status_code == 303
    assert answer.headers["location"] == "/identity/session/refresh?next=%2Flicences%2Fmine%3Fpage%3D2"


async def test_roles_are_those_that_the_service_knows_not_those_that_the_token_claims(client, service, issuer):
    role = importer_role()
    someone = await known(service)

    answer = await client.get("/licences/api/v1/mine", headers=issuer.bearer(someone.with_roles((role,))))

    assert answer.json() == {"name": "Ines Importer", "companies": []}


@pytest.mark.parametrize("minutes", [-1, -60])
async def test_a_token_that_has_ended_is_worth_nothing(client, issuer, minutes):
    headers = {"Authorization": f"Bearer {issuer.token(person(), minutes=minutes)}"}

    assert (await client.get("/licences/api/v1/mine", headers=headers)).status_code == 401


async def test_a_token_signed_by_somebody_else_is_worth_nothing(client):
    from shared.testing.people import Issuer

    with Issuer() as stranger:
        answer = await client.get("/licences/api/v1/mine", headers=stranger.bearer(person()))

    assert answer.status_code == 401


async def test_the_api_takes_a_cookie_for_reading_but_not_for_writing(service, issuer):
    someone = await known(service)

    async with browser(service.app(router), issuer.cookies(someone)) as signed_in:
        assert (await signed_in.get("/licences/api/v1/mine")).status_code == 200
        assert (await signed_in.post("/licences/api/v1/mine")).status_code == 401


async def test_wrong_content_names_the_box_the_field_and_the_reason(client):
    answer = await client.get("/licences/api/v1/wrong")

    assert answer.status_code == 422
    assert answer.json()["errors"] == [
        {
            "pointer": "/boxes/4",
            "field": "/boxes/expiry_date",
            "box": 4,
            "code": "expired_at_lodging",
            "message": "It ended on 1 May.",
        }
    ]
    assert answer.json()["correlation_id"] == answer.headers["x-correlation-id"]


async def test_a_fault_of_ours_gives_an_id_and_no_details(client, caplog):
    answer = await client.get("/licences/api/v1/broken")

    assert answer.status_code == 500
    assert "secret" not in answer.text
    assert len(answer.json()["correlation_id"]) == 32
    assert "a secret detail" in caplog.text


async def test_an_absent_database_is_said_to_be_absent(client, service):
    await service.close()

    answer = await client.get("/licences/api/v1/away")

    assert (answer.status_code, answer.json()["title"]) == (503, "This part is not available at the moment")


async def test_people_get_refusals_and_faults_as_pages(client):
    refused, failed, nowhere = [await visit(client, f"/licences/{name}") for name in ("state", "broken", "no/where")]

    assert (refused.status, failed.status, nowhere.status) == (409, 500, 404)
    assert "It was decided already." in refused.text
    assert failed.response.headers["x-correlation-id"] in failed.text


async def test_head_answers_as_get_does_without_the_body(client):
    head, get = [await client.request(method, "/licences/health/live") for method in ("HEAD", "GET")]

    assert (head.status_code, head.content) == (200, b"")
    assert head.headers["content-length"] == get.headers["content-length"]


async def test_a_malformed_address_is_unknown(client):
    assert (await client.get("/licences/api/v1/things/seven")).status_code == 404


async def test_a_trace_that_comes_in_goes_on(client):
    trace = "0af7651916cd43dd8448eb211c80319c"

    answer = await client.get("/licences/api/v1/state", headers={"traceparent": f"00-{trace}-b7ad6b7169203331-01"})

    assert answer.headers["x-correlation-id"] == trace


async def test_health_without_a_broker_is_alive_but_not_ready(client):
    alive, ready = [await client.get(f"/licences/health/{kind}") for kind in ("live", "ready")]

    assert alive.status_code == 200
    assert ready.status_code == 503
    assert ready.json()["database"] == "reached"
    assert ready.json()["degraded"] == ["relay", "consumer"]


async def test_metrics_count_what_waits(client, service):
    async with service.work() as work:
        work.tell(validated())

    answer = await client.get("/licences/metrics")

    assert "flegt_events_unsent 1.0" in answer.text


async def test_support_sees_parked_messages_and_sends_them_again(service, issuer):
    supporter = await known(service, support_role())
    await service.hearing.hear([record_of(validated(remark="poison"))])

    async with browser(service.app(router), issuer.cookies(supporter)) as client:
        page = await visit(client, "/licences/operations")
        assert "can never be handled" in page.text
        again = await page.press("Handle it again")
        assert "It failed again" in again.text
        dropped = await again.press("Drop this message")

    assert "Nothing is parked" in dropped.text


async def test_nobody_but_support_sees_operations(service, issuer):
    importer = await known(service, importer_role())

    async with browser(service.app(router), issuer.cookies(importer)) as client:
        assert (await visit(client, "/licences/operations")).status == 403


async def test_the_same_idempotency_key_acts_once_and_answers_the_same(service):
    acted = []

    async def act() -> Answer:
        acted.append(1)
        return Answer(201, {"number": len(acted)}, {"Location": "/somewhere"})

    someone = person()
    answers = []
    for _ in range(2):
        async with service.work() as work:
            answers.append(await once(work, key="k1", by=someone.account_id, request=b"same", act=act))

    assert answers == [Answer(201, {"number": 1}, {"Location": "/somewhere"})] * 2
    async with service.work() as work:
        with pytest.raises(KeyReused):
            await once(work, key="k1", by=someone.account_id, request=b"other", act=act)


@pytest.mark.parametrize(("header", "version"), [('"3"', 3), ('W/"12"', 12), ("7", 7)])
def test_the_version_is_read_from_if_match(header, version):
    assert version_in(header) == version


@pytest.mark.parametrize("header", [None, "", '"abc"'])
def test_without_a_version_a_change_is_refused(header):
    with pytest.raises(VersionMissing):
        version_in(header)


async def test_answers_carry_headers_that_protect(client):
    answer: Response = await client.get("/licences/state", headers={"Accept": "text/html"})

    assert "unsafe-inline" not in answer.headers["content-security-policy"]
    assert answer.headers["x-content-type-options"] == "nosniff"


async def test_a_page_that_a_locked_role_would_open_leads_to_the_second_factor_and_back(service, client, issuer):
    weak = replace(await known(service, support_role()), strong=False)
    client.cookies.update(issuer.cookies(weak))

    for path in ("/licences/officials", "/licences/hidden"):
        answer = await client.get(f"{path}?page=2")
        assert answer.status_code == 303
        assert answer.headers["location"] == f"/identity/second-factor?next={quote(path, safe='')}%3Fpage%3D2"
    page = await visit(client, "/licences/mine")
    assert page.status == 200


async def test_a_form_that_a_locked_role_would_send_says_what_is_missing(service, client, issuer):
    weak = replace(await known(service, support_role()), strong=False)
    client.cookies.update(issuer.cookies(weak))

    answer = await client.post("/licences/officials")

    assert answer.status_code == 403
    assert "/identity/second-factor" in answer.text


async def test_the_api_names_the_second_factor_that_a_locked_role_waits_for(service, client, issuer):
    someone = await known(service, support_role())

    weak = await client.get("/licences/api/v1/officials", headers=issuer.bearer(replace(someone, strong=False)))
    strong = await client.get("/licences/api/v1/officials", headers=issuer.bearer(someone))
    nobody = await client.get(
        "/licences/api/v1/officials", headers=issuer.bearer(await known(service, importer_role()))
    )

    assert (weak.status_code, weak.json()["type"].rsplit("/", 1)[1]) == (403, "second_factor_needed")
    assert strong.status_code == 200
    assert (nobody.status_code, nobody.json()["type"].rsplit("/", 1)[1]) == (403, "not_yours")

"""The rules of machine clients, as a table of cases."""

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest

from services.identity.domain import clients as rules
from services.identity.domain.clients import Client, ClientStatus, Secret, Wish
from services.identity.domain.refusals import WrongFields

NOW = datetime(2026, 11, 22, 9, tzinfo=UTC)


def a_client(**values: Any) -> Client:
    defaults: dict[str, Any] = {
        "id": uuid4(), "version": 1, "role_id": uuid4(), "name": "SAP", "kind": "importer", "body_id": uuid4(),
        "body_name": "Timber Trade NV", "country": "BE", "office": None, "scopes": ("licences:read",),
        "status": ClientStatus.ENABLED, "created_at": NOW, "created_by": uuid4(),
    }  # fmt: skip
    return Client(**(defaults | values))


def a_secret(**values: Any) -> Secret:
    return Secret(uuid4(), uuid4(), "flegt_abc", NOW, **values)


def test_a_client_works_while_it_is_enabled_and_has_not_ended() -> None:
    assert a_client(ends_at=NOW + timedelta(seconds=1)).works(NOW)
    assert not a_client(ends_at=NOW).works(NOW)
    assert not a_client().disabled().works(NOW)
    assert a_client().disabled().enabled().works(NOW)
    assert not a_client().deleted().works(NOW)
    with pytest.raises(rules.ClientNotDisabled):
        a_client().enabled()
    with pytest.raises(rules.ClientNotEnabled):
        a_client().disabled().disabled()


def test_two_valid_secrets_are_all_a_client_can_have() -> None:
    ended = a_secret(ends_at=NOW)

    rules.check_new_secret(a_client(), [ended, ended, a_secret()], at=NOW)
    with pytest.raises(rules.TooManySecrets):
        rules.check_new_secret(a_client(), [a_secret(), a_secret(ends_at=NOW + timedelta(days=1))], at=NOW)
    with pytest.raises(rules.ClientNotEnabled):
        rules.check_new_secret(a_client().disabled(), [], at=NOW)
    with pytest.raises(rules.SecretEnded):
        ended.ended(NOW)


def test_a_secret_is_long_and_can_be_recognised() -> None:
    made = {rules.new_client_secret() for _ in range(100)}

    assert len(made) == 100
    assert all(secret.startswith("flegt_") and len(secret) == len("flegt_") + 43 for secret in made)


@pytest.mark.parametrize(
    ("asked", "granted"),
    [
        ((), ("licences:read", "licences:write")),
        (("licences:write", "licences:write"), ("licences:write",)),
        (("validation:read",), None),
        (("licences:read", "licences:delete"), None),
    ],
)
def test_a_token_has_the_scopes_asked_for_and_never_more(asked: Any, granted: Any) -> None:
    assert rules.granted_scopes(("licences:read", "licences:write"), asked) == granted


def test_a_day_ends_at_midnight_where_the_person_is() -> None:
    plan = Wish(uuid4(), "SAP", ["licences:read"], "2026-11-22").checked(now=NOW, time_zone="Asia/Tokyo")

    assert plan.ends_at == datetime(2026, 11, 22, 15, tzinfo=UTC)


@pytest.mark.parametrize(
    ("wish", "wrong"),
    [
        (Wish(None, "SAP", ["licences:read"]), ["body_id"]),
        (Wish(uuid4(), " ", []), ["name", "scopes"]),
        (Wish(uuid4(), "SAP", ["licences:read", "everything"]), ["scopes"]),
        (Wish(uuid4(), "SAP", ["licences:read"], "2026-11-21"), ["last_day"]),
        (Wish(uuid4(), "SAP", ["licences:read"], "soon"), ["last_day"]),
        (Wish(uuid4(), "SAP", ["licences:read"], "9999-12-31"), ["last_day"]),
    ],
)
def test_all_that_is_wrong_with_a_wish_is_said_at_once(wish: Wish, wrong: list[str]) -> None:
    with pytest.raises(WrongFields) as refusal:
        wish.checked(now=NOW, time_zone="Europe/Brussels")

    assert [mistake.field for mistake in refusal.value.mistakes] == wrong

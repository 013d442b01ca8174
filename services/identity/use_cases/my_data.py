"""What is kept about a person, for that person: to read, and to take along."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from services.identity.domain.accounts import Account
from services.identity.domain.email_change import EmailChange
from services.identity.domain.roles import Role
from services.identity.domain.sessions import SESSION_IDLE
from services.identity.storage import accounts, audit, email_changes, people, roles, sessions
from services.identity.storage.audit import Wanted
from services.identity.storage.sessions import Session
from services.identity.use_cases.accounts import read_account
from shared.person import Person
from shared.work import Work


@dataclass(frozen=True)
class MyData:
    """Everything but the record of acts, which is as long as it is."""

    account: Account
    created_at: datetime | None
    acceptances: list[tuple[str, datetime]]
    email_change: EmailChange | None
    roles: list[Role]
    sessions: list[Session]


async def read_my_data(work: Work, person: Person) -> MyData:
    """What identity keeps about this person. Raises NotSignedIn when the account is no more."""
    account = await read_account(work, person)
    return MyData(
        account,
        await people.created_at(work.db, account.id),
        await accounts.acceptances(work.db, account.id),
        await email_changes.of_account(work.db, account.id, at=work.now),
        await roles.of_account(work.db, account.id),
        await sessions.of_account(work.db, account.id, at=work.now, idle_since=work.now - SESSION_IDLE),
    )


async def take_along(work: Work, person: Person) -> dict[str, Any]:
    """The same as JSON, with every act. Taking it is recorded."""
    data = await read_my_data(work, person)
    who = data.account.id
    await audit.note(work.db, "data_taken_along", at=work.now, by=who, subject=who, session=person.session_id)
    acts = [entry async for entries in audit.all_of(work.db, Wanted(person=who)) for entry in entries]
    return {
        "taken_at": work.now.isoformat(),
        "account": _account(data),
        "privacy_statements_accepted": [
            {"version": version, "accepted_at": at.isoformat()} for version, at in data.acceptances
        ],
        "email_change": data.email_change
        and {
            "new_email": data.email_change.new_email,
            "requested_at": data.email_change.requested_at.isoformat(),
        },
        "roles": [_role(role) for role in data.roles],
        "sessions": [
            {
                "id": str(session.id),
                "network_address": session.address,
                "browser": session.browser,
                "way": session.way,
                "opened_at": session.created_at.isoformat(),
                "seen_at": session.seen_at.isoformat(),
            }
            for session in data.sessions
        ],
        "acts": [
            {
                "at": entry.at.isoformat(),
                "act": entry.act,
                "by_yourself": entry.by == who,
                "about_yourself": entry.about == who,
                "network_address": entry.address,
                "details": dict(entry.details),
            }
            for entry in acts
        ],
    }


def _account(data: MyData) -> dict[str, Any]:
    account = data.account
    return {
        "id": str(account.id),
        "email": account.email,
        "first_name": account.first_name,
        "last_name": account.last_name,
        "language": account.language,
        "time_zone": account.time_zone,
        "has_password": account.password_hash is not None,
        "registered_at": data.created_at and data.created_at.isoformat(),
        "confirmed_at": account.confirmed_at and account.confirmed_at.isoformat(),
    }


def _role(role: Role) -> dict[str, Any]:
    return {
        "kind": role.kind.value,
        "for": role.body_name,
        "country": role.country,
        "office": role.office,
        "status": role.status.value,
        "administrator": role.administrator,
        "requested_at": role.requested_at.isoformat(),
        "function": role.application.function,
        "phone": role.application.phone,
        "reason": role.application.reason,
        "as_agent": role.application.as_agent,
        "decided_at": role.decided_at and role.decided_at.isoformat(),
        "decision_reason": role.decision_reason,
        "ends_at": role.ends_at and role.ends_at.isoformat(),
    }

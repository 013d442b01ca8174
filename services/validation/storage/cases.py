"""Cases one by one, and opening many at once."""

from collections.abc import Sequence
from dataclasses import astuple, dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

import asyncpg

from services.validation.domain.case import Case
from services.validation.domain.days import day_in
from services.validation.domain.proceedings import Actor, Decision, Declaration
from services.validation.domain.quantities import Quantities
from services.validation.domain.reasons import RejectionReason
from services.validation.domain.states import ActorKind, ClearanceState, ValidationState
from shared.contracts.licence import Licence


@dataclass(frozen=True)
class Opened:
    """A case as it is opened; the fields in the order of the statement below. `licence` is JSON text."""

    licence_id: UUID
    version: int
    country: str
    point_of_entry: str
    licence_number: str
    number_key: str
    vpa_country: str
    operator_id: UUID
    operator_name: str
    operator_eori: str
    requester_id: UUID
    requester_name: str
    licensee_name: str
    expiry_date: date | None
    arrival: datetime
    submitted_at: datetime
    licensed_volume_m3: Decimal | None
    licensed_net_weight_kg: Decimal | None
    flags: int
    licence: str


# A version that was passed changes nothing, and a decision is never undone.
_OPEN = """
INSERT INTO licence_case (
    licence_id, version, country, point_of_entry, licence_number, number_key, vpa_country, operator_id, operator_name,
    operator_eori, requester_id, requester_name, licensee_name, expiry_date, arrival, submitted_at,
    licensed_volume_m3, licensed_net_weight_kg, flags, licence, validation_state, clearance_state, modified_at)
SELECT licence_id, version, country, point_of_entry, licence_number, number_key, vpa_country, operator_id,
    operator_name, operator_eori, requester_id, requester_name, licensee_name, expiry_date, arrival, submitted_at,
    volume_m3, net_weight_kg, flags, licence::jsonb, 'submitted', 'not_ready', submitted_at
FROM unnest($1::uuid[], $2::int[], $3::text[], $4::text[], $5::text[], $6::text[], $7::text[], $8::uuid[], $9::text[],
    $10::text[], $11::uuid[], $12::text[], $13::text[], $14::date[], $15::timestamptz[], $16::timestamptz[],
    $17::numeric[], $18::numeric[], $19::int[], $20::text[])
    AS told (licence_id, version, country, point_of_entry, licence_number, number_key, vpa_country, operator_id,
    operator_name, operator_eori, requester_id, requester_name, licensee_name, expiry_date, arrival, submitted_at,
    volume_m3, net_weight_kg, flags, licence)
ON CONFLICT (licence_id) DO UPDATE SET version = excluded.version, country = excluded.country,
    point_of_entry = excluded.point_of_entry, licence_number = excluded.licence_number,
    number_key = excluded.number_key, vpa_country = excluded.vpa_country, operator_id = excluded.operator_id,
    operator_name = excluded.operator_name, operator_eori = excluded.operator_eori,
    requester_id = excluded.requester_id, requester_name = excluded.requester_name,
    licensee_name = excluded.licensee_name, expiry_date = excluded.expiry_date, arrival = excluded.arrival,
    submitted_at = excluded.submitted_at, licensed_volume_m3 = excluded.licensed_volume_m3,
    licensed_net_weight_kg = excluded.licensed_net_weight_kg, flags = excluded.flags, licence = excluded.licence,
    modified_at = excluded.modified_at
WHERE licence_case.version < excluded.version AND licence_case.validation_state = 'submitted'
"""


async def open_together(db: asyncpg.Connection, cases: Sequence[Opened]) -> None:
    """Open these cases in one statement; of one licence at most one version may be among them."""
    columns = zip(*(tuple(vars(case).values()) for case in cases), strict=True)
    await db.execute(_OPEN, *(list(column) for column in columns))


@dataclass(frozen=True)
class StoredCase:
    """A case as it lies in the table: the licence as it was handed in, and what was decided on it."""

    licence_id: UUID
    version: int
    country: str
    point_of_entry: str
    licence_number: str
    number_key: str
    vpa_country: str
    operator_id: UUID
    operator_name: str
    operator_eori: str
    requester_id: UUID
    requester_name: str
    licensee_name: str
    expiry_date: date | None
    arrival: datetime
    submitted_at: datetime
    licensed: Quantities
    licence: Licence
    validation_state: ValidationState
    clearance_state: ClearanceState
    decision: Decision | None
    declaration: Declaration | None
    modified_at: datetime

    @property
    def lodged_on(self) -> date:
        """The day of submission in the Member State where it was lodged."""
        return day_in(self.country, self.submitted_at)

    def to_decide(self) -> Case:
        """The case as the rules see it."""
        return Case(
            licence_id=self.licence_id,
            version=self.version,
            requester_id=self.requester_id,
            country=self.country,
            point_of_entry=self.point_of_entry,
            lodged_on=self.lodged_on,
            expiry_date=self.expiry_date,
            licensed=self.licensed,
            validation_state=self.validation_state,
            clearance_state=self.clearance_state,
            decision=self.decision,
            declaration=self.declaration,
        )


async def find(db: asyncpg.Connection, licence_id: UUID, *, to_change: bool = False) -> StoredCase | None:
    """The case of this licence; `to_change` keeps everybody else from changing it until the transaction ends."""
    row = await db.fetchrow(
        f"SELECT * FROM licence_case WHERE licence_id = $1 {'FOR UPDATE' if to_change else ''}", licence_id
    )
    return _stored(row) if row else None


async def change(db: asyncpg.Connection, case: Case, *, at: datetime) -> None:
    """Write what the rules made of a case that was found to be changed."""
    decision, declaration = case.decision, case.declaration
    await db.execute(
        """
        UPDATE licence_case SET version = $2, validation_state = $3, clearance_state = $4, modified_at = $5,
            decided_at = $6, decided_by = $7, decided_by_name = $8, decided_body = $9, reason_code = $10, reason = $11,
            declaration = $12, declared_volume_m3 = $13, declared_net_weight_kg = $14
        WHERE licence_id = $1
        """,
        case.licence_id,
        case.version,
        case.validation_state,
        case.clearance_state,
        at,
        *((decision.at, decision.by.account_id, decision.by.name, decision.by.body) if decision else (None,) * 4),
        *((decision.reason_code, decision.text) if decision else (None, None)),
        *((declaration.number, *astuple(declaration.quantities)) if declaration else (None,) * 3),
    )


def _stored(row: asyncpg.Record) -> StoredCase:
    same: dict[str, Any] = {name: row[name] for name in _SAME}
    return StoredCase(
        **same,
        licensed=Quantities(row["licensed_volume_m3"], row["licensed_net_weight_kg"]),
        licence=Licence.model_validate(row["licence"]),
        validation_state=ValidationState(row["validation_state"]),
        clearance_state=ClearanceState(row["clearance_state"]),
        decision=_decision(row),
        declaration=_declaration(row),
    )


_MADE = {"licensed", "licence", "validation_state", "clearance_state", "decision", "declaration"}
_SAME = [name for name in StoredCase.__dataclass_fields__ if name not in _MADE]


def _decision(row: asyncpg.Record) -> Decision | None:
    if row["decided_at"] is None:
        return None
    by = Actor(ActorKind.MSCA, row["decided_by"], row["decided_by_name"], row["decided_body"])
    code = RejectionReason(row["reason_code"]) if row["reason_code"] else None
    return Decision(by, row["decided_at"], row["reason"], code)


def _declaration(row: asyncpg.Record) -> Declaration | None:
    if row["declaration"] is None:
        return None
    return Declaration(row["declaration"], Quantities(row["declared_volume_m3"], row["declared_net_weight_kg"]))

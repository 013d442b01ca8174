"""Cases one by one, and opening many at once."""

from collections.abc import Mapping, Sequence
from dataclasses import astuple, dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

import asyncpg
from pydantic import TypeAdapter

from services.validation.domain.case import Case
from services.validation.domain.days import day_in
from services.validation.domain.proceedings import (
    Actor,
    Decision,
    Declaration,
    DeclaredLine,
    Officer,
    Proposal,
    Question,
    Verification,
)
from services.validation.domain.quantities import Quantities
from services.validation.domain.reasons import RejectionReason
from services.validation.domain.risk import Reason
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
    handed_in_at: datetime
    """This time; `submitted_at` is when it was lodged, which a correction does not change."""
    licensed_volume_m3: Decimal | None
    licensed_net_weight_kg: Decimal | None
    flags: int
    licence: str


# A version that was passed changes nothing, a decision is never undone, and what was handed over before it was heard of
# (topics keep their own order only) is not opened.
_OPEN = """
INSERT INTO licence_case (
    licence_id, version, country, point_of_entry, licence_number, number_key, vpa_country, operator_id, operator_name,
    operator_eori, requester_id, requester_name, licensee_name, expiry_date, arrival, submitted_at,
    licensed_volume_m3, licensed_net_weight_kg, flags, licence, validation_state, clearance_state, modified_at,
    state_since)
SELECT licence_id, version, country, point_of_entry, licence_number, number_key, vpa_country, operator_id,
    operator_name, operator_eori, requester_id, requester_name, licensee_name, expiry_date, arrival, submitted_at,
    volume_m3, net_weight_kg, flags, licence::jsonb, 'submitted', 'not_ready', handed_in_at, handed_in_at
FROM unnest($1::uuid[], $2::int[], $3::text[], $4::text[], $5::text[], $6::text[], $7::text[], $8::uuid[], $9::text[],
    $10::text[], $11::uuid[], $12::text[], $13::text[], $14::date[], $15::timestamptz[], $16::timestamptz[],
    $17::timestamptz[], $18::numeric[], $19::numeric[], $20::int[], $21::text[])
    AS told (licence_id, version, country, point_of_entry, licence_number, number_key, vpa_country, operator_id,
    operator_name, operator_eori, requester_id, requester_name, licensee_name, expiry_date, arrival, submitted_at,
    handed_in_at, volume_m3, net_weight_kg, flags, licence)
WHERE NOT EXISTS (
    SELECT FROM case_elsewhere e WHERE e.licence_id = told.licence_id AND e.version >= told.version)
ON CONFLICT (licence_id) DO UPDATE SET version = excluded.version, country = excluded.country,
    point_of_entry = excluded.point_of_entry, licence_number = excluded.licence_number,
    number_key = excluded.number_key, vpa_country = excluded.vpa_country, operator_id = excluded.operator_id,
    operator_name = excluded.operator_name, operator_eori = excluded.operator_eori,
    requester_id = excluded.requester_id, requester_name = excluded.requester_name,
    licensee_name = excluded.licensee_name, expiry_date = excluded.expiry_date, arrival = excluded.arrival,
    submitted_at = excluded.submitted_at, licensed_volume_m3 = excluded.licensed_volume_m3,
    licensed_net_weight_kg = excluded.licensed_net_weight_kg, flags = excluded.flags, licence = excluded.licence,
    modified_at = excluded.modified_at, state_since = excluded.state_since, held = true, assessed_at = NULL,
    boxes_before = CASE WHEN licence_case.validation_state = 'returned' THEN licence_case.licence -> 'boxes'
        ELSE licence_case.boxes_before END,
    validation_state = excluded.validation_state, clearance_state = excluded.clearance_state
WHERE licence_case.version < excluded.version
  AND (licence_case.validation_state IN ('submitted', 'returned') OR NOT licence_case.held)
"""


async def open_together(db: asyncpg.Connection, cases: Sequence[Opened]) -> None:
    """Open these cases in one statement; of one licence at most one version may be among them.

    A case that was returned, or had left for another cell, is open again.
    """
    columns = zip(*(tuple(vars(case).values()) for case in cases), strict=True)
    await db.execute(_OPEN, *(list(column) for column in columns))


async def let_go(db: asyncpg.Connection, versions: Mapping[UUID, int]) -> None:
    """Another cell holds these licences from this version on; what is known of them here is history."""
    await db.execute(
        """
        UPDATE licence_case SET held = false FROM unnest($1::uuid[], $2::int[]) AS gone (licence_id, version)
        WHERE licence_case.licence_id = gone.licence_id AND licence_case.version <= gone.version
        """,
        list(versions),
        list(versions.values()),
    )


@dataclass(frozen=True)
class StoredCase:
    """A case as it lies in the table: the licence as it stands now, and what was done with it.

    `boxes_before` are the boxes as they stood when it was returned for correction, once it was handed in again.
    `held` says whether this cell acts on it; it does not when the case was handed over to another one. `risk`, its
    reasons and `sampled` say something only once they were worked out, at `assessed_at`.
    """

    licence_id: UUID
    version: int
    held: bool
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
    boxes_before: dict[str, Any] | None
    validation_state: ValidationState
    clearance_state: ClearanceState
    decision: Decision | None
    declaration: Declaration | None
    reserved_for: str | None
    officer: Officer | None
    questions: tuple[Question, ...]
    verifications: tuple[Verification, ...]
    proposal: Proposal | None
    replaces: UUID | None
    replaced_by: UUID | None
    due_on: date | None
    risk: int
    risk_reasons: tuple[Reason, ...]
    sampled: bool
    assessed_at: datetime | None
    state_since: datetime
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
            officer=self.officer,
            questions=self.questions,
            verifications=self.verifications,
            proposal=self.proposal,
            headings=frozenset(line.commodity_code[:4] for line in self.licence.boxes.commodities),
            reserved_for=self.reserved_for,
        )


async def find(db: asyncpg.Connection, licence_id: UUID, *, to_change: bool = False) -> StoredCase | None:
    """The case of this licence; `to_change` keeps everybody else from changing it until the transaction ends."""
    row = await db.fetchrow(
        f"SELECT * FROM licence_case WHERE licence_id = $1 {'FOR UPDATE' if to_change else ''}", licence_id
    )
    return stored_case(row) if row else None


async def change(db: asyncpg.Connection, case: Case, *, at: datetime) -> None:
    """Write what the rules made of a case that was found to be changed."""
    decision, declaration, officer = case.decision, case.declaration, case.officer
    second = decision.confirmed_by if decision else None
    await db.execute(
        """
        UPDATE licence_case SET version = $2, validation_state = $3, clearance_state = $4, modified_at = $5,
            state_since = CASE WHEN (validation_state, clearance_state) = ($3, $4) THEN state_since ELSE $5 END,
            decided_at = $6, decided_by = $7, decided_by_name = $8, decided_body = $9, reason_code = $10, reason = $11,
            confirmed_by = $12, confirmed_by_name = $13, confirmed_body = $14,
            declaration = $15, declared_volume_m3 = $16, declared_net_weight_kg = $17, override_reason = $18,
            officer_id = $19, officer_name = $20, questions = $21, verifications = $22, proposal = $23, due_on = $24,
            country = $25, point_of_entry = $26, declared_lines = $27, reserved_for = $28
        WHERE licence_id = $1
        """,
        case.licence_id,
        case.version,
        case.validation_state,
        case.clearance_state,
        at,
        *((decision.at, decision.by.account_id, decision.by.name, decision.by.body) if decision else (None,) * 4),
        *((decision.reason_code, decision.text) if decision else (None, None)),
        *((second.account_id, second.name, second.body) if second else (None,) * 3),
        *((declaration.number, *astuple(declaration.quantities)) if declaration else (None,) * 3),
        declaration.override_reason if declaration else "",
        *((officer.account_id, officer.name) if officer else (None, None)),
        _QUESTIONS.dump_python(case.questions, mode="json"),
        _VERIFICATIONS.dump_python(case.verifications, mode="json"),
        _PROPOSAL.dump_python(case.proposal, mode="json"),
        case.due_on,
        case.country,
        case.point_of_entry,
        _LINES.dump_python(declaration.lines if declaration else (), mode="json"),
        case.reserved_for,
    )


_LINES = TypeAdapter(tuple[DeclaredLine, ...])
_QUESTIONS = TypeAdapter(tuple[Question, ...])
_VERIFICATIONS = TypeAdapter(tuple[Verification, ...])
RISK_REASONS = TypeAdapter(tuple[Reason, ...])
_PROPOSAL: TypeAdapter[Proposal | None] = TypeAdapter(Proposal | None)


def stored_case(row: asyncpg.Record) -> StoredCase:
    """The case in a whole row of the table."""
    same: dict[str, Any] = {name: row[name] for name in _SAME}
    return StoredCase(
        **same,
        licensed=Quantities(row["licensed_volume_m3"], row["licensed_net_weight_kg"]),
        licence=Licence.model_validate(row["licence"]),
        validation_state=ValidationState(row["validation_state"]),
        clearance_state=ClearanceState(row["clearance_state"]),
        decision=_decision(row),
        declaration=_declaration(row),
        officer=Officer(row["officer_id"], row["officer_name"]) if row["officer_id"] else None,
        questions=_QUESTIONS.validate_python(row["questions"]),
        verifications=_VERIFICATIONS.validate_python(row["verifications"]),
        proposal=_PROPOSAL.validate_python(row["proposal"]),
        risk_reasons=RISK_REASONS.validate_python(row["risk_reasons"]),
    )


_MADE = {
    "licensed", "licence", "validation_state", "clearance_state", "decision", "declaration",
    "officer", "questions", "verifications", "proposal", "risk_reasons",
}  # fmt: skip
_SAME = [name for name in StoredCase.__dataclass_fields__ if name not in _MADE]


def _decision(row: asyncpg.Record) -> Decision | None:
    if row["decided_at"] is None:
        return None
    by = Actor(ActorKind.MSCA, row["decided_by"], row["decided_by_name"], row["decided_body"])
    code = RejectionReason(row["reason_code"]) if row["reason_code"] else None
    second = None
    if row["confirmed_by"]:
        second = Actor(ActorKind.MSCA, row["confirmed_by"], row["confirmed_by_name"], row["confirmed_body"])
    return Decision(by, row["decided_at"], row["reason"], code, second)


def _declaration(row: asyncpg.Record) -> Declaration | None:
    if row["declaration"] is None:
        return None
    quantities = Quantities(row["declared_volume_m3"], row["declared_net_weight_kg"])
    lines = _LINES.validate_python(row["declared_lines"])
    return Declaration(row["declaration"], quantities, row["override_reason"], lines)

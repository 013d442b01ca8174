"""What the pages of this service share."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated
from urllib.parse import urlencode
from uuid import UUID

from fastapi import Depends, Request

from services.validation.domain.checks import Check, Outcome
from services.validation.service import Validation
from services.validation.storage import Entry
from services.validation.words import reason_name, sentence, title
from shared import reference_data
from shared.attachments import serving
from shared.attachments.serving import Sheet
from shared.contracts.licence import Attachment
from shared.web.formats import volume, weight
from shared.web.i18n import N_, _, gettext

MOST_SHEETS = 40


def _service_of(request: Request) -> Validation:
    service: Validation = request.app.state.service
    return service


InService = Annotated[Validation, Depends(_service_of)]

TONES = {Outcome.OK: "good", Outcome.WARN: "attention", Outcome.FAIL: "bad"}
_OUTCOMES = {Outcome.OK: N_("Nothing found"), Outcome.WARN: N_("Look at this"), Outcome.FAIL: N_("Not in order")}


@dataclass(frozen=True)
class ShownCheck:
    """A check as a page shows it. `findings` are (tone, sentence)."""

    title: str
    article: str
    tone: str
    word: str
    findings: list[tuple[str, str]]


def shown_checks(checks: list[Check]) -> list[ShownCheck]:
    """Checks in words, what is wrong first."""
    worst_first = sorted(checks, key=lambda check: list(Outcome).index(check.outcome), reverse=True)
    return [
        ShownCheck(
            title(check),
            check.article,
            TONES[check.outcome],
            gettext(_OUTCOMES[check.outcome]),
            [(TONES[finding.outcome], sentence(finding)) for finding in check.findings],
        )
        for check in worst_first
    ]


def sheets_of(case_id: UUID, attachments: Sequence[Attachment]) -> list[Sheet]:
    """Every page of every attachment, in the order of the boxes."""
    return serving.sheets_of(f"/validation/cases/{case_id}", attachments)


_ACTS = {
    "take": (N_("Taken to work on"), "neutral"),
    "release": (N_("Released"), "neutral"),
    "ask": (N_("Information requested"), "attention"),
    "answer": (N_("Answer received"), "waiting"),
    "waive": (N_("Answer no longer needed"), "neutral"),
    "open_verification": (N_("Verification opened"), "waiting"),
    "end_verification": (N_("Verification ended"), "neutral"),
    "amend": (N_("Box corrected"), "attention"),
    "return": (N_("Returned for correction"), "attention"),
    "propose": (N_("Decision proposed"), "waiting"),
    "decline": (N_("Proposed decision declined"), "attention"),
    "withdraw": (N_("Withdrawal"), "neutral"),
    "cancel": (N_("Validation cancelled"), "bad"),
    "replace": (N_("Replacement registered"), "neutral"),
    "reroute": (N_("Point of entry changed"), "neutral"),
    "hand_over": (N_("Handed over to another Member State"), "neutral"),
    "record_fee": (N_("Fee recorded"), "neutral"),
    "correct_declaration": (N_("Declaration corrected"), "attention"),
    "validate": (N_("Validated"), "good"),
    "reject": (N_("Rejected"), "bad"),
    "clear": (N_("Cleared"), "good"),
    "suspend": (N_("Release suspended"), "attention"),
    "resume": (N_("Suspension ended"), "waiting"),
    "refuse": (N_("Clearance refused"), "bad"),
}


def timeline_of(acts: list[Entry]) -> list[dict[str, object]]:
    """The history as the shared timeline shows it."""
    return [_line(entry) for entry in acts]


def _line(entry: Entry) -> dict[str, object]:
    word, tone = _ACTS[entry.act]
    text = entry.text
    if entry.details.get("reason_code"):
        text = f"{reason_name(entry.details['reason_code'])}\n{text}"
    if entry.details.get("declaration"):
        declared = [volume(entry.details["volume_m3"]), weight(entry.details["net_weight_kg"])]
        text = ", ".join([_("Declaration %(number)s", number=entry.details["declaration"]), *filter(None, declared)])
    return {"title": gettext(word), "tone": tone, "at": entry.at, "by": f"{entry.name}, {entry.body}", "text": text}


def address(path: str, query: Mapping[str, str | None]) -> str:
    """An address with those parameters that have a value."""
    given = {name: value for name, value in query.items() if value}
    return f"{path}?{urlencode(given)}" if given else path


def office_name(number: str) -> str:
    """A customs office as people know it, with its COL number."""
    office = reference_data.customs_office(number)
    return f"{office.name} ({number})" if office else number


def unit_symbol(code: str) -> str:
    """What Box 16 counts, as people write it."""
    return next((unit.symbol for unit in reference_data.units() if unit.code == code), code)


def transport_name(code: str) -> str:
    """Box 7 in words."""
    return next((mode.name for mode in reference_data.transport_modes() if mode.code == code), code)

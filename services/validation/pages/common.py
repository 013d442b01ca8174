"""What the pages of this service share."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Annotated
from urllib.parse import urlencode
from uuid import UUID

from fastapi import Depends, Request

from services.validation.domain.checks import Check, Outcome
from services.validation.service import Validation
from services.validation.storage import Entry
from services.validation.words import act_name, act_text, act_tone, sentence, title
from shared import reference_data
from shared.attachments import serving
from shared.attachments.serving import Sheet
from shared.contracts.licence import Attachment
from shared.web.i18n import N_, gettext

MOST_SHEETS = 40
NO_AMOUNT = N_("This is not an amount. Enter digits and, for cents, one point: 37.50")


async def _service_of(request: Request) -> Validation:
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


def timeline_of(acts: list[Entry]) -> list[dict[str, object]]:
    """The history as the shared timeline shows it."""
    return [_line(entry) for entry in acts]


def _line(entry: Entry) -> dict[str, object]:
    return {
        "title": act_name(entry.act),
        "tone": act_tone(entry.act),
        "at": entry.at,
        "by": f"{entry.name}, {entry.body}",
        "text": act_text(entry.text, entry.details),
    }


def address(path: str, query: Mapping[str, str | None]) -> str:
    """An address with those parameters that have a value."""
    given = {name: value for name, value in query.items() if value}
    return f"{path}?{urlencode(given)}" if given else path


def plain_amount(amount: Decimal | None) -> str:
    """An amount of money as it can be typed."""
    return "" if amount is None else f"{amount:.2f}"


def office_name(number: str) -> str:
    """A customs office as people know it, with its COL number."""
    office = reference_data.customs_office(number)
    return f"{office.name} ({number})" if office else number

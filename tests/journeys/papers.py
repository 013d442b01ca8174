"""What people hold in their hands: the paper licence, its scan, the customs declaration."""

import copy
import itertools
import random
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

from deploy.demonstration.papers import scan_of
from services.licences.domain.reading import read_boxes
from services.validation.domain.mrn import check_digit

TODAY = datetime.now(UTC).date()
ARRIVAL_DAY = TODAY + timedelta(days=10)
_serials = itertools.count(random.randrange(1_000, 80_000))  # noqa: S311 - only to be different from other runs

_PAPER: dict[str, Any] = {
    "issuing_authority": {"name": "PT Mutuagung Lestari", "address": "Jl. Raya Bogor, Depok", "country": "ID"},
    "issuing_country_use": "FOR EXPORT TO THE EUROPEAN UNION",
    "expiry_date": (TODAY + timedelta(days=70)).isoformat(),
    "country_of_export": "ID",
    "transport_mode": "1",
    "licensee": {"name": "PT Kayu Indah", "address": "Jl. Pelabuhan 7, Semarang", "country": "ID"},
    "commodities": [
        {
            "description": "Teak garden chairs",
            "commodity_code": "940169",
            "species": [{"name": "Teak (Tectona grandis)", "countries_of_harvest": ["ID"]}],
            "volume_m3": 12.5,
            "net_weight_kg": 8200,
            "units": [{"count": 400, "unit": "C62"}],
        }
    ],
    "global_measure": None,
    "distinguishing_marks": "INVOICE 2026-118; CONTAINER MSKU 1234567",
    "signature": {"place": "Depok", "date": (TODAY - timedelta(days=20)).isoformat()},
}


def a_number() -> str:
    """A licence number that no other paper has."""
    return f"{TODAY:%y}.{next(_serials):05}-00123.003-ID-BE"


def paper(**changes: Any) -> dict[str, Any]:
    """A licence on which every rule is kept, with a number of its own and some boxes filled in otherwise."""
    return {**copy.deepcopy(_PAPER), "licence_number": a_number(), **changes}


def expired_paper() -> dict[str, Any]:
    """One that ended the day before yesterday: yesterday is still today somewhere."""
    signature = {"place": "Depok", "date": (TODAY - timedelta(days=90)).isoformat()}
    return paper(expiry_date=(TODAY - timedelta(days=2)).isoformat(), signature=signature)


def unmeasured_paper() -> dict[str, Any]:
    """One with neither volume nor weight."""
    (line,) = _PAPER["commodities"]
    return paper(commodities=[{**line, "volume_m3": None, "net_weight_kg": None}])


def typed(boxes: dict[str, Any]) -> dict[str, str]:
    """The boxes as a person types them into the form: a text for each field's name."""
    return dict(_typed("boxes", boxes))


def _typed(name: str, value: Any) -> Iterator[tuple[str, str]]:
    if isinstance(value, dict):
        for part, inner in value.items():
            yield from _typed(f"{name}.{part}", inner)
    elif isinstance(value, list) and value and isinstance(value[0], dict):
        for index, inner in enumerate(value):
            yield from _typed(f"{name}.{index}", inner)
    elif value is not None:
        yield name, "; ".join(value) if isinstance(value, list) else str(value)


def scan(boxes: dict[str, Any]) -> bytes:
    """The paper as a scanner sees it (JPEG)."""
    return scan_of(read_boxes(boxes)[0])


def declaration_number() -> str:
    """A valid MRN of a Belgian declaration."""
    characters = f"{TODAY:%y}BE{next(_serials):013}"
    return f"{characters}{check_digit(characters)}"

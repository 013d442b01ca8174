"""`python -m services.identity authorities show [WORDS] | export [--kind --country] | load FILE [--from DATE]`."""

import argparse
import csv
import sys
from collections.abc import Sequence
from dataclasses import fields, replace
from datetime import date
from pathlib import Path
from typing import Any, TextIO

from services.identity.domain.authorities import KINDS, Authority
from services.identity.use_cases.authority_data import export_authorities, load_corrections
from shared.problems import WrongContent
from shared.service import Service
from shared.web.i18n import translated

COLUMNS = tuple(field.name for field in fields(Authority))
DAYS = ("valid_from", "valid_until")
NEEDED = ("kind", "code", "name", "country")


def prepare_authorities(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("act", choices=["show", "export", "load"])
    parser.add_argument("what", nargs="?", default="", help="show: words of the name or code; load: the CSV file")
    parser.add_argument("--kind", choices=KINDS, help="show, export: only this kind")
    parser.add_argument("--country", help="show, export: only this country")
    parser.add_argument(
        "--from", dest="first_day", type=date.fromisoformat, help="load: first day of rows without valid_from"
    )


async def authorities(service: Service, chosen: argparse.Namespace) -> None:
    """Show, write as CSV, or add and correct from such a CSV: all rows of it or none."""
    if chosen.act == "load":
        await _load(service, _rows_of(chosen.what, chosen.first_day))
        return
    async with service.work() as work:
        text = chosen.what if chosen.act == "show" else ""
        found = await export_authorities(work, kind=chosen.kind, country=chosen.country, text=text)
        today = work.now.date()
    if chosen.act == "export":
        write(found, sys.stdout)
        return
    for authority in found:
        state = "open" if authority.open_on(today) else "closed"
        _say(f"{authority.kind:8} {authority.code:12} {state:6} {authority.name} <{authority.mailbox or 'no mailbox'}>")
    _say(f"{len(found)} found.")


async def _load(service: Service, wanted: Sequence[Authority]) -> None:
    try:
        async with service.work() as work:
            added, corrected = await load_corrections(work, wanted)
    except WrongContent as refusal:
        wrong = "\n".join(f"{e.field}: {translated(e.message, e.params)}" for e in refusal.errors)
        raise SystemExit(f"Nothing was loaded.\n{wrong}") from refusal
    _say(f"{len(wanted)} rows: {added} added, {corrected} corrected, the others were so already.")


def _rows_of(name: str, first_day: date | None) -> list[Authority]:
    if not name or not (path := Path(name)).is_file():
        raise SystemExit("Which file? `authorities load FILE`; `authorities export` writes one to begin with.")
    with path.open(encoding="utf-8-sig", newline="") as file:
        return read(file, first_day=first_day)


def write(found: Sequence[Authority], file: TextIO) -> None:
    """As CSV, one row each, with the columns that `read` understands."""
    writer = csv.writer(file, lineterminator="\n")
    writer.writerow(COLUMNS)
    writer.writerows([getattr(authority, column) for column in COLUMNS] for authority in found)


def read(file: TextIO, *, first_day: date | None = None) -> list[Authority]:
    """The rows of a CSV. Ends the command when a column or a date cannot be read."""
    reader = csv.DictReader(file)
    if missing := [column for column in NEEDED if column not in (reader.fieldnames or ())]:
        raise SystemExit(f"These columns are missing: {', '.join(missing)}.")
    return [_authority(row, reader.line_num, first_day) for row in reader]


def _authority(row: dict[str, Any], line: int, first_day: date | None) -> Authority:
    known = {column: row.get(column) or "" for column in COLUMNS}
    try:
        days = {name: date.fromisoformat(known[name]) if known[name] else None for name in DAYS}
    except ValueError as wrong:
        raise SystemExit(f"Line {line}: {wrong}") from wrong
    authority = Authority(**known | {"mailbox": known["mailbox"] or None} | days)
    return replace(authority, valid_from=authority.valid_from or first_day)


def _say(text: str) -> None:
    print(text)  # noqa: T201 - the answer of a command

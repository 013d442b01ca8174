"""The commands of validation beside those that every service has."""

import argparse
import asyncio
import sys
from datetime import date
from pathlib import Path
from uuid import UUID

from services.validation import reports
from services.validation.pages.stuck import owner_name, state_word
from services.validation.service import Validation
from services.validation.use_cases.reporting import make_report
from services.validation.use_cases.serving import part_with_others
from services.validation.use_cases.verifying import verify_history
from services.validation.use_cases.waiting import find_stuck
from shared import reference_data
from shared.problems import WrongContent
from shared.service import Service


def prepare_report(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--country", required=True, help="the Member State, such as BE")
    parser.add_argument("--year", type=int, required=True)
    parser.add_argument(
        "--as-of", type=date.fromisoformat, help="as known at the end of this day; today when not given"
    )
    parser.add_argument("--format", choices=["text", "csv", "xlsx"], default="text")
    parser.add_argument("--to", type=Path, help="write into this file (needed for xlsx)")


async def report(service: Service, chosen: argparse.Namespace) -> None:
    """The yearly report of a Member State (2173/2005 art. 8)."""
    if chosen.format == "xlsx" and chosen.to is None and sys.stdout.isatty():
        raise SystemExit("A spreadsheet is no text: say where to write it with --to.")
    try:
        async with service.work() as work:
            made = await make_report(work, chosen.country.upper(), year=chosen.year, as_of=chosen.as_of)
    except WrongContent as refusal:
        raise SystemExit("\n".join(error.message for error in refusal.errors)) from refusal
    if chosen.format == "xlsx":
        content = reports.as_xlsx(made)
    else:
        content = (reports.as_csv(made) if chosen.format == "csv" else reports.as_text(made) + "\n").encode()
    if chosen.to:
        await asyncio.to_thread(chosen.to.write_bytes, content)
    else:
        sys.stdout.buffer.write(content)
        sys.stdout.buffer.flush()


def prepare_history(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("act", choices=["verify"])
    parser.add_argument("--case", type=UUID, help="only the history of this licence's case")


async def history(service: Service, chosen: argparse.Namespace) -> None:
    """Verify the chained history; names the first broken entry and ends with 1."""
    done = await verify_history(service.work, only=chosen.case)
    say(f"{done.entries} entries of {done.cases} cases verified.")
    if done.broken:
        where = f"entry {done.broken.position} of {done.broken.at:%Y-%m-%d %H:%M:%S}" if done.broken.at else "history"
        say(f"BROKEN: case {done.broken.licence_id}, {where}: {done.broken.why}.")
        raise SystemExit(1)


def prepare_stuck(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--country", help="only cases of this Member State")


async def stuck(service: Service, chosen: argparse.Namespace) -> None:
    """Cases beyond their limits, unsent events and parked messages; ends with 1 when there is any."""
    countries = [chosen.country.upper()] if chosen.country else list(reference_data.member_states())
    cursor, count = None, 0
    while True:
        async with service.work() as work:
            page = await find_stuck(work, countries, cursor=cursor, limit=500)
            now = work.now
        for case in page.items:
            beyond = case.overdue_by(now).days
            say(f"{case.licence_number}  {state_word(case)}  {beyond} days beyond {case.days}  {owner_name(case)}")
        count, cursor = count + len(page.items), page.next
        if cursor is None:
            break
    oldest = page.unsent.oldest.isoformat() if page.unsent.oldest else "none"
    say(f"{count} cases stuck. Unsent: {page.unsent.count} (oldest: {oldest}). Parked: {page.parked}.")
    if count or page.unsent.failed or page.parked:
        raise SystemExit(1)


def prepare_forget_others(_parser: argparse.ArgumentParser) -> None:
    """No arguments: the settings say which Member States this cell serves."""


async def forget_others(service: Service, _chosen: argparse.Namespace) -> None:
    """Make a copy of another cell's database this cell's own: only the cases of its COUNTRIES stay."""
    if not isinstance(service, Validation):
        raise TypeError("this command belongs to validation")
    async with service.work() as work:
        count = await part_with_others(work, service.settings.served)
    say(f"{count} cases of other Member States deleted.")


def say(text: str) -> None:
    """Answer the person who typed the command."""
    print(text)  # noqa: T201 - the answer of a command


COMMANDS = {
    "report": ("the yearly report of a Member State, as known on any day", prepare_report, report),
    "history": ("verify that the history of cases is as it was written", prepare_history, history),
    "forget-others": ("keep only the cases of COUNTRIES in a copied database", prepare_forget_others, forget_others),
    "stuck": ("what does not move, and who owes the next step", prepare_stuck, stuck),
}

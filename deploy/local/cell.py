"""`make cell COUNTRY=BE`: an authority cell beside the product that `make up` runs (`--stop` to stop it again)."""

import argparse
import json
import os
import sys
import time
from pathlib import Path

import httpx

from deploy.local.processes import ROOT
from deploy.local.up import only_one_runs, say
from shared.reference_data import member_states

WITHIN = 600.0  # seconds until the cell has to be there: a large database takes its time to be copied


def wishes(directory: Path) -> tuple[Path, dict[str, str]]:
    """The file with which the launcher is told what shall run, and what stands in it."""
    file = directory / "cells-wanted.json"
    try:
        return file, json.loads(file.read_text())
    except FileNotFoundError:
        return file, {}


def wish(directory: Path, country: str, state: str) -> None:
    """Tell the launcher, which starts and stops everything. What it could not do it takes out of the file again."""
    file, wanted = wishes(directory)
    draft = file.with_suffix(".new")
    draft.write_text(json.dumps({**wanted, country: state}))
    draft.replace(file)


def answers(port: int | None) -> bool:
    """Whether the cell's validation is ready behind its address."""
    if port is None:
        return False
    try:
        answer = httpx.get(f"http://127.0.0.1:{port}/validation/health/ready", trust_env=False, timeout=5)
    except httpx.TransportError:
        return False
    return answer.status_code == 200


def main() -> int:
    parser = argparse.ArgumentParser(prog="make cell", description="Validation for one Member State alone.")
    parser.add_argument("country", help="its ISO code, such as BE")
    parser.add_argument("--stop", action="store_true", help="stop it; what is told meanwhile waits for it")
    chosen = parser.parse_args()
    country = chosen.country.upper()
    directory = Path(os.environ.get("LOCAL_DIR") or ROOT / ".local")
    if country not in member_states():
        say(f"{country or 'COUNTRY'} is no Member State; for example: make cell COUNTRY=BE")
        return 2
    if not only_one_runs(directory):
        say("The product does not run from here. Start it with `make up`, and then the cell from another terminal.")
        return 2
    wish(directory, country, "stopped" if chosen.stop else "running")
    if not chosen.stop:
        say(f"The cell of {country} starts. The first time validation stands still until its database is copied …")
    limit = time.monotonic() + WITHIN
    while time.monotonic() < limit:
        if country not in wishes(directory)[1]:
            say("It did not work. The terminal of `make up` says why.")
            return 1
        doors = json.loads((directory / "cells.json").read_text()) if (directory / "cells.json").exists() else {}
        port = doors.get(country)
        if answers(port) != chosen.stop:
            say("It is stopped." if chosen.stop else f"The cell of {country} runs at http://localhost:{port}")
            return 0
        time.sleep(0.5)
    wanted = "stopped" if chosen.stop else "ready"
    say(f"The cell of {country} is not {wanted} after {WITHIN:.0f} s; see {directory}/logs.")
    return 1


if __name__ == "__main__":
    sys.exit(main())

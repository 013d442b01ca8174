"""`make run CMD='validation stuck'`: a command of a service that `make up` runs, with the settings it runs with."""

import json
import os
import subprocess
import sys
from pathlib import Path

from deploy.local.processes import ROOT, python
from deploy.local.product import service_of, settings_file, surroundings
from deploy.local.up import only_one_runs, say


def main() -> int:
    directory = Path(os.environ.get("LOCAL_DIR") or ROOT / ".local")
    name, *words = sys.argv[1:] or [""]
    file = settings_file(directory, name)
    if not only_one_runs(directory):
        say("The product does not run from here. Start it with `make up`, and ask from another terminal.")
        return 2
    if not file.exists():
        known = ", ".join(sorted(found.stem for found in file.parent.glob("*.json")))
        say(f"{name or 'CMD'} is none of {known}; for example: make run CMD='validation stuck'")
        return 2
    settings = surroundings(json.loads(file.read_text()))
    return subprocess.run(python(f"services.{service_of(name)}", *words), env=settings, check=False).returncode  # noqa: S603


if __name__ == "__main__":
    sys.exit(main())

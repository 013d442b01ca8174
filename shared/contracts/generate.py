"""`python -m shared.contracts.generate`: write the JSON Schemas of all events, the AsyncAPI documents of all services.

What lies in the tree is what others rely on. So a change that would break somebody is not written but refused.
"""

import json
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from shared.asyncapi import asyncapi_document
from shared.contracts import HEARS, event_types
from shared.contracts.schema import breaks, schema_of

FOLDER = Path(__file__).parent
ADVICE = "A new optional field keeps the version; any other change is a new type beside the old one (….v2)."


def documents() -> dict[Path, dict[str, Any]]:
    """Every generated file, as it should stand in the tree."""
    schemas = {_schema_path(wire_name): schema_of(event) for wire_name, event in event_types().items()}
    return schemas | {FOLDER / "asyncapi" / f"{service}.json": asyncapi_document(service) for service in sorted(HEARS)}


def text_of(document: Mapping[str, Any]) -> str:
    """A document as it is written."""
    return json.dumps(document, indent=2, ensure_ascii=False) + "\n"


def refusals(folder: Path = FOLDER / "schemas") -> list[str]:
    """What of the present contracts would break those who rely on the published ones in `folder`."""
    events, found = event_types(), []
    for path in sorted(folder.glob("*.json")):
        event = events.get(path.stem)
        if event is None:
            found.append(f"{path.stem}: the event was removed or renamed")
            continue
        published = json.loads(path.read_text(encoding="utf-8"))
        found += [f"{path.stem}: {reason}" for reason in breaks(published, schema_of(event))]
    return found


def main() -> int:
    """Write everything, or nothing and say why."""
    if found := refusals():
        sys.stderr.write("\n".join([*found, "", ADVICE, ""]))
        return 1
    for path, document in documents().items():
        path.parent.mkdir(exist_ok=True)
        path.write_text(text_of(document), encoding="utf-8")
    return 0


def _schema_path(wire_name: str) -> Path:
    return FOLDER / "schemas" / f"{wire_name}.json"


if __name__ == "__main__":
    sys.exit(main())

"""`make up` with stand-ins in place of the services."""

import sys
from pathlib import Path

from deploy.local import product, up

STAND_IN = str(Path(__file__).with_name("stand_in.py"))


def stand_in(_: product.Product, name: str) -> list[str]:
    return [sys.executable, STAND_IN, name]


product.Product.service_command = stand_in  # type: ignore[method-assign]

if __name__ == "__main__":
    sys.exit(up.main())

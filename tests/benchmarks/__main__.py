"""`make bench`: starts the servers it needs, runs every comparison, prints ratios."""

import argparse
import asyncio
import logging
import tempfile
from pathlib import Path

from deploy.local.broker import EmbeddedBroker
from deploy.local.kafka import Kafka
from deploy.local.postgres import Postgres
from shared.contracts import topics
from shared.database import migrate
from tests.benchmarks import relay

ROOT = Path(__file__).parents[2]
BROKERS = {"embedded": EmbeddedBroker, "kafka": Kafka}


async def main() -> None:
    """Run what was asked for; all without arguments."""
    parser = argparse.ArgumentParser(prog="make bench")
    parser.add_argument("only", nargs="*", default=["relay"])
    parser.add_argument("--broker", choices=BROKERS, default="embedded")
    chosen = parser.parse_args()
    logging.getLogger().setLevel(logging.ERROR)
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        kind = BROKERS[chosen.broker]
        async with (
            Postgres(Path(folder) / "postgres", durable=True) as postgres,
            kind(Path(folder) / "broker", topics()) as broker,
        ):
            if "relay" in chosen.only:
                url = await postgres.create_database("bench_relay", owner="validation")
                await migrate(url, ROOT / "tests/shared/migrations")
                await relay.measure(postgres.url("bench_relay", role="validation"), broker.bootstrap)
        await asyncio.to_thread(postgres.remove)


if __name__ == "__main__":
    asyncio.run(main())

"""`make bench`: starts the servers it needs, runs every comparison, prints ratios."""

import argparse
import asyncio
import gc
import logging
import tempfile
from contextlib import nullcontext
from pathlib import Path

from deploy.local.broker import EmbeddedBroker
from deploy.local.kafka import Kafka
from deploy.local.postgres import Postgres
from shared.command import GC_THRESHOLD
from shared.contracts import topics
from shared.database import migrate
from shared.settings import ServiceSettings
from tests.benchmarks import consumer, licence_search, operators, reach, relay, sign_in, writing

ROOT = Path(__file__).parents[2]
BROKERS = {"embedded": EmbeddedBroker, "kafka": Kafka}


async def main() -> None:
    """Run what was asked for; all without arguments."""
    parser = argparse.ArgumentParser(prog="make bench")
    parser.add_argument("only", nargs="*", default=["relay", "consumer", "reach", "writing", "sign_in", "operators"])
    parser.add_argument(
        "--count", type=int, default=100_000, help="how many cases `rebuild` rebuilds (1000000 for all)"
    )
    parser.add_argument(
        "--sizes",
        type=int,
        nargs="+",
        default=licence_search.SIZES,
        help="among how many licences `licence_search` searches",
    )
    parser.add_argument("--keep", type=Path, help="where `licence_search` keeps its licences for the next run")
    parser.add_argument("--broker", choices=BROKERS, default="embedded")
    chosen = parser.parse_args()
    logging.getLogger().setLevel(logging.ERROR)
    gc.set_threshold(*GC_THRESHOLD)  # as `serve` does; the plain contenders have the same
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        kind = BROKERS[chosen.broker]
        async with (
            Postgres(Path(folder) / "postgres", durable=True) as postgres,
            kind(Path(folder) / "broker", topics()) as broker,
        ):
            idempotent = kind.settings["KAFKA_IDEMPOTENCE"] == "true"
            as_it_runs = {
                "kafka_fetch_max_wait_ms": int(kind.settings["KAFKA_FETCH_MAX_WAIT_MS"]),
                "kafka_poll_ms": ServiceSettings.model_fields["kafka_poll_ms"].default,
                "relay_poll_seconds": ServiceSettings.model_fields["relay_poll_seconds"].default,
            }
            if "relay" in chosen.only:
                url = await _database(postgres, "relay", ROOT / "tests/shared/migrations", "validation")
                await relay.measure(url, broker.bootstrap, kafka_idempotence=idempotent)
            if "consumer" in chosen.only:
                url = await _database(postgres, "consumer", ROOT / "services/validation/migrations", "validation")
                await consumer.measure(url, broker.bootstrap, Path(folder), kafka_idempotence=idempotent)
            if "reach" in chosen.only:
                url = await _database(postgres, "reach", ROOT / "services/validation/migrations", "validation")
                teller = await _database(postgres, "teller", ROOT / "tests/shared/migrations", "licences")
                await reach.measure(
                    url, teller, broker.bootstrap, Path(folder), kafka_idempotence=idempotent, **as_it_runs
                )
            if "rebuild" in chosen.only:
                url = await _database(postgres, "rebuild", ROOT / "services/validation/migrations", "validation")
                await consumer.measure(
                    url, broker.bootstrap, Path(folder), count=chosen.count, rounds=2, kafka_idempotence=idempotent
                )
            if "writing" in chosen.only:
                url = await _database(postgres, "writing", ROOT / "services/licences/migrations", "licences")
                await writing.measure(url, Path(folder) / "attachments")
            if "sign_in" in chosen.only:
                url = await _database(postgres, "sign_in", ROOT / "services/identity/migrations", "identity")
                await sign_in.measure(url)
            if "operators" in chosen.only:
                url = await _database(postgres, "operators", ROOT / "services/identity/migrations", "identity")
                await operators.measure(url)
            if "licence_search" in chosen.only:
                kept = Postgres(chosen.keep, durable=True) if chosen.keep else nullcontext(postgres)
                async with kept as server:
                    await licence_search.measure(server, chosen.sizes)
        await asyncio.to_thread(postgres.remove)


async def _database(postgres: Postgres, name: str, migrations: Path, owner: str) -> str:
    url = await postgres.create_database(f"bench_{name}", owner=owner)
    await migrate(url, migrations)
    return url


if __name__ == "__main__":
    asyncio.run(main())

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
PLAIN = ROOT / "tests/shared/migrations"
"""A database with the shared tables alone."""
MIGRATIONS = {name: ROOT / f"services/{name}/migrations" for name in ("identity", "licences", "validation")}
BROKERS = {"embedded": EmbeddedBroker, "kafka": Kafka}


async def main() -> None:
    """Run what was asked for; all without arguments."""
    chosen = _asked()
    logging.getLogger().setLevel(logging.ERROR)
    gc.set_threshold(*GC_THRESHOLD)  # as `serve` does; the plain contenders have the same
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as name:
        folder = Path(name)
        async with (
            Postgres(folder / "postgres", durable=True) as postgres,
            BROKERS[chosen.broker](folder / "broker", topics()) as broker,
        ):
            await _between_services(chosen, postgres, broker, folder)
            await _within_services(chosen, postgres, folder)
        await asyncio.to_thread(postgres.remove)


def _asked() -> argparse.Namespace:
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
    return parser.parse_args()


async def _between_services(
    chosen: argparse.Namespace, postgres: Postgres, broker: EmbeddedBroker | Kafka, folder: Path
) -> None:
    """What goes through a broker."""
    idempotent = broker.settings["KAFKA_IDEMPOTENCE"] == "true"
    as_it_runs = {
        "kafka_fetch_max_wait_ms": int(broker.settings["KAFKA_FETCH_MAX_WAIT_MS"]),
        "kafka_poll_ms": ServiceSettings.model_fields["kafka_poll_ms"].default,
        "relay_poll_seconds": ServiceSettings.model_fields["relay_poll_seconds"].default,
    }
    if "relay" in chosen.only:
        url = await _database(postgres, "relay", PLAIN, "validation")
        await relay.measure(url, broker.bootstrap, kafka_idempotence=idempotent)
    if "consumer" in chosen.only:
        url = await _database(postgres, "consumer", MIGRATIONS["validation"], "validation")
        await consumer.measure(url, broker.bootstrap, folder, kafka_idempotence=idempotent)
    if "reach" in chosen.only:
        url = await _database(postgres, "reach", MIGRATIONS["validation"], "validation")
        teller = await _database(postgres, "teller", PLAIN, "licences")
        await reach.measure(url, teller, broker.bootstrap, folder, kafka_idempotence=idempotent, **as_it_runs)
    if "rebuild" in chosen.only:
        url = await _database(postgres, "rebuild", MIGRATIONS["validation"], "validation")
        await consumer.measure(
            url, broker.bootstrap, folder, count=chosen.count, rounds=2, kafka_idempotence=idempotent
        )


async def _within_services(chosen: argparse.Namespace, postgres: Postgres, folder: Path) -> None:
    """What one service does with its database."""
    if "writing" in chosen.only:
        url = await _database(postgres, "writing", MIGRATIONS["licences"], "licences")
        await writing.measure(url, folder / "attachments")
    if "sign_in" in chosen.only:
        await sign_in.measure(await _database(postgres, "sign_in", MIGRATIONS["identity"], "identity"))
    if "operators" in chosen.only:
        await operators.measure(await _database(postgres, "operators", MIGRATIONS["identity"], "identity"))
    if "licence_search" in chosen.only:
        kept = Postgres(chosen.keep, durable=True) if chosen.keep else nullcontext(postgres)
        async with kept as server:
            await licence_search.measure(server, chosen.sizes)


async def _database(postgres: Postgres, name: str, migrations: Path, owner: str) -> str:
    url = await postgres.create_database(f"bench_{name}", owner=owner)
    await migrate(url, migrations)
    return url


if __name__ == "__main__":
    asyncio.run(main())

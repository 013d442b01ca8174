"""The whole service at work: events from the broker, mails out, facts told back."""

from datetime import UTC, datetime
from uuid import uuid4

from aiokafka import AIOKafkaProducer

from services.notifications.main import build
from services.notifications.settings import Settings
from shared.contracts.identity import RoleRefused
from shared.testing.people import Issuer
from shared.testing.settings import settings_for
from shared.testing.waiting import until
from tests.notifications import facts
from tests.notifications.conftest import MailSink, record_of, words_of


async def test_events_from_the_broker_become_mails_whatever_their_order(
    database_url: str, kafka: str, sink: MailSink, issuer: Issuer
) -> None:
    settings = settings_for(
        Settings,
        database_url,
        kafka=kafka,
        kafka_group=f"notifications-{uuid4().hex[:6]}",
        smtp_host="127.0.0.1",
        smtp_port=sink.port,
        smtp_tls="none",
        mail_from="no-reply@flegt.example",
        **issuer.settings,
    )
    app = build(settings)
    ana = facts.account()
    events = [RoleRefused(role=facts.role(ana.account_id), reason="No such company"), ana]
    producer = AIOKafkaProducer(bootstrap_servers=kafka, enable_idempotence=False)
    await producer.start()
    try:
        async with app.router.lifespan_context(app):
            for event in events:
                record = record_of(event, uuid4(), datetime.now(UTC))
                await producer.send_and_wait(event.topic, record.value, key=record.key, headers=list(record.headers))
            [mail] = await sink.wait_for(ana.email)
            assert "No such company" in words_of(mail)

            async def told() -> bool:
                async with app.state.service.work() as work:
                    return bool(
                        await work.db.fetchval(
                            "SELECT NOT EXISTS (SELECT FROM outbox_unsent) AND EXISTS (SELECT FROM outbox)"
                        )
                    )

            await until(told, what="the sending is told to the broker")
    finally:
        await producer.stop()

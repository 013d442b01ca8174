"""Working out how risky a case looks: not while it is opened, which has to be fast, but soon after, or to decide."""

from collections.abc import Collection

from services.validation import storage
from services.validation.domain.policy import Policy
from services.validation.domain.risk import Assessment, Signs, assess, is_sampled
from services.validation.storage import StoredCase
from services.validation.use_cases.checking import check_case
from shared import reference_data
from shared.work import Work

AT_ONCE = 50
"""Cases in one transaction: they stay locked for some tenths of a second."""
PAPER_COPY = 2
"""The box whose files are the scan of the licence."""


async def assess_waiting(work: Work, *, countries: Collection[str] = (), key: bytes = b"") -> int:
    """Assess some of the cases that have to be; returns how many. Several may do this at once, each its own cases."""
    waiting = await storage.unassessed(work.db, countries or None, limit=AT_ONCE)
    if waiting:
        await _assess(work, waiting, key)
    return len(waiting)


async def risk_of(work: Work, case: StoredCase) -> int:
    """How risky the case looks, worked out now if it has not been: a decision may hang on it."""
    if case.assessed_at is not None:
        return case.risk
    assessments = await _assess(work, [case], None)
    return assessments[0].score


async def _assess(work: Work, cases: Collection[StoredCase], key: bytes | None) -> list[Assessment]:
    """Without a key nothing is drawn: whoever decides before the turn of a case is not surprised by a sample."""
    policies = await storage.policies_of(work.db, sorted({case.country for case in cases}), unchanging=True)
    assessed = []
    for case in cases:
        policy = policies.get(case.country, Policy())
        assessment = assess(await check_case(work, case), await _signs(work, case), policy.weights)
        drawn = key is not None and is_sampled(case.licence_id, policy.sampling_percent, key)
        assessed.append((case.licence_id, assessment, case.sampled or drawn))
    await storage.keep_assessments(work.db, assessed, at=work.now)
    return [assessment for _licence_id, assessment, _sampled in assessed]


async def _signs(work: Work, case: StoredCase) -> Signs:
    earlier, _rejected = await storage.earlier_of_parties(work.db, case)
    since = (country.since for country in reference_data.vpa_countries() if country.code == case.vpa_country)
    return Signs(
        lodged_on=case.lodged_on,
        expiry_date=case.expiry_date,
        earlier=earlier,
        flags=len(case.licence.flags),
        has_scan=case.licence.issued_electronically or any(a.box == PAPER_COPY for a in case.licence.attachments),
        issuing_since=next(since, None),
    )

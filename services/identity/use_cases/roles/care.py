"""What happens to roles by itself: they end on their day, and those who decide are reminded of what waits."""

from datetime import timedelta

from services.identity.storage import roles as storage
from services.identity.use_cases.roles.recording import fact, note
from shared.contracts import identity as contracts
from shared.work import Work

AT_ONCE = 200


async def end_passed_roles(work: Work) -> int:
    """Note the end of roles whose last day has passed, and tell it once. Returns how many; again while there are any.

    They stopped working at that moment already: every service looks at the end itself.
    """
    over = await storage.over(work.db, at=work.now, limit=AT_ONCE)
    for role in over:
        ended = role.end(at=work.now)
        await storage.save(work.db, ended)
        await note(work, "role_ended", ended, None)
        work.tell(contracts.RoleEnded(role=fact(ended)))
    return len(over)


async def remind_of_waiting(work: Work, *, period: timedelta) -> int:
    """Tell of requests that have waited for another whole period. Returns how many; again while there are any."""
    waiting = await storage.remind(work.db, at=work.now, period=period, limit=AT_ONCE)
    for request in waiting:
        role = request.role
        work.tell(
            contracts.RoleRequestWaiting(role=fact(role), person_name=request.person_name, since=role.requested_at)
        )
    return len(waiting)

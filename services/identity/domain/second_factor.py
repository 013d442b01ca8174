"""What counts as a second factor, for how long a proof is fresh, and codes for the day the phone is lost."""

import hashlib
import re
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from services.identity.domain.refusals import N_, Mistakes, NotNow

FACTORS_AT_MOST = 10
NAME_LENGTH = 60
STEP_LIVES = timedelta(minutes=10)
"""How long a sign-in waits for its second step."""
CHALLENGE_LIVES = timedelta(minutes=5)
PROOF_LIVES = timedelta(minutes=10)
"""How long a proof is fresh enough to change the factors themselves."""
CODE_SECONDS = 30
CODES_BESIDE = 1
"""How many codes before and after the present one are taken, as clocks differ."""
RECOVERY_CODES = 10

_RECOVERY_LETTERS = "abcdefghjkmnpqrstuvwxyz23456789"
_RECOVERY_LENGTH = 16
_RECOVERY_GROUP = 4
_APP_CODE = re.compile(r"\d{6}")


class TooManyFactors(NotNow):
    message = N_("Ten second factors are enough. Remove one that you no longer use.")
    code = "too_many_factors"


class NothingToRecover(NotNow):
    message = N_("Recovery codes stand in for a second factor, and there is none yet.")
    code = "no_second_factor"


@dataclass(frozen=True)
class Factor:
    """An authenticator app or a passkey, as its owner sees it. `kind`: app or passkey."""

    id: UUID
    kind: str
    name: str
    created_at: datetime
    used_at: datetime | None


def is_fresh(proven_at: datetime | None, now: datetime) -> bool:
    """Whether a second factor was shown so lately that no new proof is needed."""
    return proven_at is not None and now - proven_at < PROOF_LIVES


def check_name(name: str, *, field: str = "name") -> str:
    """The name by which a person tells one factor from another. Raises WrongFields."""
    wrong = Mistakes()
    name = wrong.text(field, name, required=N_("Enter a name, such as work phone."), longest=NAME_LENGTH)
    wrong.refuse_if_any()
    return name


def time_step(now: datetime) -> int:
    """The number of the 30 seconds that an app's code belongs to (RFC 6238)."""
    return int(now.timestamp()) // CODE_SECONDS


def steps_taken(now: datetime, *, after: int) -> list[int]:
    """The steps whose codes are taken now: those near the present one, and later than the last that was used."""
    present = time_step(now)
    return [step for step in range(present - CODES_BESIDE, present + CODES_BESIDE + 1) if step > after]


def tidy(code: str) -> str:
    """A code without the blanks and hyphens by which people group it."""
    return re.sub(r"[\s\-]", "", code).lower()


def is_app_code(code: str) -> bool:
    """Whether it looks like an app's code, and not like a recovery code."""
    return _APP_CODE.fullmatch(code) is not None


def new_recovery_codes() -> list[str]:
    """A set for a sheet of paper; each has 79 bits, so that a fast hash is enough."""
    return [_new_recovery_code() for _ in range(RECOVERY_CODES)]


def _new_recovery_code() -> str:
    letters = "".join(secrets.choice(_RECOVERY_LETTERS) for _ in range(_RECOVERY_LENGTH))
    return "-".join(letters[i : i + _RECOVERY_GROUP] for i in range(0, _RECOVERY_LENGTH, _RECOVERY_GROUP))


def recovery_hash(account_id: UUID, code: str) -> bytes:
    """All that is kept of a recovery code."""
    return hashlib.sha256(account_id.bytes + tidy(code).encode()).digest()


def guessing_key(account_id: UUID) -> bytes:
    """Stands for this account's codes where guessing is counted, beside its password."""
    return hashlib.sha256(b"second factor" + account_id.bytes).digest()

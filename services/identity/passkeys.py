"""Passkeys: what a browser is asked (WebAuthn), and whether its answer is right."""

import json
import struct
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit
from uuid import UUID

from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from webauthn import (
    base64url_to_bytes,
    generate_authentication_options,
    generate_registration_options,
    options_to_json,
    verify_authentication_response,
    verify_registration_response,
)
from webauthn.helpers.exceptions import WebAuthnException
from webauthn.helpers.structs import (
    AuthenticatorSelectionCriteria,
    PublicKeyCredentialDescriptor,
    ResidentKeyRequirement,
    UserVerificationRequirement,
)

NAME = "FLEGT licences"
LONGEST_ANSWER = 20_000


@dataclass(frozen=True)
class Asked:
    """`options` go to the browser; the challenge in them is kept here until the answer comes."""

    options: dict[str, Any]
    challenge: bytes


@dataclass(frozen=True)
class Made:
    """A new passkey's public half."""

    credential_id: bytes
    public_key: bytes
    sign_count: int


class Passkeys:
    """For one origin. The device always verifies the person (finger, face, PIN), so each passkey is two factors."""

    def __init__(self, origin: str) -> None:
        self.origin = origin
        self.rp_id = urlsplit(origin).hostname or ""

    def ask_for_new(self, account_id: UUID, *, email: str, name: str, known: Iterable[bytes]) -> Asked:
        """Make a passkey for this account, on a device that has none of the `known` ones."""
        options = generate_registration_options(
            rp_id=self.rp_id,
            rp_name=NAME,
            user_id=account_id.bytes,
            user_name=email,
            user_display_name=name,
            authenticator_selection=AuthenticatorSelectionCriteria(
                resident_key=ResidentKeyRequirement.PREFERRED, user_verification=UserVerificationRequirement.REQUIRED
            ),
            exclude_credentials=_descriptors(known),
        )
        return Asked(json.loads(options_to_json(options)), options.challenge)

    def ask_for_proof(self, known: Iterable[bytes] = ()) -> Asked:
        """Sign with one of the `known` passkeys, or with any that the device has for this origin."""
        options = generate_authentication_options(
            rp_id=self.rp_id,
            allow_credentials=_descriptors(known),
            user_verification=UserVerificationRequirement.REQUIRED,
        )
        return Asked(json.loads(options_to_json(options)), options.challenge)

    def made(self, answer: str, challenge: bytes) -> Made | None:
        """The passkey that was made; None when the answer is not right."""
        if len(answer) > LONGEST_ANSWER:
            return None
        try:
            verified = verify_registration_response(
                credential=answer,
                expected_challenge=challenge,
                expected_rp_id=self.rp_id,
                expected_origin=self.origin,
                require_user_verification=True,
            )
        except _WRONG:
            return None
        return Made(verified.credential_id, verified.credential_public_key, verified.sign_count)

    def proven(self, answer: str, challenge: bytes, *, public_key: bytes, sign_count: int) -> int | None:
        """How often the passkey has signed now; None when the answer is not right.

        A count that does not grow (unless it is always 0) betrays a copy of the passkey, and is refused.
        """
        try:
            verified = verify_authentication_response(
                credential=answer,
                expected_challenge=challenge,
                expected_rp_id=self.rp_id,
                expected_origin=self.origin,
                credential_public_key=public_key,
                credential_current_sign_count=sign_count,
                require_user_verification=True,
            )
        except _WRONG:
            return None
        return verified.new_sign_count


def credential_of(answer: str) -> tuple[bytes, bytes | None] | None:
    """Which passkey an answer claims to come from, and whose; None when it cannot be read."""
    if len(answer) > LONGEST_ANSWER:
        return None
    try:
        read = json.loads(answer)
        owner = read["response"].get("userHandle")
        return base64url_to_bytes(read["rawId"]), base64url_to_bytes(owner) if owner else None
    except _WRONG:
        return None


def _descriptors(ids: Iterable[bytes]) -> list[PublicKeyCredentialDescriptor]:
    return [PublicKeyCredentialDescriptor(id=known) for known in ids]


# What comes from a browser may be anything; the library answers with these, whichever part cannot be read.
_WRONG = (
    WebAuthnException,
    InvalidSignature,
    UnsupportedAlgorithm,
    ValueError,
    LookupError,
    TypeError,
    AttributeError,
    struct.error,
)

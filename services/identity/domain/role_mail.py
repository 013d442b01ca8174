"""The mail that the guide of 2016 asks for with every role request, composed so that nobody has to write it.

Its five rules: From is the address of the person's own account; To is the support team; Cc is the official mailbox of
the national competent authority; title and body say that it is about a role request (or an additional one) for a
FLEGT timber importer, a FLEGT Competent Authority or a Customs Office; the body names the person and the company or
authority as in the form.
"""

from collections.abc import Callable
from dataclasses import dataclass
from urllib.parse import quote

from services.identity.domain.refusals import N_

Say = Callable[..., str]
"""Translates a text and fills in its values."""

_SUBJECTS = {
    ("importer", False): N_("Role request: FLEGT timber importer"),
    ("importer", True): N_("Additional role request: FLEGT timber importer"),
    ("msca", False): N_("Role request: FLEGT Competent Authority"),
    ("msca", True): N_("Additional role request: FLEGT Competent Authority"),
    ("customs", False): N_("Role request: Customs Office"),
    ("customs", True): N_("Additional role request: Customs Office"),
}
_KINDS = {
    "importer": N_("This is a role request for a FLEGT timber importer."),
    "agent": N_("This is a role request for a FLEGT timber importer, as an agent acting for importers."),
    "msca": N_("This is a role request for a FLEGT Competent Authority."),
    "customs": N_("This is a role request for a Customs Office."),
}
_ADDITIONAL = {
    "importer": N_("This is an additional role request for a FLEGT timber importer."),
    "agent": N_("This is an additional role request for a FLEGT timber importer, as an agent acting for importers."),
    "msca": N_("This is an additional role request for a FLEGT Competent Authority."),
    "customs": N_("This is an additional role request for a Customs Office."),
}
_BODIES = {
    "importer": N_("Operator company: %(value)s"),
    "msca": N_("Competent Authority: %(value)s"),
    "customs": N_("Customs Office: %(value)s"),
}


@dataclass(frozen=True)
class Mail:
    """A mail, word for word. `copy_to` is None where no competent authority has a mailbox."""

    sender: str
    to: str
    copy_to: str | None
    subject: str
    body: str

    @property
    def mailto(self) -> str:
        """The same as an address that opens a mail program (RFC 6068): lines end with CRLF, all is quoted."""
        fields = {"cc": self.copy_to, "subject": self.subject, "body": self.body.replace("\n", "\r\n")}
        asked = "&".join(f"{name}={quote(value, safe='')}" for name, value in fields.items() if value)
        return f"mailto:{quote(self.to, safe='@')}?{asked}"


@dataclass(frozen=True)
class Writer:
    """Who asks, as their own account says."""

    email: str
    first_name: str
    last_name: str


def compose(
    writer: Writer,
    *,
    kind: str,
    body_name: str,
    office: str | None,
    function: str,
    phone: str,
    reason: str,
    as_agent: bool,
    additional: bool,
    to: str,
    copy_to: str | None,
    say: Say,
) -> Mail:
    """The mail of one request, in the language of `say`."""
    kinds = _ADDITIONAL if additional else _KINDS
    where = f"{body_name} ({office})" if office else body_name
    lines = [
        say(kinds["agent" if as_agent else kind]),
        "",
        say(N_("First name: %(value)s"), value=writer.first_name),
        say(N_("Last name: %(value)s"), value=writer.last_name),
        say(_BODIES[kind], value=where),
        say(N_("Function: %(value)s"), value=function),
    ]
    if phone:
        lines.append(say(N_("Phone: %(value)s"), value=phone))
    if reason:
        lines += ["", say(N_("Reason:")), reason]
    return Mail(writer.email, to, copy_to, say(_SUBJECTS[kind, additional]), "\n".join(lines))

"""Translation: gettext catalogues read with Babel, and the language and time zone of whoever is being answered.

English source strings are the keys and are complete without a catalogue. A language is added by its catalogue,
`shared/locale/<language>/LC_MESSAGES/messages.po`; nothing has to be compiled.
"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from gettext import GNUTranslations, NullTranslations
from io import BytesIO
from pathlib import Path

from babel.core import negotiate_locale
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from starlette.requests import HTTPConnection

LANGUAGE_COOKIE = "flegt_language"
SOURCE_LANGUAGE = "en"
DEFAULT_ZONE = "Europe/Brussels"
LOCALE_FOLDER = Path(__file__).parent.parent / "locale"


@dataclass(frozen=True)
class Speech:
    """In which language, and by which clock, somebody is spoken to."""

    language: str = SOURCE_LANGUAGE
    zone: str = DEFAULT_ZONE


_NOBODY_IN_PARTICULAR = Speech()
_speech: ContextVar[Speech] = ContextVar("speech", default=_NOBODY_IN_PARTICULAR)
_catalogues: dict[str, NullTranslations] = {}
_SOURCE_TEXTS = NullTranslations()


def load(folder: Path = LOCALE_FOLDER) -> None:
    """Read every catalogue below `folder`, in place of those known before."""
    _catalogues.clear()
    for path in sorted(folder.glob("*/LC_MESSAGES/messages.po")):
        language = path.parent.parent.name
        compiled = BytesIO()
        with path.open("rb") as file:
            write_mo(compiled, read_po(file, locale=language))
        compiled.seek(0)
        _catalogues[language] = GNUTranslations(compiled)


def languages() -> list[str]:
    """The languages that can be chosen, English first."""
    return [SOURCE_LANGUAGE, *(language for language in _catalogues if language != SOURCE_LANGUAGE)]


def language_of(request: HTTPConnection) -> str:
    """The person's own language, else the one chosen in this browser, else what the browser prefers, else English."""
    person = getattr(request.state, "person", None)
    accepted = _accepted(request.headers.get("accept-language", ""))
    wished = [getattr(person, "language", None), request.cookies.get(LANGUAGE_COOKIE), *accepted]
    spoken = languages()
    for wish in filter(None, wished):
        if found := wish if wish in spoken else negotiate_locale([wish], spoken, sep="-"):
            return found
    return SOURCE_LANGUAGE


def zone_of(request: HTTPConnection) -> str:
    """The person's own time zone, else that of Brussels."""
    return getattr(getattr(request.state, "person", None), "time_zone", None) or DEFAULT_ZONE


def speech() -> Speech:
    """How the one being answered now is spoken to."""
    return _speech.get()


def speak(language: str, zone: str = DEFAULT_ZONE) -> None:
    """Use this language and time zone for the rest of this task (one request, one message)."""
    _speech.set(Speech(language, zone))


@contextmanager
def using(language: str, zone: str = DEFAULT_ZONE) -> Iterator[None]:
    """Use this language and time zone inside the block only."""
    before = _speech.set(Speech(language, zone))
    try:
        yield
    finally:
        _speech.reset(before)


def gettext(text: str, language: str | None = None, **params: object) -> str:
    """`text` in that language (else the present one), with `%(name)s` filled in when there are parameters."""
    return translated(text, params, language)


def translated(text: str, params: Mapping[str, object], language: str | None = None) -> str:
    """The same for parameters that travel as a mapping, as those of a refusal do."""
    return _filled(_catalogue(language).gettext(text) if text else "", params)


def ngettext(singular: str, plural: str, number: int, language: str | None = None, **params: object) -> str:
    """The form of the text that fits `number`, which is itself available as `%(num)s`."""
    return _filled(plural_form(singular, plural, number, language), {"num": number, **params})


def plural_form(singular: str, plural: str, number: int, language: str | None = None) -> str:
    """The form that fits `number`, nothing filled in."""
    return _catalogue(language).ngettext(singular, plural, number)


def _(text: str, /, **params: object) -> str:
    """The text in the present language."""
    return translated(text, params)


def N_(text: str) -> str:  # noqa: N802 - the name gettext tools look for
    """Marks a text for translators; it is translated later, where it is shown."""
    return text


def _catalogue(language: str | None) -> NullTranslations:
    return _catalogues.get(language or speech().language, _SOURCE_TEXTS)


def _filled(text: str, params: Mapping[str, object]) -> str:
    return text % params if params else text


def _accepted(header: str) -> list[str]:
    """Language tags of an Accept-Language header, the most wanted first."""
    weighted: list[tuple[float, str]] = []
    for part in header.split(",")[:20]:
        tag, _sep, quality = part.strip().partition(";q=")
        try:
            weighted.append((float(quality or 1), tag))
        except ValueError:
            continue
    return [tag for weight, tag in sorted(weighted, key=lambda item: -item[0]) if weight > 0 and tag]


load()

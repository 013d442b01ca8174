"""The mechanism end to end, with a language in which every text is the English one in brackets."""

from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from babel.messages.catalog import Catalog
from babel.messages.pofile import read_po, write_po

from shared.web import i18n, messages
from shared.web.i18n import N_, _, gettext, ngettext, using
from shared.web.words import role_name, state_name
from tests.shared.web.sample import ANNA, Somebody, browser, make_app, soup

PSEUDO = "eo"


@pytest.fixture
def pseudo(tmp_path: Path) -> Iterator[str]:
    template = tmp_path / "messages.pot"
    messages.extract(template)
    with template.open("rb") as file:
        source = read_po(file)
    catalogue = Catalog(locale=PSEUDO)
    for message in source:
        if message.id:
            in_brackets = tuple(f"[{text}]" for text in message.id) if message.pluralizable else f"[{message.id}]"
            catalogue.add(message.id, in_brackets, flags=message.flags)
    catalogue.add(("%(num)s licence", "%(num)s licences"), ("[%(num)s one]", "[%(num)s many]"))
    path = tmp_path / PSEUDO / "LC_MESSAGES" / "messages.po"
    path.parent.mkdir(parents=True)
    with path.open("wb") as file:
        write_po(file, catalogue)
    i18n.load(tmp_path)
    yield PSEUDO
    i18n.load()


async def test_a_page_is_in_the_language_the_browser_prefers(pseudo: str):
    async with browser(make_app(ANNA), **{"accept-language": f"xx, {pseudo};q=0.9, en;q=0.5"}) as client:
        response = await client.get("/sample/refused")
    page = soup(response)

    assert response.headers["content-language"] == pseudo
    assert page.html["lang"] == pseudo
    assert page.h1.text == "[This is not possible]"
    assert page.select_one(".account button[type=submit]:not(.menu__item)").text == "[Sign out]"
    assert page.select_one(".menu__label").text.startswith("[Importer]")


async def test_the_persons_own_language_goes_before_cookie_and_browser(pseudo: str):
    async with browser(make_app(Somebody(language=pseudo)), cookie="flegt_language=en") as client:
        own = await client.get("/sample/refused", headers={"accept-language": "en"})
    async with browser(make_app(), cookie=f"flegt_language={pseudo}") as client:
        chosen = await client.get("/sample/refused", headers={"accept-language": "en"})

    assert own.headers["content-language"] == pseudo
    assert chosen.headers["content-language"] == pseudo


@pytest.mark.parametrize("header", ["", "zz", "*", ";q=;;", "en;q=x", "../../etc/passwd", "fr-BE, nl;q=0.8"])
async def test_without_a_language_we_know_it_is_english(visitor: httpx.AsyncClient, header: str):
    response = await visitor.get("/sample/refused", headers={"accept-language": header})

    assert response.headers["content-language"] == "en"


async def test_what_a_rule_says_is_translated_with_its_values(pseudo: str):
    async with browser(make_app(Somebody(language=pseudo))) as client:
        token = soup(await client.get("/sample/form")).select_one("main input[name=csrf_token]")["value"]
        response = await client.post("/sample/form", data={"csrf_token": token, "reason": "x" * 200_000})

    assert response.status_code == 413
    assert soup(response).select_one(".prose .lead").text == "[At most 100\N{NO-BREAK SPACE}kB can be sent at once.]"


def test_mails_speak_the_language_of_each_recipient(pseudo: str):
    with using(pseudo):
        assert state_name("validation", "validated") == "[Validated]"
        assert role_name("importer") == "[Importer]"
        assert ngettext("%(num)s licence", "%(num)s licences", 1) == "[1 one]"
        assert ngettext("%(num)s licence", "%(num)s licences", 5) == "[5 many]"

    assert state_name("validation", "validated") == "Validated"
    assert ngettext("%(num)s licence", "%(num)s licences", 5) == "5 licences"
    assert gettext(N_("Validated"), pseudo) == "[Validated]"


def test_a_percent_sign_alone_is_left_alone_in_python():
    assert _("within 10 %") == "within 10 %"


def test_the_catalogue_template_holds_every_text(tmp_path: Path):
    """When this fails, texts were added or changed: `make messages` brings the template up to date."""
    messages.extract(tmp_path / "now.pot")

    assert _texts(messages.TEMPLATE) == _texts(tmp_path / "now.pot")


def test_sentences_of_rules_are_found_without_being_marked(tmp_path: Path):
    rules = tmp_path / "domain.py"
    rules.write_text('"""A docstring is none."""\ndef f(x):\n    raise Late(f"No {x}", "It came too late", "code")\n')

    with rules.open("rb") as file:
        found = [text for _line, _function, text, _comments in messages.sentences(file, {}, [], {})]

    assert found == ["It came too late"]


def _texts(path: Path) -> set[object]:
    with path.open("rb") as file:
        return {message.id for message in read_po(file)}

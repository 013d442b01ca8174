import httpx
import pytest
from starlette.datastructures import FormData

from shared.problems import FieldError, WrongContent
from shared.web.forms import Form
from tests.shared.web.sample import soup


async def token_of(client: httpx.AsyncClient) -> str:
    page = soup(await client.get("/sample/form"))
    return str(page.select_one("main input[name=csrf_token]")["value"])


def test_a_form_starts_from_nested_values_under_dotted_names():
    form = Form.empty(
        {"boxes": {"licence_number": "26.1", "commodities": [{"volume_m3": 3, "countries": ["ID", "GH"]}]}, "new": True}
    )

    assert form.text("boxes.licence_number") == "26.1"
    assert form.text("boxes.commodities.0.volume_m3") == "3"
    assert form.list("boxes.commodities.0.countries") == ["ID", "GH"]
    assert form.checked("new")
    assert not form.checked("boxes.unknown")


def test_text_is_without_blanks_around_it_and_raw_is_as_typed():
    form = Form.of(FormData([("name", "  Anna\r\nJansen "), ("species", "teak"), ("species", " ")]))

    assert form.text("name") == "Anna\nJansen"
    assert form.raw("name") == "  Anna\nJansen "
    assert form.list("species") == ["teak"]


def test_the_rows_sent_are_found_even_with_gaps():
    form = Form.empty({f"lines.{row}.description": "logs" for row in (0, 2, 10)} | {"lines.x.description": "?"})

    assert form.indexes("lines") == [0, 2, 10]


def test_what_a_rule_found_wrong_is_taken_over_with_its_values_filled_in():
    form = Form.empty()

    form.take(WrongContent([FieldError("countries.1", "unknown", "%(code)s is no country", params={"code": "XX"})]))

    assert not form.ok
    assert form.errors_of("countries") == ["XX is no country"]
    assert list(form.summary()) == [("countries", "XX is no country")]


async def test_a_refused_form_comes_back_as_typed_with_the_errors_beside_the_fields(anna: httpx.AsyncClient):
    token = await token_of(anna)
    typed = {"boxes.commodities.0.description": "<Teak> & more", "on_behalf": "yes", "password": "sesame-open"}

    response = await anna.post("/sample/form", data={"csrf_token": token, **typed})
    page = soup(response)

    assert response.status_code == 422
    assert page.find("textarea").text.strip() == "<Teak> & more"
    assert page.select_one("input[name=on_behalf][value=yes]").has_attr("checked")
    assert "sesame-open" not in response.text
    wrong = page.select_one("input[name='boxes.licence_number']")
    assert wrong["aria-invalid"] == "true"
    assert page.find(id=wrong["aria-describedby"].split()[-1]).text.split("Error:")[1].strip() == (
        "Enter the licence number"
    )


async def test_every_line_of_the_error_summary_leads_to_a_field_on_the_page(anna: httpx.AsyncClient):
    page = soup(await anna.post("/sample/form", data={"csrf_token": await token_of(anna)}))

    links = [str(link["href"]) for link in page.select(".error-summary a")]

    assert len(links) == 3
    assert all(page.find(id=link.removeprefix("#")) for link in links)


async def test_every_field_has_a_label_that_names_it(anna: httpx.AsyncClient):
    page = soup(await anna.get("/sample/form"))

    fields = [field for field in page.select("main input, main select, main textarea") if field.get("type") != "hidden"]

    assert len(fields) > 10
    assert all(page.select_one(f"label[for='{field['id']}']") for field in fields)


async def test_a_form_too_large_is_refused_before_it_is_read(anna: httpx.AsyncClient):
    token = await token_of(anna)

    response = await anna.post("/sample/form", data={"csrf_token": token, "reason": "x" * 200_000})

    assert response.status_code == 413
    assert "At most 100\N{NO-BREAK SPACE}kB can be sent at once." in response.text


async def test_a_form_that_hides_its_size_is_stopped_while_it_is_read(anna: httpx.AsyncClient):
    async def endless():
        while True:
            yield b"a=" + b"x" * 50_000

    response = await anna.post(
        "/sample/form", content=endless(), headers={"content-type": "application/x-www-form-urlencoded"}
    )

    assert response.status_code == 413


async def test_a_form_with_too_many_fields_is_refused(anna: httpx.AsyncClient):
    token = await token_of(anna)

    response = await anna.post("/sample/form", data={"csrf_token": token, **{f"f{n}": "1" for n in range(2_500)}})

    assert response.status_code == 400
    assert "The form could not be read" in response.text


async def test_a_form_sent_after_the_sign_in_ended_keeps_everything_but_passwords(anna: httpx.AsyncClient):
    token = await token_of(anna)

    response = await anna.post(
        "/sample/ended?step=2",
        data={"csrf_token": token, "boxes.description": 'two\nlines "quoted"', "password": "secret-word"},
        files={"scan": ("scan.pdf", b"%PDF", "application/pdf")},
    )
    form = soup(response).select_one("main form")

    assert response.status_code == 401
    assert form["action"] == "/sample/ended?step=2"
    assert form.select_one("input[name='boxes.description']")["value"] == 'two\nlines "quoted"'
    assert form.select_one("input[type=file][name=scan]")
    assert len(form.select("input[name=csrf_token]")) == 1
    assert "secret-word" not in response.text


async def test_a_file_field_left_empty_gives_no_file():
    assert Form.empty().file("scan") is None


@pytest.mark.parametrize("name", ["privacy", "missing"])
def test_a_box_not_ticked_is_not_checked(name: str):
    assert not Form.empty({"privacy": False}).checked(name)

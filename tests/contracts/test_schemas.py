"""The published contracts stand in the tree, are those of the code, and do not change under anybody's feet."""

import json
from pathlib import Path
from typing import Any

import pytest

from shared.contracts import HEARS, event_types, generate
from shared.contracts.schema import schema_of


def test_nothing_published_was_changed_in_a_way_that_breaks_somebody() -> None:
    assert generate.refusals() == [], generate.ADVICE


@pytest.mark.parametrize("path", sorted(generate.documents()), ids=lambda path: path.stem)
def test_the_tree_holds_what_the_code_says(path: Path) -> None:
    assert path.exists(), "run: make schemas"
    assert path.read_text(encoding="utf-8") == generate.text_of(generate.documents()[path]), "run: make schemas"


def test_a_contract_without_an_event_is_noticed(tmp_path: Path) -> None:
    (tmp_path / "eu.flegt.licences.licence-lost.v1.json").write_text("{}")
    assert generate.refusals(tmp_path) == ["eu.flegt.licences.licence-lost.v1: the event was removed or renamed"]


def test_a_broken_contract_is_named_with_its_field(tmp_path: Path) -> None:
    wire_name = "eu.flegt.validation.licence-cleared.v1"
    published = schema_of(event_types()[wire_name])
    published["properties"]["office"] = {"type": "string"}
    (tmp_path / f"{wire_name}.json").write_text(json.dumps(published))
    assert generate.refusals(tmp_path) == [f"{wire_name}: /office was removed or renamed"]


def test_the_generator_writes_nothing_when_a_contract_would_break(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "schemas").mkdir()
    (tmp_path / "schemas" / "eu.flegt.licences.licence-lost.v1.json").write_text("{}")
    monkeypatch.setattr(generate, "refusals", lambda: ["eu.flegt.licences.licence-lost.v1: gone"])
    monkeypatch.setattr(generate, "FOLDER", tmp_path)
    assert generate.main() == 1
    assert "licence-lost" in capsys.readouterr().err
    assert not (tmp_path / "asyncapi").exists()


@pytest.mark.parametrize("service", sorted(HEARS))
def test_every_reference_in_an_asyncapi_document_leads_somewhere(service: str) -> None:
    document = generate.asyncapi_document(service)
    references = list(_references(document))
    assert references
    for reference in references:
        place: Any = document
        for part in reference.removeprefix("#/").split("/"):
            place = place[part]
        assert place


@pytest.mark.parametrize("service", sorted(HEARS))
def test_an_asyncapi_document_shows_what_a_service_tells_and_hears(service: str) -> None:
    document = generate.asyncapi_document(service)
    assert document["asyncapi"] == "3.0.0"
    told = {event.topic for event in event_types().values() if event.owner() == service}
    assert {f"tell.{topic}" for topic in told} | {f"hear.{topic}" for topic in HEARS[service]} == set(
        document["operations"]
    )


def _references(part: Any) -> Any:
    if isinstance(part, dict):
        if "$ref" in part:
            yield part["$ref"]
        for value in part.values():
            yield from _references(value)
    elif isinstance(part, list):
        for value in part:
            yield from _references(value)

"""`make run`: commands of services beside a running product, with the settings it runs with."""

import json
import sys
from pathlib import Path

import pytest

from deploy.local import run
from deploy.local.product import settings_file
from deploy.local.secrets import write_private
from deploy.local.up import only_one


@pytest.fixture
def directory(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A product's directory, in which a cell was started with settings that lack an origin."""
    monkeypatch.setenv("LOCAL_DIR", str(tmp_path))
    settings = {"DATABASE_URL": "no address, but secret", "KAFKA_BOOTSTRAP": "localhost:1"}
    write_private(settings_file(tmp_path, "validation-be"), json.dumps(settings))
    return tmp_path


def asked(monkeypatch: pytest.MonkeyPatch, *words: str) -> int:
    monkeypatch.setattr(sys, "argv", ["run", *words])
    return run.main()


def test_without_a_running_product_it_says_so(
    directory: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    assert asked(monkeypatch, "validation-be", "stuck") == 2
    assert "The product does not run from here." in capfd.readouterr().out


@pytest.mark.parametrize("words", [(), ("valuation", "stuck")])
def test_an_unknown_service_is_answered_with_those_that_are_known(
    words: tuple[str, ...], directory: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    with only_one(directory, "http://localhost:8000"):
        assert asked(monkeypatch, *words) == 2
    assert "is none of validation-be;" in capfd.readouterr().out


def test_a_command_gets_the_settings_of_its_service_and_names_what_is_wrong_without_its_value(
    directory: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.delenv("ORIGIN", raising=False)
    with only_one(directory, "http://localhost:8000"):
        assert asked(monkeypatch, "validation-be", "stuck") == 1
    said = capfd.readouterr().err
    assert "DATABASE_URL" in said
    assert "ORIGIN: Field required" in said
    assert "KAFKA_BOOTSTRAP" not in said
    assert "secret" not in said
    assert "Traceback" not in said

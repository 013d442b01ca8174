"""The walls of design.md, and the shape every service has. import-linter holds the import walls; it runs here too,
so that `make test` alone says when one is broken."""

import ast
import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
SERVICES = ("identity", "licences", "validation", "notifications")
SHAPE = ("main", "settings", "domain", "use_cases", "storage", "consumers", "api", "pages")
HEARS_NOTHING = {"identity"}


def python_files(*folders: str) -> list[Path]:
    return [file for folder in folders for file in sorted((ROOT / folder).rglob("*.py"))]


def imported_by(file: Path) -> set[str]:
    tree = ast.parse(file.read_text())
    plain = {alias.name for node in ast.walk(tree) if isinstance(node, ast.Import) for alias in node.names}
    return plain | {node.module or "" for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)}


def belongs_to_domain(file: Path) -> bool:
    return "domain" in file.relative_to(ROOT).with_suffix("").parts


def test_the_import_walls_stand():
    linter = Path(sys.executable).with_name("lint-imports")

    done = subprocess.run([linter, "--no-cache"], cwd=ROOT, capture_output=True, text=True, timeout=120)

    assert done.returncode == 0, done.stdout


@pytest.mark.parametrize("service", SERVICES)
def test_every_service_has_the_same_shape(service):
    folder = ROOT / "services" / service
    names = {path.stem for path in folder.iterdir() if path.suffix == ".py" or (path / "__init__.py").exists()}

    missing = {name for name in SHAPE if name not in names}

    assert missing <= ({"consumers"} if service in HEARS_NOTHING else set())
    assert (folder / "README.md").exists()
    assert (folder / "templates").is_dir()
    assert list((folder / "migrations" / "versions").glob("*.py"))


@pytest.mark.parametrize("service", SERVICES)
def test_rules_import_only_the_standard_library(service):
    for file in python_files(f"services/{service}"):
        if not belongs_to_domain(file):
            continue
        own = f"services.{service}.domain"
        foreign = {
            name
            for name in imported_by(file)
            if name.split(".")[0] not in sys.stdlib_module_names and not name.startswith(own)
        }
        assert not foreign, f"{file.relative_to(ROOT)} imports {foreign}"


def test_sql_stands_only_in_storage_and_migrations():
    """Each service's SQL is in its storage; the backbone's is in shared/."""
    sql = re.compile(r"\b(SELECT\s.+\sFROM|INSERT INTO|UPDATE \w+ SET|DELETE FROM)\b", re.DOTALL)
    for file in python_files("services"):
        parts = file.relative_to(ROOT).with_suffix("").parts
        if "storage" in parts or "migrations" in parts:
            continue
        texts = [
            node.value
            for node in ast.walk(ast.parse(file.read_text()))
            if isinstance(node, ast.Constant) and isinstance(node.value, str)
        ]
        found = [text for text in texts if sql.search(text)]
        assert not found, f"{file.relative_to(ROOT)}: {found[0][:80]}"


def test_no_file_names_a_registry_or_a_path_of_one_machine():
    done = subprocess.run(["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, timeout=60)
    listed = done.stdout.split("\n")
    registries = re.compile(r"py[p]i\.org|pythonh[o]sted|registry\.npm[j]s|repo1?\.mav[e]n|deb\.deb[i]an")
    for name in filter(None, listed):
        file = ROOT / name
        if file.suffix in {".png", ".csv"} or not file.is_file():
            continue
        text = file.read_text(errors="ignore")
        assert not registries.search(text), name
        assert not re.search(r"(?<![\w.])/(w[o]rk)/", text), name
    assert "uv.lock" not in listed

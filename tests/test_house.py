"""The house's rules that no linter can hold."""

from __future__ import annotations

import ast
import importlib.metadata
import os
import re
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

from goodterms.facts.columns import TABLES, Kind

HOUSE = Path(__file__).parent.parent
SOURCE = HOUSE / "src" / "goodterms"
LIBRARY_ROOMS = ["facts", "intake", "analysis", "demo", "charts", "report"]
FACES = ["cli", "web", "api"]
HEAVY = {"ibis", "duckdb", "pandas", "numpy", "pyarrow", "sqlglot", "calamine", "python_calamine", "xlsxwriter", "openpyxl", "lxml", "pypdf", "tomlkit"}


def _own_files():
    """The repository's own files: what Git keeps, or would keep."""
    listed = subprocess.run(["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"], cwd=HOUSE, capture_output=True, check=True)
    return sorted(path for name in listed.stdout.decode().split("\0") if name and (path := HOUSE / name).is_file())


def _text(path):
    """A file's text; empty for a picture or other binary."""
    raw = path.read_bytes()
    return "" if b"\0" in raw else raw.decode("utf-8")


def _named(path):
    return path.relative_to(HOUSE).as_posix()


OWN_FILES = _own_files()
PYTHON = [path for path in OWN_FILES if path.suffix == ".py" and path.parent.name != "migrations"]  # Django writes those
PAGES = [path for path in OWN_FILES if path.suffix == ".md"]


def _loaded_after(code):
    """The top-level modules that a fresh Python has loaded after running some code."""
    shown = subprocess.run(
        [sys.executable, "-c", f"{code}\nimport sys\nprint(*sorted({{name.partition('.')[0] for name in sys.modules}}))"],
        capture_output=True,
        text=True,
        check=True,
        stdin=subprocess.DEVNULL,
    )
    return set(shown.stdout.splitlines()[-1].split())


# What is loaded when


@pytest.mark.parametrize("room", LIBRARY_ROOMS)
def test_a_library_room_loads_no_web_framework(room):
    modules = [".".join(path.relative_to(SOURCE.parent).with_suffix("").parts).removesuffix(".__init__") for path in (SOURCE / room).rglob("*.py")]
    assert f"goodterms.{room}" in modules
    assert _loaded_after("\n".join(f"import {name}" for name in sorted(modules))) & {"django", "flask", "fastapi", "starlette"} == set()


@pytest.mark.parametrize("arguments", [["--help"], ["look", "--help"], ["trace", "--help"], ["demo", "--help"], ["--version"]])
def test_help_loads_nothing_heavy(arguments):
    code = f"from goodterms.cli.main import exit_code_of\nassert exit_code_of({arguments}) == 0"
    assert _loaded_after(code) & HEAVY == set()


def test_the_public_face_loads_nothing_heavy():
    assert _loaded_after("import goodterms\nassert goodterms.read and goodterms.analyse and goodterms.__version__") & HEAVY == set()


# Names and words

BANNED_NAME = re.compile(r"^(utils?|helpers?|common|misc)$|_(manager|service|base)$")


def test_files_are_named_by_the_business():
    assert [_named(path) for path in PYTHON if BANNED_NAME.search(path.stem)] == []
    assert [_named(path) for path in PYTHON if any(BANNED_NAME.search(part) for part in path.relative_to(HOUSE).parts[:-1])] == []


@pytest.mark.parametrize("name", ["utils", "helper", "common", "customer_manager", "price_service", "rule_base"])
def test_a_name_of_no_business_is_found(name):
    assert BANNED_NAME.search(name)


def test_modules_open_with_a_sentence():
    silent = [_named(path) for path in PYTHON if not (ast.get_docstring(ast.parse(_text(path))) or "").split("\n\n")[0].endswith((".", ":", "?"))]
    assert silent == []


def test_comments_and_texts_are_not_condescending():
    words = re.compile(r"\b(simply|obviously|just)\b", re.IGNORECASE)
    said = [
        f"{_named(path)}:{number}"
        for path in [*PYTHON, *PAGES]
        if path != Path(__file__)
        for number, line in enumerate(_text(path).splitlines(), 1)
        if words.search(line)
    ]
    assert said == []


def test_nothing_is_left_to_do():
    marks = re.compile(r"\b(TODO|FIXME|XXX)\b")
    assert [f"{_named(path)}" for path in PYTHON if path != Path(__file__) and marks.search(_text(path))] == []


# Faces compute and write nothing


def test_faces_write_no_records():
    calls = [
        f"{_named(path)}:{node.lineno} .{node.func.attr}"
        for face in FACES
        for path in (SOURCE / face).rglob("*.py")
        for node in ast.walk(ast.parse(_text(path)))
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and node.func.attr in {"save", "create", "delete", "bulk_create", "update_or_create"}
    ]
    assert calls == []


# Money

COUNTED = {"quantity", "weight", "minutes", "rate", "exchange_rate", "units_per_base"}
AMOUNTS = {column.name for table in TABLES.values() for column in table.columns if column.kind is Kind.DECIMAL} - COUNTED
AMOUNTS |= {"amount", "amounts", "net_sales", "gross_margin", "net_profit", "margin", "profit", "cost", "worth"}


def _annotated(tree):
    for node in ast.walk(tree):
        if isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name | ast.Attribute):
            yield (node.target.id if isinstance(node.target, ast.Name) else node.target.attr), node.annotation
        if isinstance(node, ast.arg) and node.annotation is not None:
            yield node.arg, node.annotation


def test_money_is_never_a_float():
    floats = [
        f"{_named(path)}: {name}"
        for room in ["facts", "intake", "analysis", "report"]  # the parameters of `demo` are shares, not amounts
        for path in (SOURCE / room).rglob("*.py")
        for name, annotation in _annotated(ast.parse(_text(path)))
        if name in AMOUNTS and any(isinstance(node, ast.Name) and node.id == "float" for node in ast.walk(annotation))
    ]
    assert floats == []


# Pages

LINK = re.compile(r"!?\[[^\]]*\]\(([^)\s]+)\)")
FENCE = re.compile(r"^```.*?^```", re.MULTILINE | re.DOTALL)


def _anchors(page):
    """The anchors of a page's headings, as forges make them."""
    headings = re.findall(r"^#+ (.+)$", FENCE.sub("", _text(page)), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).strip().replace(" ", "-") for heading in headings}


def _broken_links(page):
    for target in LINK.findall(FENCE.sub("", _text(page))):
        if re.match(r"[a-z]+:", target):
            continue
        place, _, anchor = target.partition("#")
        goal = (page.parent / place).resolve() if place else page
        if not goal.exists() or (anchor and goal.suffix == ".md" and anchor not in _anchors(goal)):
            yield target


@pytest.mark.parametrize("page", PAGES, ids=_named)
def test_links_of_a_page_lead_somewhere(page):
    assert list(_broken_links(page)) == []


@pytest.mark.parametrize("page", [page for page in PAGES if page.name != "CHANGELOG.md"], ids=_named)
def test_files_that_a_page_names_exist(page):
    """A path in `code` that begins like one of ours is one of ours; a pattern (`*`, `<word>`) is not a path. A changelog names files as they were."""
    named = re.findall(r"`((?:docs|src|tests|bench|\.ci)/[\w./-]+)`", _text(page))
    assert [name for name in named if not (HOUSE / name).exists()] == []


@pytest.mark.parametrize("page", PAGES, ids=_named)
def test_targets_that_a_page_names_are_in_the_makefile(page):
    targets = set(re.findall(r"^([a-z]+):", _text(HOUSE / "Makefile"), re.MULTILINE))
    assert set(re.findall(r"`make ([a-z]+)`", _text(page))) - targets == set()


def test_every_concept_page_is_listed_once_in_the_index():
    index = _text(HOUSE / "docs" / "concepts" / "README.md")
    listed = [target for target in LINK.findall(index) if target.endswith(".md") and "/" not in target]
    pages = {path.name for path in (HOUSE / "docs" / "concepts").glob("*.md")} - {"README.md"}
    assert sorted(listed) == sorted(pages)


def test_every_decision_says_question_choice_and_price():
    for page in sorted((HOUSE / "docs" / "decisions").glob("0*.md")):
        headings = re.findall(r"^## (.+)$", _text(page), re.MULTILINE)
        assert headings == ["Question", "Choice", "Price"], page.name


def test_the_version_is_the_changelogs():
    newest = re.search(r"^## \[?(\d+\.\d+\.\d+|Unreleased)", _text(HOUSE / "CHANGELOG.md"), re.MULTILINE)
    version = tomllib.loads(_text(HOUSE / "pyproject.toml"))["project"]["version"]
    assert importlib.metadata.version("goodterms") == version
    assert newest
    assert newest[1] in {version, "Unreleased"}


# What does not belong into the repository

PLACES = {
    "a registry of packages": re.compile(
        r"\bpypi\.(org|io)|pythonhosted\.org|\bnpmjs\.(com|org)|registry\.(npm|yarn)|crates\.io|proxy\.golang|jfrog|artifactory|/simple/", re.IGNORECASE
    ),
    "a download": re.compile(r"https?://\S+\.(whl|tar\.gz|tgz|zip|deb|jar)\b"),
    "a folder of one machine": re.compile(r"(?<![\w./-])/(work|root|home/\w+|Users/\w+|mnt/\w+)/|[A-Z]:\\Users\\"),
    "an index of packages": re.compile(r"--(extra-)?index-url\s|--find-links\s"),
}


@pytest.mark.parametrize("what", PLACES)
def test_the_repository_names_no_place_of_its_making(what):
    found = [
        f"{_named(path)}:{number}"
        for path in OWN_FILES
        if path != Path(__file__) and path.name != "LICENSE"
        for number, line in enumerate(_text(path).splitlines(), 1)
        if PLACES[what].search(line)
    ]
    assert found == []


def test_ci_runs_what_the_readme_tells():
    run = HOUSE / ".ci" / "run"
    assert os.access(run, os.X_OK)
    assert re.findall(r"make (\w+)$", _text(run), re.MULTILINE) == ["check", "test", "sqlite", "real"]
    assert {"make demo", "make test"} <= set(re.findall(r"make \w+", _text(HOUSE / "README.md")))

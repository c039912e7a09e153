"""A file that another program writes to, replaces or removes while it is read gives nothing, and that is said."""

from __future__ import annotations

import os

import pytest

from goodterms.errors import UnreadableFileError
from goodterms.intake import read
from goodterms.intake.tables.unchanged import unchanged

HEADER = "Invoice;Date;Customer;Net amount\n"
LINES = "".join(f"{1000 + n};2023-01-{n:02d};Ann;{n}.00\n" for n in range(1, 29))


@pytest.fixture
def sales(tmp_path):
    path = tmp_path / "sales.csv"
    path.write_text(HEADER + LINES)
    return path


def replaced(path):
    """Another file of the same name and size."""
    other = path.with_name("other.csv")
    other.write_text(path.read_text().replace("Ann", "Bob"))
    other.replace(path)


CHANGES = {
    "longer": lambda path: path.write_text(HEADER + LINES + LINES),
    "cut off": lambda path: path.write_text(HEADER + LINES[:100]),
    "emptied": lambda path: path.write_text(""),
    "written again": lambda path: os.utime(path, ns=(0, 0)),
    "replaced": replaced,
}


@pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES)
def test_file_that_changes_while_it_is_read_is_refused(sales, change):
    changed = []

    def progress(*_):
        if not changed:
            changed.append(change(sales))

    with pytest.raises(UnreadableFileError) as refused:
        read([sales], progress=progress)
    assert str(refused.value) == f"{sales} changed while it was read. Nothing was taken from it. Read it again once no program writes to it."


def test_file_that_vanishes_while_it_is_read_is_refused(sales):
    with pytest.raises(UnreadableFileError, match=r"sales\.csv was removed while it was read\. Nothing was taken from it\. Put it back, and read it again\."):
        read([sales], progress=lambda *_: sales.unlink(missing_ok=True))


def test_file_of_a_join_is_watched_too(sales):
    products = sales.with_name("products.csv")
    products.write_text("Name;Segment\nAnn;Shops\nBob;Pubs\n")
    join = {"match": "products.csv", "on": {"Customer": "Name"}, "columns": {"Segment": "attribute:segment"}}
    mapping = {"version": 1, "file": [{"match": "sales.csv", "join": [join]}]}
    with pytest.raises(UnreadableFileError, match=r"products\.csv changed"):
        read([sales], mapping=mapping, progress=lambda said, *_: products.write_text("Name;Segment\n") if "products.csv" in said else None)


def test_file_that_stays_is_read(sales):
    assert read([sales], progress=lambda *_: sales.read_bytes()).accepted == 28


def test_another_error_stays_what_it_is(sales):
    with pytest.raises(ZeroDivisionError), unchanged(sales):
        1 / 0  # noqa: B018  (only the error counts)

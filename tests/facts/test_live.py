"""Which rows of facts are live after imports and undoing: as a plain reading of the rule says, in every order."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from goodterms.errors import UnreadableFileError
from goodterms.facts.book import facts_from_rows
from goodterms.facts.engine import connect
from goodterms.facts.live import prepare_import, prepare_undo, stored_rows
from goodterms.facts.store import Store

ENGINE = connect()


class Kept:
    """A store with what was published, as the register would have it."""

    def __init__(self, folder):
        self.store = Store(folder)
        self.live = {}
        self.imports = {}
        self.place = 0

    def bring(self, rows, *, numbered):
        self.place += 1
        facts = facts_from_rows(ENGINE, {"sale_lines": rows})
        query = f'SELECT *, {self.place} AS "import", {numbered} AS numbered FROM ({facts["sale_lines"].compile()})'
        files = stored_rows(self.store, ENGINE, "sale_lines", query)
        self.imports[self.place] = [file.sha256 for file in files.values()]
        prepared = prepare_import(self.store, ENGINE, "sale_lines", self.live, files)
        self._publish(prepared)
        return prepared.counts

    def undo(self, place):
        undone = self.imports.pop(place)
        remaining = [sha256 for files in self.imports.values() for sha256 in files]
        self._publish(prepare_undo(self.store, ENGINE, "sale_lines", self.live, undone, remaining))

    def _publish(self, prepared):
        for month, file in prepared.months.items():
            if file is None:
                del self.live[month]
            else:
                self.live[month] = file.sha256

    def rows(self):
        if not self.live:
            return []
        said = f"SELECT month(date), document, line, net_value FROM ({self.store.rows_of(self.live.values())}) ORDER BY ALL"
        return ENGINE.con.execute(said).fetchall()


def line(document, number, net, *, day="2024-01-15"):
    return {"date": date.fromisoformat(day), "document": document, "line": number, "net_value": Decimal(net), "source": "erp"}


@pytest.fixture
def kept(tmp_path):
    return Kept(tmp_path)


def test_later_import_replaces_line_by_line_where_lines_have_numbers(kept):
    kept.bring([line("A", "1", "10"), line("A", "2", "20"), line("B", "1", "5", day="2024-02-01")], numbered=True)
    counts = kept.bring([line("A", "2", "21"), line("A", "3", "30")], numbered=True)
    assert (counts.new, counts.changed, counts.unchanged) == (1, 1, 0)
    assert kept.rows() == [(1, "A", "1", 10), (1, "A", "2", 21), (1, "A", "3", 30), (2, "B", "1", 5)]


def test_later_import_replaces_whole_document_where_lines_have_none(kept):
    kept.bring([line("A", "1", "10"), line("A", "2", "20")], numbered=False)
    counts = kept.bring([line("A", "1", "12")], numbered=False)
    assert (counts.new, counts.changed, counts.shrinking) == (0, 1, ("A",))
    assert kept.rows() == [(1, "A", "1", 12)]


def test_the_same_rows_again_change_no_file(kept):
    rows = [line("A", "1", "10"), line("B", "1", "5", day="2024-02-01")]
    kept.bring(rows, numbered=True)
    before = dict(kept.live)
    counts = kept.bring(rows[::-1], numbered=True)
    assert (counts.unchanged, counts.new, counts.changed, kept.live) == (2, 0, 0, before)


def test_document_that_moves_to_another_month_leaves_the_first(kept):
    kept.bring([line("A", "1", "10")], numbered=True)
    kept.bring([line("A", "1", "10", day="2024-03-01")], numbered=True)
    assert kept.rows() == [(3, "A", "1", 10)]
    kept.undo(2)
    assert kept.rows() == [(1, "A", "1", 10)]


def test_the_same_lines_with_numbers_are_replaced_line_by_line_from_then_on(kept):
    rows = [line("B", "1", "1", day="2024-02-15"), line("B", "2", "1", day="2024-02-15")]
    kept.bring(rows, numbered=False)
    counts = kept.bring(rows, numbered=True)
    assert (counts.new, counts.changed, counts.unchanged) == (0, 0, 2)
    kept.bring([line("B", "2", "2", day="2024-01-15")], numbered=True)
    assert kept.rows() == [(1, "B", "2", 2), (2, "B", "1", 1)]


def test_file_that_has_gone_is_named(kept):
    kept.bring([line("A", "1", "10")], numbered=True)
    (sha256,) = kept.live.values()
    assert kept.store.damage_of(sha256) == ""
    kept.store.path_of(sha256).unlink()
    with pytest.raises(UnreadableFileError, match=r"has gone: .*goodterms check"):
        kept.rows()


def in_plain_words(imports):
    """The live rows as the rule says them: documents of the imports in order, each replacing what it brings again."""
    live = {}
    for rows, numbered in imports:
        documents = {row["document"] for row in rows}
        for document in documents:
            of_document = [row for row in rows if row["document"] == document]
            lines = live.get(document)
            if not numbered or lines is None or lines[0] != numbered:
                live[document] = (numbered, {row["line"]: row for row in of_document})
            else:
                lines[1].update({row["line"]: row for row in of_document})
    return sorted((row["date"].month, row["document"], row["line"], row["net_value"]) for _, lines in live.values() for row in lines.values())


ROW = st.builds(line, st.sampled_from("AB"), st.sampled_from("12"), st.sampled_from(["1", "2"]), day=st.sampled_from(["2024-01-15", "2024-02-15"]))
IMPORT = st.tuples(st.lists(ROW, min_size=1, max_size=4, unique_by=lambda row: (row["document"], row["line"])), st.booleans())


@settings(max_examples=12, deadline=None)
@given(st.data(), st.lists(IMPORT, min_size=1, max_size=4))
def test_imports_undone_in_any_order_leave_what_was_never_undone(tmp_path_factory, data, imports):
    kept = Kept(tmp_path_factory.mktemp("store"))
    for rows, numbered in imports:
        kept.bring(rows, numbered=numbered)
    assert kept.rows() == in_plain_words(imports)
    remaining = dict(enumerate(imports, start=1))
    for place in data.draw(st.permutations(sorted(remaining))):
        del remaining[place]
        kept.undo(place)
        assert kept.rows() == in_plain_words(remaining.values())

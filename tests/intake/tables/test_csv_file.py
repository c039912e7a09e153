"""A text file of a table: nothing lost, whichever way it is read."""

from __future__ import annotations

import gc
import random
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.measured import measured

from goodterms.errors import MappingError, UnreadableFileError, UsageError
from goodterms.facts.engine import connect
from goodterms.intake.tables import csv_file, strict_records
from goodterms.intake.tables.open_file import open_file
from goodterms.intake.tables.plain_cells import SIGNS
from goodterms.intake.tables.work_files import work_folder

COMMAND = Path(sys.executable).with_name("goodterms")


@pytest.fixture(scope="module")
def engine():
    return connect()


@pytest.fixture
def write(tmp_path):
    def write(content: str | bytes, name: str = "invoices.csv"):
        path = tmp_path / name
        path.write_bytes(content.encode() if isinstance(content, str) else content)
        return path

    return write


@pytest.fixture
def read_fast(monkeypatch):
    """Fail where a file that is plain is read the slow way."""

    def never(source):
        message = f"{source.file} was read strictly"
        raise AssertionError(message)

    monkeypatch.setattr(csv_file, "read_strictly", never)


def cells(engine, table):
    return engine.con.execute(f"SELECT * FROM {table.name} ORDER BY 1").fetchall()


def rejected(table):
    return [(row.row, row.reason) for row in table.rejected]


def aside(table):
    return [(row.row, row.reason) for row in table.set_aside]


PLAIN = "Customer;Note;Net\nAnn;;1,50\nBob;a note;2,25\n"


@pytest.mark.parametrize(
    "content",
    [
        PLAIN,
        PLAIN.replace("\n", "\r\n"),
        PLAIN.rstrip("\n"),
        "\ufeff" + PLAIN,
        PLAIN.encode("cp1252"),
        PLAIN.encode("utf-16"),
        'Customer;Note;Net\nAnn;"";1,50\n"Bob";"a note";"2,25"\n',
    ],
)
def test_plain_file_is_read_fast(engine, write, read_fast, content):
    (table,) = open_file(engine, write(content))
    assert (table.sheet, table.header, table.native, table.header_row) == ("", ("Customer", "Note", "Net"), (None, None, None), 1)
    assert cells(engine, table) == [(2, "Ann", None, "1,50"), (3, "Bob", "a note", "2,25")]
    assert (table.physical, table.accepted, table.rejected, aside(table)) == (3, 2, (), [(1, "header")])
    assert engine.table(table.name).columns == ("row", *table.columns)


def test_blank_lines_at_the_end_are_set_aside(engine, write, read_fast):
    (table,) = open_file(engine, write(PLAIN + "\n\n"))
    assert (table.physical, table.accepted, aside(table)) == (5, 2, [(1, "header"), (4, "blank"), (5, "blank")])


def test_text_endings_make_no_difference(engine, write):
    for name in ("invoices.tsv", "invoices.txt", "invoices", "invoices [2012]*.csv"):
        (table,) = open_file(engine, write(PLAIN.replace(";", "\t"), name))
        assert table.accepted == 2


def test_cells_over_several_lines_and_quotes_in_quotes_are_kept(engine, write, read_fast):
    (table,) = open_file(engine, write('Customer,Note,Net\r\nAnn,"two\nlines, ""quoted""",1.50\r\nBob,"x\r\ny",2\r\n'))
    assert cells(engine, table) == [(2, "Ann", 'two\nlines, "quoted"', "1.50"), (3, "Bob", "x\r\ny", "2")]


@pytest.mark.parametrize("end", ["\r", "\r\r\n"])
def test_unusual_line_ends_lose_nothing(engine, write, end):
    (table,) = open_file(engine, write(PLAIN.replace("\n", end)))
    assert [row[1:] for row in cells(engine, table)] == [("Ann", None, "1,50"), ("Bob", "a note", "2,25")]


def test_mixed_line_ends_lose_nothing(engine, write):
    (table,) = open_file(engine, write("Customer;Net\r\nAnn;1\nBob;2\rCleo;3\r\n"))
    assert cells(engine, table) == [(2, "Ann", "1"), (3, "Bob", "2"), (4, "Cleo", "3")]


def test_spaces_before_quotes_are_not_read_differently_by_the_engine(engine, write):
    content = 'Customer;Note;Net\nAnn;plain;1\nBob; "set off";2\n'
    (table,) = open_file(engine, write(content), dialect={"delimiter": ";", "quote": '"'})
    assert cells(engine, table)[1] == (3, "Bob", ' "set off"', "2")


def test_records_of_another_width_are_rejected_with_their_text(engine, write):
    (table,) = open_file(engine, write("Customer;Town;Net\nAnn;Oslo;1\nBob;2\nCleo;Rome;3;x\nDan;Rome;4;;\nEve;Rome;5\n"))
    assert [row[:2] for row in cells(engine, table)] == [(2, "Ann"), (5, "Dan"), (6, "Eve")]
    assert rejected(table) == [(3, "it has 2 cells instead of 3"), (4, "it has 4 cells instead of 3")]
    assert [row.text for row in table.rejected] == ["Bob;2", "Cleo;Rome;3;x"]
    assert str(table.problems[1]).startswith(f'{table.file}, row 4: it has 4 cells instead of 3: "Cleo;Rome;3;x" Quote the cell')


def test_ragged_rows_are_accepted_where_the_mapping_says_so(engine, write):
    content = "Order,Name,Address,Country\n1,Ann,Street 5,Norway\n2,Bob,Street 6, door 3,Italy\n3,Cleo,Street 7,Norway\n"
    (table,) = open_file(engine, write(content), dialect={"ragged": {"keep_left": 2, "keep_right": 1}})
    assert cells(engine, table)[1] == (3, "2", "Bob", "Street 6, door 3", "Italy")
    assert [(problem.code, problem.origin.row) for problem in table.problems] == [("ragged-row", 3)]
    (wide,) = open_file(engine, write(content), dialect={"ragged": {"keep_left": 1, "keep_right": 1}})
    assert cells(engine, wide)[1] == (3, "2", None, None, "Italy")
    with pytest.raises(MappingError, match="keeps 6 columns of 4"):
        open_file(engine, write(content), dialect={"ragged": {"keep_left": 3, "keep_right": 3}})


def test_repeated_headers_and_blank_rows_are_set_aside_with_a_notice(engine, write):
    (table,) = open_file(engine, write("Customer;Net\nAnn;1\nCustomer;Net\nBob;2\n;\n\n \t; \nCleo;3\n"))
    assert cells(engine, table) == [(2, "Ann", "1"), (4, "Bob", "2"), (8, "Cleo", "3")]
    assert aside(table) == [(1, "header"), (3, "header repeated"), (5, "blank"), (6, "blank"), (7, "blank")]
    assert [(problem.code, problem.rows) for problem in table.problems] == [("rows-header-repeated", 1), ("rows-blank", 3)]


def test_text_below_the_table_is_a_footer(engine, write):
    (table,) = open_file(engine, write("Customer;Town;Net\nAnn;Oslo;1\nBob;Rome;2\n\n(2 rows affected)\n"))
    assert (rejected(table), aside(table)) == ([], [(1, "header"), (4, "blank"), (5, "footer")])


def test_record_cut_off_at_the_end_is_rejected(engine, write):
    (table,) = open_file(engine, write("Customer;Town;Net\nAnn;Oslo;1\nBob;Rome;2\nCle"))
    assert rejected(table) == [(4, "it has 1 cell instead of 3")]


def test_unterminated_quote_loses_one_record_and_no_other(engine, write):
    good = [f'{row},"Customer {row}",{row}.50' for row in range(1, 201)]
    broken = [*good]
    broken[120] = '121,"Customer 121,121.50'
    (table,) = open_file(engine, write("Id,Customer,Net\n" + "\n".join(broken) + "\n"))
    assert (table.physical, table.accepted) == (201, 199)
    assert rejected(table) == [(122, "a quote in it is never closed, or stands where none may")]
    assert table.rejected[0].text == broken[120]


@pytest.mark.parametrize("place", [0, 77, 199])
def test_unterminated_quote_in_a_file_without_quotes_loses_one_record(engine, write, place):
    rows = [f"{row};Customer {row};{row},50" for row in range(1, 201)]
    rows[place] = f'{place + 1};"Customer;1,50'
    (table,) = open_file(engine, write("Id;Customer;Net\n" + "\n".join(rows) + "\n"))
    assert (table.accepted, [row.row for row in table.rejected]) == (199, [place + 2])


def test_two_unterminated_quotes_do_not_swallow_what_is_between_them(engine, write):
    rows = [f"{row};Customer {row};{row},50" for row in range(1, 201)]
    rows[50] = '51;"Customer;1,50'
    rows[60] = '61;Customer";1,50'
    (table,) = open_file(engine, write("Id;Customer;Net\n" + "\n".join(rows) + "\n"))
    assert [row.row for row in table.rejected] == [52]
    assert table.accepted == 199


def test_delimiter_too_many_in_one_line_does_not_change_the_columns(engine, write):
    rows = [f"{row};Customer {row};{row},50" for row in range(1, 200)]
    rows[119] += ";"
    (table,) = open_file(engine, write("Id;Customer;Net\n" + "\n".join(rows) + "\n"))
    assert (table.header, table.accepted, table.rejected) == (("Id", "Customer", "Net"), 199, ())


@pytest.mark.parametrize("place", [0, 100, 20_000])
def test_endless_line_is_rejected_and_the_rows_around_it_are_read(engine, write, place):
    rows = [f"{row};Customer {row};{row},50" for row in range(1, 20_001)]
    rows.insert(place, "1;" * 200_000)
    (table,) = open_file(engine, write("Id;Customer;Net\n" + "\n".join(rows) + "\n"))
    assert (table.accepted, [(row.row, "more than 100,000 delimiters" in row.reason) for row in table.rejected]) == (20_000, [(place + 2, True)])


@pytest.mark.parametrize("below", ["1;" * 2_000_000, ";" * 4_000_000, "a,;b|" * 800_000], ids=["cells", "nothing", "several"])
def test_nothing_but_an_endless_line_is_refused_within_memory(write, below):
    file = write("Invoice;Date;Customer;Net\n" + below)
    code, _, err, peak = measured(COMMAND, "look", file.name, cwd=file.parent)
    assert (code, "row 2 has more than 100,000 delimiters" in err, peak < 300) == (4, True, True)


def test_line_of_millions_of_cells_between_rows_stays_within_memory(write):
    rows = "".join(f"{row};01.01.2024;C1;P1;1;10,00;10,00\n" for row in range(1, 5_001))
    file = write("Invoice;Date;Customer;Product;Qty;Price;Net\n" + rows + "1;" * 2_000_000 + "\n" + rows.replace(";01.01", ";02.01"))
    code, out, err, peak = measured(COMMAND, "look", file.name, cwd=file.parent)
    assert (code, "more than 100,000 delimiters" in out + err, peak < 512) == (1, True, True), out + err


def test_wrong_delimiter_of_the_mapping_is_refused_in_a_sentence(engine, write):
    content = "Customer;Net\n" + "".join(f"Customer {row};{row},50\n" for row in range(100)) + "A,b,c;1\n" * 20
    with pytest.raises(UnreadableFileError, match="delimiter"):
        open_file(engine, write(content), dialect={"delimiter": ",", "header_row": 121})


def test_header_without_rows_is_refused(engine, write):
    for content in ("Customer;Net\n", "Customer;Net\n\n;\n"):
        with pytest.raises(UnreadableFileError, match="nothing"):
            open_file(engine, write(content))


def test_formula_is_kept_as_text(engine, write):
    (table,) = open_file(engine, write("Customer;Net\n=cmd|' /C calc'!A0;1\n@SUM(A1);2\n"))
    assert [row[1] for row in cells(engine, table)] == ["=cmd|' /C calc'!A0", "@SUM(A1)"]


def test_text_of_digits_stays_as_it_stands(engine, write):
    (table,) = open_file(engine, write("Key;Net\n000123;1.50\n 17850.0 ;2\nNULL;NA\n"))
    assert [row[1:] for row in cells(engine, table)] == [("000123", "1.50"), (" 17850.0 ", "2"), ("NULL", "NA")]


def test_dialect_of_the_mapping_is_taken_whole(engine, write):
    dialect = {"delimiter": "^", "quote": "'", "header_row": 2, "decimal": ",", "date": "%d.%m.%Y"}
    (table,) = open_file(engine, write("Report\nCustomer^Net\n'Ann^Sons'^1,5\nBob^2,5\n"), dialect=dialect)
    assert table.dialect.as_mapping() == {"encoding": "utf-8", "delimiter": "^", "quote": "'", "header_row": 2}
    assert cells(engine, table) == [(3, "Ann^Sons", "1,5"), (4, "Bob", "2,5")]
    assert aside(table) == [(1, "above the header"), (2, "header")]


def test_header_row_zero_names_no_column(engine, write):
    (table,) = open_file(engine, write("Ann;1\nBob;2\n"), dialect={"header_row": 0})
    assert (table.header, table.header_row, table.accepted) == (("column 1", "column 2"), 0, 2)


def test_sheet_of_a_text_file_is_wrong_use(engine, write):
    with pytest.raises(UsageError, match="no workbook"):
        open_file(engine, write(PLAIN), sheet="Data")


def test_fast_and_strict_reading_agree_over_many_blocks(engine, write, monkeypatch):
    dice = random.Random(7)  # noqa: S311  (a fixed sequence of rows)
    notes = ["", "plain", '"quoted; cell"', '"two\nlines"', "Äö €"]
    rows = [f"{row};{dice.choice(notes)};{dice.randint(0, 10**6) / 100}" for row in range(25_000)]
    path = write("Id;Note;Net\n" + "\n".join(rows) + "\n")
    said: list[float] = []
    (fast,) = open_file(engine, path, progress=lambda _, done: said.append(done))
    monkeypatch.setattr(csv_file, "_read_fast", lambda _: None)
    (strict,) = open_file(engine, path)
    assert (fast.physical, fast.accepted, fast.set_aside, fast.problems) == (strict.physical, strict.accepted, strict.set_aside, strict.problems)
    assert cells(engine, fast) == cells(engine, strict)
    assert said == sorted(said)
    assert 0 < said[-1] <= 1


def test_disagreement_of_the_two_readers_is_read_strictly(engine, write, monkeypatch):
    """Whatever the engine would lose, the second reader notices."""
    whole = csv_file._split_by_engine
    monkeypatch.setattr(csv_file, "_split_by_engine", lambda *args: whole(*args).replace("SELECT * FROM", "SELECT * REPLACE (upper(c1) || 'x' AS c1) FROM"))
    (table,) = open_file(engine, write(PLAIN))
    assert cells(engine, table)[0] == (2, "Ann", None, "1,50")


def test_lines_that_vanish_are_never_silent(engine, write, monkeypatch):
    monkeypatch.setattr(csv_file, "_read_fast", lambda _: None)
    whole = strict_records.decoded_lines
    monkeypatch.setattr(strict_records, "decoded_lines", lambda *args: iter(list(whole(*args))[:-1]))
    with pytest.raises(UnreadableFileError, match="3 lines were counted, but 2 read"):
        open_file(engine, write(PLAIN))


def test_many_rejected_rows_are_named_one_by_one_and_then_counted(engine, write):
    rows = "".join(f"Ann;{row}\nCleo;{row}\nBob;{row};x\n" for row in range(150))
    (table,) = open_file(engine, write("Customer;Net\nAnn;1\nCleo;2\n" + rows))
    assert len(table.rejected) == 150
    assert [problem.rows for problem in table.problems] == [1] * 100 + [50]


CONTROLS = "".join(map(chr, range(0x80, 0xA0)))
"""Read as the letters of Windows-1252 that they were."""
SPACES = "".join(sign for sign in SIGNS if len(sign) == 1)
"""Read as plain spaces, or not at all; so is Excel's way of writing a text of digits."""
CELL = st.text(st.characters(codec="utf-8", exclude_characters="\0" + CONTROLS + SPACES), max_size=8).filter(lambda cell: not cell.startswith('="'))


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(rows=st.lists(st.tuples(CELL, CELL, st.integers(0, 10**6)), min_size=2, max_size=20))
def test_written_cells_come_back_equal(engine, write, rows):
    """What Python's own writer quotes is read back cell by cell; nothing is lost, whatever stands in it."""
    quoted = [";".join(f'"{cell.replace(chr(34), chr(34) * 2)}"' for cell in (first, second, str(number))) for first, second, number in rows]
    path = write("\r\n".join(['"Customer";"Note";"Net"', *quoted]) + "\r\n")
    (table,) = open_file(engine, path, dialect={"delimiter": ";", "quote": '"', "header_row": 1, "encoding": "utf-8"})
    if not table.rejected:  # a cell may itself look like records: then its record is rejected, never lost
        assert [row[1:] for row in cells(engine, table)] == [(first or None, second or None, str(number)) for first, second, number in rows]


def test_work_files_go_with_the_engine(write):
    code = """
import sys
from goodterms.facts.engine import connect
from goodterms.intake.tables.open_file import open_file
from goodterms.intake.tables.work_files import work_folder
engine = connect()
open_file(engine, sys.argv[1])
assert list(work_folder(engine).iterdir())
print(work_folder(engine))
"""
    done = subprocess.run([sys.executable, "-c", code, write(PLAIN)], capture_output=True, text=True, check=True)
    assert not Path(done.stdout.strip()).exists()


def test_work_folder_is_one_for_an_engine(engine):
    assert work_folder(engine) == work_folder(engine)
    assert work_folder(engine).stat().st_mode & 0o077 == 0
    other = connect()
    folder = work_folder(other)
    assert folder != work_folder(engine)
    del other
    gc.collect()
    assert (folder.exists(), work_folder(engine).exists()) == (False, True)


def test_the_mark_of_the_end_of_a_file_is_no_record(engine, write):
    (table,) = open_file(engine, write(PLAIN + "\x1a"))
    assert (aside(table)[-1], rejected(table), table.accepted) == ((4, "blank"), [], 2)


@pytest.mark.parametrize("rows", ["A;Ann;x\nB;Bo;y\n", "A;Ann;x\nB;Bo;y\nC;Cy;y\nD;Di;x\n", "A;Ann;x\nB;Bo;\nC;Cy;x\n"])
def test_letters_that_may_be_flags_leave_the_first_row_the_header(engine, write, rows):
    (table,) = open_file(engine, write("Customer no;Name;Segment\n" + rows))
    assert (table.header, table.accepted) == (("Customer no", "Name", "Segment"), rows.count("\n"))

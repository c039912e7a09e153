"""Files that nobody here made: every record is accepted, rejected or set aside."""

from __future__ import annotations

import csv
import json
import shutil
import subprocess
import sys
import tarfile
from collections import Counter

import pytest
import zstandard

from goodterms.errors import AnswerNeededError, UnreadableFileError
from goodterms.facts.engine import connect
from goodterms.intake.tables.open_file import open_file
from goodterms.intake.tables.raw_table import named_header

pytestmark = pytest.mark.real


@pytest.fixture(scope="module")
def engine():
    return connect()


@pytest.fixture(scope="module")
def survey(real_data, tmp_path_factory):
    folder = tmp_path_factory.mktemp("survey")
    with (real_data / "csv/pollock_survey/survey_sample.tar.zst").open("rb") as packed:
        stream = zstandard.ZstdDecompressor().stream_reader(packed)
        with tarfile.open(fileobj=stream, mode="r|") as archive:
            archive.extractall(folder, filter="data")
    return folder / "survey_sample"


def rows_of(engine, table):
    return engine.con.execute(f"SELECT * FROM {table.name} ORDER BY 1").fetchall()


@pytest.fixture(scope="module")
def survey_tables(engine, survey):
    """What came of each file: its table, or why there is none."""
    found = {}
    for path in sorted((survey / "csv").iterdir()):
        try:
            (found[path.name],) = open_file(engine, path)
        except (AnswerNeededError, UnreadableFileError) as why:
            found[path.name] = why
    return found


def test_survey_loses_no_record(engine, survey_tables):
    """The 97 files of the Pollock survey: no crash, no record lost, and few questions."""
    for name, table in survey_tables.items():
        if isinstance(table, Exception):
            continue
        numbers = [row for (row,) in engine.con.execute(f'SELECT "row" FROM {table.name}').fetchall()]
        assert len(numbers) == table.accepted, name
        assert sorted([*numbers, *(ref.row for ref in (*table.rejected, *table.set_aside))]) == list(range(1, table.physical + 1)), name
    ends = Counter(type(table).__name__ for table in survey_tables.values())
    assert ends.total() == 97
    assert ends["AnswerNeededError"] == 4
    assert ends["UnreadableFileError"] == 2  # one is empty, one has a header alone


def as_text(cells):
    """Cells as text: without spaces around them, line ends alike, and without empty ones at the end, where clean versions have fewer or more."""
    stripped = [" ".join((cell or "").split()) for cell in cells]
    while stripped and not stripped[-1]:
        stripped.pop()
    return tuple(stripped)


EDITED = {
    "O18_air.csv": ("0.0", "0.\\"),  # a slip in the clean version, in one cell: row 20 is "1.8, 0.0" in the file and "1.8,0.\\" there
}
"""The file whose clean version says something else than the file itself: what is in the file, and what in the clean version."""


def test_survey_cells_equal_the_clean_version(engine, survey, survey_tables):
    """Every row stands in the clean version, in its order; each row of it that is missing is set aside or rejected, as everybody can see, or is the header."""
    edited, different, unsaid = set(), {}, {}
    for name, table in survey_tables.items():
        if isinstance(table, Exception):
            continue
        with (survey / "clean" / name).open(encoding="utf-8", newline="") as stream:
            clean = [as_text(row) for row in csv.reader(stream)]
        found = [as_text(row[1:]) for row in rows_of(engine, table)]
        if not (whole := set(clean)).issuperset(found):
            edited.add(name)
            ours, theirs = EDITED[name]
            found = [row if row in whole else as_text(theirs if cell == ours else cell for cell in row) for row in found]
        ahead = iter(clean)
        different[name] = sum(row not in ahead for row in found)
        below = [ref.text for ref in (*table.set_aside, *table.rejected) if ref.row > table.header_row]
        said = Counter(as_text(row) for text in below for row in csv.reader(text.splitlines(keepends=True), delimiter=table.dialect.delimiter))
        unsaid[name] = [row for row in Counter(clean[1:]) - Counter(found) - said if row]
    assert edited == set(EDITED)
    assert {name: rows for name, rows in different.items() if rows} == {}
    assert {name: rows for name, rows in unsaid.items() if rows} == {}


JOINED = {
    "Note_4_Staff_costs_-_Average_number_of_persons_employed_13-14.csv",  # its clean version joins four rows of names, of which two are joined here
    "Sustainability_-_Water_consumption_P_56.csv",  # and here the title above the table with a name
    "workforce-management-information-dft_201706.csv",  # names of groups that it leaves out here and there
    "Copy_of_2016-17_Q3_Final_V2.csv",  # a letter that it leaves out
    "PLA_6%Talc-1hz.csv",  # a quote that it writes as two apostrophes
}
"""Files whose clean version has other names of columns than the file."""


def test_survey_file_with_a_word_for_nothing_equals_the_clean_version(engine, survey):
    """Where the file says "missing" among numbers, its clean version has nothing; so has the table, once that is answered."""
    (table,) = open_file(engine, survey / "csv/2004-2016.csv", dialect={"nothing": ["missing"]})
    with (survey / "clean/2004-2016.csv").open(encoding="utf-8", newline="") as stream:
        _, *clean = csv.reader(stream)
    assert [tuple(cell or "" for cell in row[1:]) for row in rows_of(engine, table)] == list(map(tuple, clean))


def test_survey_headers_equal_the_clean_version(survey, survey_tables):
    """Names of columns are those of the clean version; where that is one name short, as R writes names of rows, the first column is the one without."""
    other = set()
    for name, table in survey_tables.items():
        if isinstance(table, Exception) or not table.header_row:
            continue
        with (survey / "clean" / name).open(encoding="utf-8", newline="") as stream:
            theirs = next(csv.reader(stream))
        of_rows = name.startswith("ResultsOR30") and "Infos" not in name
        if table.header != named_header(["", *theirs] if of_rows else theirs, len(table.header)):
            other.add(name)
    assert other == JOINED


def test_survey_dialects_are_found(survey, survey_tables):
    """Where the survey names a delimiter, it is the one found, but for one file that it has wrong."""
    other = []
    for name, table in survey_tables.items():
        named = json.loads((survey / "parameters" / f"{name}_parameters.json").read_text())
        if not isinstance(table, Exception) and len(table.header) > 1 and table.dialect.delimiter != named["delimiter"]:
            other.append(name)
    assert other == ["vissim_data_conf2473_i7_v1987.csv"]


def test_spectrum_reads_as_expected(engine, real_data):
    """The edge cases of csv-spectrum, against the JSON that came with them."""
    folder = real_data / "csv/spectrum"
    seen = []
    for path in sorted((folder / "csvs").iterdir()):
        expected = json.loads((folder / "json" / f"{path.stem}.json").read_text(encoding="utf-8"))
        (table,) = open_file(engine, path)
        found = [dict(zip(table.header, (cell or "" for cell in row[1:]), strict=True)) for row in rows_of(engine, table)]
        # the file of CRLF cells has come down with LF, its JSON with CRLF
        assert found == [{key.strip(): value.replace("\r\n", "\n") for key, value in row.items()} for row in expected], path.name
        seen.append(path.stem)
    assert len(seen) >= 10


@pytest.fixture(scope="module")
def raw_retail(real_data, tmp_path_factory):
    path = tmp_path_factory.mktemp("retail") / "online_retail.csv"
    with (real_data / "online_retail/online_retail_2010_2011_raw.csv.zst").open("rb") as packed, path.open("wb") as plain:
        zstandard.ZstdDecompressor().copy_stream(packed, plain)
    return path


def test_raw_online_retail_loses_nothing(engine, raw_retail):
    (table,) = open_file(engine, raw_retail)
    assert (table.physical, table.accepted, table.rejected, len(table.set_aside)) == (541_910, 541_909, (), 1)
    with raw_retail.open(encoding=table.dialect.encoding, newline="") as stream:
        header, *records = csv.reader(stream)
    assert list(table.header) == header
    assert [tuple(cell or None for cell in record) for record in records[:500] + records[-500:]] == [
        row[1:] for row in engine.con.execute(f'SELECT * FROM {table.name} WHERE "row" <= 501 OR "row" > 541410 ORDER BY 1').fetchall()
    ]


def test_online_retail_of_both_years_is_read_in_its_types(engine, real_data):
    (table,) = open_file(engine, real_data / "online_retail/online_retail_II_both_years.parquet")
    assert (table.physical, table.accepted, table.set_aside) == (1_067_370, 1_067_370, ())
    assert table.native == ("text", "text", "text", "number", "date", "number", "number", "text", "text")


def test_northwind_orders_need_the_mapping_for_their_addresses(engine, real_data):
    path = real_data / "northwind/orders.csv"
    (table,) = open_file(engine, path)
    assert (table.accepted, len(table.rejected)) == (654, 176)
    (ragged,) = open_file(engine, path, dialect={"ragged": {"keep_left": 9, "keep_right": 4}})
    assert (ragged.accepted, len(ragged.rejected)) == (830, 0)
    assert sum(problem.rows for problem in ragged.problems if problem.code == "ragged-row") == 176
    countries = engine.con.execute(f"SELECT count(DISTINCT c14), count(DISTINCT c2) FROM {ragged.name}").fetchone()
    assert countries == (21, 89)


def test_classicmodels_have_no_header(engine, real_data):
    (table,) = open_file(engine, real_data / "classicmodels/OrderDetails.txt")
    assert (table.header_row, table.accepted, len(table.header)) == (0, 2_996, 5)


def test_adventureworks_invoices_lose_nothing(engine, real_data, tmp_path):
    for path in (real_data / "adventureworksdw").iterdir():
        shutil.copyfile(path, tmp_path / path.name)
    code = "import duckdb; duckdb.execute(open('flatten.sql').read())"
    subprocess.run([sys.executable, "-c", code], cwd=tmp_path, check=True)
    (table,) = open_file(engine, tmp_path / "invoices.csv")
    assert (table.physical, table.accepted, table.rejected) == (60_856, 60_855, ())

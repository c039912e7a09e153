"""A table that is written down in any way and read again is the same table, or a question; never a different one."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from decimal import Decimal

import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from goodterms.errors import AnswerNeededError
from goodterms.facts.engine import connect
from goodterms.intake import read
from goodterms.intake.tables.open_file import open_file
from goodterms.intake.tables.records import Form

FORMS = [Form(delimiter, quote, escape) for delimiter in ",;\t|" for quote, escape in (('"', None), ('"', "\\"), ("'", None), ("'", "\\"), (None, None))]
LINE_ENDS = ("\n", "\r\n", "\r")
DIALECTS = [(form, end, all_quoted) for form in FORMS for end in LINE_ENDS for all_quoted in (False, True) if form.quote or not all_quoted]
"""108 dialects: 20 forms, three line ends, few quotes or all. With five encodings they are 540 ways to write a table, with ten forms of dates 5,400."""
ENCODINGS = ("utf-8", "utf-8-sig", "cp1252", "iso8859-15", "utf-16")
DATES = ("%Y-%m-%d", "%d.%m.%Y", "%d/%m/%Y", "%m/%d/%Y", "%Y/%m/%d", "%d-%m-%Y", "%Y%m%d", "%d.%m.%y", "%d %b %Y", "%b %d, %Y")
AMOUNTS = ((",", ""), (",", " "), (",", "."), (",", "\u00a0"), (".", ""), (".", ","), (".", "'"))
"""The decimal sign, and the one of thousands."""

WORDS = (
    "Ann", "Bob & Sons", "Äyräs Oy", "Smith, John", "O'Brien", 'pipe, 12"', "a;b", "Red|Blue", "x\ty", "two\nlines", '"quoted"', "'single'", "-", "N/A",
    "Müller GmbH, Köln", 'say "hi"', "1,5", "0012", "back\\slash", "=SUM(A1)", "3.50 kg", "Åsa: 50 %",
)  # fmt: skip
TEXTS = st.one_of(st.sampled_from(WORDS), st.text("abcÄöé 0123456789.-/&()", max_size=10).map(str.strip))
DAYS = st.dates(dt.date(2009, 1, 1), dt.date(2013, 12, 31))
CENTS = st.integers(-99_999_999, 99_999_999)
BOUNDED = {"deadline": None, "derandomize": True, "suppress_health_check": [HealthCheck.function_scoped_fixture]}


@pytest.fixture(scope="module")
def engine():
    return connect()


def amount(cents, decimal, thousands):
    return f"{'-' * (cents < 0)}{abs(cents) // 100:,}".replace(",", thousands) + f"{decimal}{abs(cents) % 100:02d}"


def written(rows, form, end, *, all_quoted):
    """The rows as a program writes them; ``None`` where it cannot, for want of quotes."""
    special = [sign for sign in (form.delimiter, "\n", "\r", form.quote, form.escape) if sign]
    lines = []
    for row in rows:
        cells = []
        for cell in row:
            if not (all_quoted or any(sign in cell for sign in special)):
                cells.append(cell)
            elif form.quote is None:
                return None
            elif form.escape:
                inner = cell.replace(form.escape, form.escape * 2).replace(form.quote, form.escape + form.quote)
                cells.append(f"{form.quote}{inner}{form.quote}")
            else:
                cells.append(f"{form.quote}{cell.replace(form.quote, form.quote * 2)}{form.quote}")
        lines.append(form.delimiter.join(cells))
    return end.join(lines) + end


def without_bare_quotes(rows, form, *, all_quoted):
    """The rows with the quotes gone from cells that stand between double quotes and are not quoted themselves: by convention such a cell is a quoted one."""
    if form.quote == '"' or all_quoted:
        return rows
    return [tuple(cell[1:-1] if len(cell) > 1 and cell[0] == cell[-1] == '"' else cell for cell in row) for row in rows]


@st.composite
def tables(draw):
    """Rows of a table with a header: customers, a date, an amount and a text, in any order, each row with two cells filled or more."""
    date, (decimal, thousands) = draw(st.sampled_from(DATES)), draw(st.sampled_from(AMOUNTS))
    cells = {
        "Customer": st.sampled_from(["Ann", "Bob", "Cleo", "Äyräs Oy", "Smith, John"]),
        "Date": DAYS.map(lambda day: day.strftime(date)),
        "Net": CENTS.map(lambda cents: amount(cents, decimal, thousands)),
        "Note": TEXTS,
        "Town": st.sampled_from(["Oslo", "Köln", "Rome", ""]),
    }
    names = draw(st.permutations(["Customer", "Date", "Net", "Note", "Town"]))[: draw(st.integers(2, 5))]
    rows = draw(st.lists(st.tuples(*(cells[name] for name in names)).filter(lambda row: sum(map(bool, row)) > 1), min_size=1, max_size=12))
    return [tuple(names), *rows]


def texts(engine, table):
    return [tuple(cell or "" for cell in row[1:]) for row in engine.con.execute(f"SELECT * FROM {table.name} ORDER BY 1").fetchall()]


@settings(max_examples=250, **BOUNDED)
@given(table=tables(), dialect=st.sampled_from(DIALECTS), encoding=st.sampled_from(ENCODINGS))
def test_table_comes_back_or_is_asked_about(engine, tmp_path, table, dialect, encoding):
    """What is asked about the dialect has the right answer among its choices, and with it the table is the same."""
    form, end, all_quoted = dialect
    text = written(table, form, end, all_quoted=all_quoted)
    assume(text is not None)
    path = tmp_path / "sales.csv"
    path.write_bytes(text.encode(encoding))
    as_quoted = without_bare_quotes(table, form, all_quoted=all_quoted)
    try:
        (found,) = open_file(engine, path)
    except AnswerNeededError as asked:
        (question,) = asked.questions
        answers = [answer(engine, path, choice.settings["dialect"]) for choice in question.choices]
        assert "asked" in answers or table in answers or as_quoted in answers, question
        return
    assert found.rejected == ()
    assert [found.header, *texts(engine, found)] in (table, as_quoted)


def answer(engine, path, dialect):
    """The table by an answer; "asked" where another question is left."""
    try:
        (found,) = open_file(engine, path, dialect=dialect)
    except AnswerNeededError as asked:
        (question,) = asked.questions
        assert question.key not in dialect
        return "asked"
    return [found.header, *texts(engine, found)]


@pytest.mark.parametrize("encoding", ENCODINGS)
def test_plain_table_comes_back_from_every_way_to_write_it(engine, tmp_path, encoding):
    """Nothing is asked where the table is an ordinary one of eight lines, in any of the 540 ways."""
    days = [dt.date(2012, 1, day) for day in range(13, 21)]
    for number, (form, end, all_quoted) in enumerate(DIALECTS):
        date, signs = DATES[number % len(DATES)], AMOUNTS[number % len(AMOUNTS)]
        table = [("Customer", "Date", "Net", "Town"), *(("Äyräs Oy", f"{day:{date}}", amount(day.day * 1_000_01, *signs), "Köln") for day in days)]
        if form.quote is None:  # what would need quotes cannot be written
            table = [tuple(cell.replace(form.delimiter, "/") for cell in row) for row in table]
        path = tmp_path / "sales.csv"
        path.write_bytes(written(table, form, end, all_quoted=all_quoted).encode(encoding))
        (found,) = open_file(engine, path)
        assert [found.header, *texts(engine, found)] == table, (form, end)


@settings(max_examples=60, **BOUNDED)
@given(
    lines=st.lists(st.tuples(DAYS, CENTS, st.sampled_from(["Ann", "Bob", "Cleo"])), min_size=1, max_size=20),
    dialect=st.sampled_from(DIALECTS),
    encoding=st.sampled_from(ENCODINGS),
    date=st.sampled_from(DATES),
    signs=st.sampled_from(AMOUNTS),
)
def test_values_come_back_or_are_asked_about(engine, tmp_path, lines, dialect, encoding, date, signs):
    """Dates and amounts in any form are the same dates and amounts as facts; a row that is not is rejected, where everybody can see it."""
    form, end, all_quoted = dialect
    rows = [(str(number), day.strftime(date), customer, amount(cents, *signs)) for number, (day, cents, customer) in enumerate(lines, start=1001)]
    text = written([("Invoice", "Date", "Customer", "Net amount"), *rows], form, end, all_quoted=all_quoted)
    assume(text is not None)
    path = tmp_path / "sales.csv"
    path.write_bytes(text.encode(encoding))
    try:
        reading = read([path], engine=engine)
    except AnswerNeededError:
        return
    found = engine.con.execute("SELECT document, date, customer_key, net_value FROM sale_lines").fetchall()
    truth = [(str(number), day, customer, Decimal(cents) / 100) for number, (day, cents, customer) in enumerate(lines, start=1001)]
    assert not Counter(found) - Counter(truth)
    assert len(found) + reading.rejected == len(truth)


@st.composite
def years(draw):
    """Lines of the documents of a year: number, date, customer, product and cents, the same line more than once too."""
    documents = draw(st.lists(st.tuples(st.integers(0, 364), st.sampled_from(["Ann", "Bob", "Cleo"]), st.integers(1, 4)), min_size=12, max_size=40))
    lines = []
    for number, (day, customer, many) in enumerate(documents, start=1001):
        day_of = dt.date(2023, 1, 1) + dt.timedelta(day)
        lines += [(number, day_of, customer, draw(st.sampled_from("PQ")), draw(st.sampled_from([550, 725, -275]))) for _ in range(many)]
    return lines


@settings(max_examples=8, **BOUNDED)
@given(lines=years(), overlap=st.integers(0, 45), dice=st.randoms(use_true_random=False))
def test_year_cut_into_twelve_overlapping_and_shuffled_files_is_whole(engine, tmp_path, lines, overlap, dice):
    """Each file has a month and some days of the one before, its rows in any order, and the files come in any order."""
    paths = []
    for month in range(1, 13):
        first, last = dt.date(2023, month, 1), dt.date(2023 + month // 12, month % 12 + 1, 1)
        part = [line for line in lines if first - dt.timedelta(overlap) <= line[1] < last]
        dice.shuffle(part)
        if part:
            paths.append(tmp_path / f"sales-{month:02d}.csv")
            body = [(str(number), day.isoformat(), customer, item, amount(cents, ".", "")) for number, day, customer, item, cents in part]
            text = written([("Invoice", "Date", "Customer", "Product", "Net amount"), *body], Form(";"), "\n", all_quoted=False)
            paths[-1].write_text(text)
    dice.shuffle(paths)
    reading = read(paths, engine=engine)
    found = engine.con.execute("SELECT document, date, customer_key, product_key, net_value FROM sale_lines").fetchall()
    assert Counter(found) == Counter((str(number), day, customer, item, Decimal(cents) / 100) for number, day, customer, item, cents in lines)
    assert reading.rejected == 0


@settings(max_examples=8, **BOUNDED)
@given(lines=years(), dice=st.randoms(use_true_random=False))
def test_year_of_numbered_lines_cut_anywhere_is_whole(engine, tmp_path, lines, dice):
    """Where lines have numbers, a document may be cut between files: each line stands in one of twelve, and by chance in others too."""
    numbered = [(document, n, *rest) for document in {line[0] for line in lines} for n, (_, *rest) in enumerate(_lines_of(document, lines), start=1)]
    files = [[line for line in numbered if dice.random() < 0.2] for _ in range(12)]
    for line in numbered:
        dice.choice(files).append(line)
    paths = []
    for place, part in enumerate(files):
        body = [(str(number), str(n), day.isoformat(), customer, item, amount(cents, ".", "")) for number, n, day, customer, item, cents in dict.fromkeys(part)]
        dice.shuffle(body)
        if body:
            paths.append(tmp_path / f"sales-{place:02d}.csv")
            head = ("Invoice", "Line", "Date", "Customer", "Product", "Net amount")
            paths[-1].write_text(written([head, *body], Form(";"), "\n", all_quoted=False))
    reading = read(paths, engine=engine)
    found = engine.con.execute("SELECT document, line, date, customer_key, product_key, net_value FROM sale_lines").fetchall()
    assert Counter(found) == Counter((str(number), str(n), *rest, Decimal(cents) / 100) for number, n, *rest, cents in numbered)
    assert reading.rejected == 0


def _lines_of(document, lines):
    return [line for line in lines if line[0] == document]

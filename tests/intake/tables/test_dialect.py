"""How a text file is written down, and where its table begins."""

from __future__ import annotations

import pytest

from goodterms.errors import AnswerNeededError, MappingError, UnreadableFileError
from goodterms.facts.engine import connect
from goodterms.intake.tables.dialect import find_form, kind_of
from goodterms.intake.tables.header import Top, find_head
from goodterms.intake.tables.open_file import open_file
from goodterms.intake.tables.records import Form, Likeness, split


def form(text: str, **given):
    return find_form(text.splitlines(keepends=True), "invoices.csv", given, complete=True)


def head(text: str, delimiter: str = ";", wanted: int | None = None):
    rows = [line.split(delimiter) for line in text.splitlines()]
    return find_head(Top(rows, [[kind_of(cell) for cell in row] for row in rows], "invoices.csv"), wanted=wanted)


@pytest.mark.parametrize(
    ("text", "delimiter", "quote"),
    [
        ("Customer;Net\nAnn;1,50\nBob;22,00\n", ";", '"'),
        ("Customer,Net\nAnn,1.50\nBob,22.00\n", ",", '"'),
        ("Customer\tNet\nAnn\t1,50\nBob\t22,00\n", "\t", '"'),
        ("Customer|Net\nAnn|1.50\n", "|", '"'),
        ('"Customer","Net"\n"Smith, John","1,234.50"\n"Doe; Jane","3.00"\n', ",", '"'),
        ("Customer;Net\n'Ann; Ltd';1\n'Bob';2\n", ";", "'"),
        ("sep=;\nCustomer;Net\nAnn;1\n", ";", '"'),
        ('Name;Text\nAnn;12" pipe, 3 m\nBob;15" pipe, 4 m\n', ";", '"'),
        ('Size;Net\n"12" x 3";1\n"15" x 4";2\n"9" x 1";3\n', ";", None),
    ],
)
def test_form_is_found_by_evidence(text, delimiter, quote):
    found = form(text)
    assert (found.delimiter, found.quote) == (delimiter, quote)


def test_backslash_before_quotes_is_found():
    assert form('Customer,Net\n"Ann \\"the\\" Ltd",1\n"Bob",2\n').escape == "\\"


def test_two_delimiters_as_likely_are_asked_about():
    with pytest.raises(AnswerNeededError) as raised:
        form("Name;Town,Code\nAnn;Oslo,Red\nBob;Rome,Blue\n")
    (question,) = raised.value.questions
    assert question.key == "dialect"
    assert [choice.settings["dialect"] for choice in question.choices] == [
        {"delimiter": ";", "quote": '"', "escape": ""},
        {"delimiter": ",", "quote": '"', "escape": ""},
    ]
    assert question.evidence[2:6] == (
        "record 1, semicolon: Name | Town,Code",
        "record 1, comma: Name;Town | Code",
        "record 2, semicolon: Ann | Oslo,Red",
        "record 2, comma: Ann;Oslo | Red",
    )


def test_delimiter_of_the_mapping_settles_it():
    assert form("Name;Town,Land;Code\nAnn;Oslo,Norway;Red\n", delimiter=",").delimiter == ","
    assert form("a^b\n1^2\n", delimiter="^", quote="").quote is None


def test_unusual_delimiter_is_asked_about():
    with pytest.raises(AnswerNeededError, match=r'dialect = \{ delimiter = "\^" \}'):
        form("Customer^Net\nAnn^1.5\nBob^2.5\n")


def test_columns_set_out_with_spaces_are_refused():
    with pytest.raises(UnreadableFileError, match="spaces part its cells"):
        form("customer  date      net\n00001  20110101   1.50\n00002  20110102  22.00\n00003  20110103 122.00\n")


def test_one_column_is_one_column():
    assert form("Customer\nAnn\nBob and Sons\nCleo\n").delimiter == ","


def test_delimiter_of_two_characters_is_a_wrong_mapping():
    with pytest.raises(MappingError, match="no single character"):
        form("a;;b\n", delimiter=";;")


def test_header_is_found_below_a_preamble():
    found = head("Sales report 2012;;\nPrinted;2013-01-05;\n\nCustomer;Date;Net\nAnn;2012-01-05;1,50\nBob;2012-01-06;2,50")
    assert found.row == 4
    assert found.names == ("Customer", "Date", "Net")
    assert found.set_aside == {1: "above the header", 2: "above the header", 3: "blank", 4: "header"}


LINES = "".join(f"\n100{n};2012-01-0{n};Ann;{n},50" for n in range(1, 9))


@pytest.mark.parametrize(
    ("above", "names"),
    [
        ("Report;2012;;\nInvoice;Date;Customer;Net", ("Invoice", "Date", "Customer", "Net")),
        ("Report;2012\nInvoice;Date;Customer;Net", ("Invoice", "Date", "Customer", "Net")),
        ("Report;2012;;\nCompany;Ann Oy;;\nInvoice;Date;Customer;Net", ("Invoice", "Date", "Customer", "Net")),
        ("Document;;Party;\nNumber;Date;Name;Net", ("Document Number", "Document Date", "Party Name", "Party Net")),
        ("Customer;2012;;\n;sales;margin;cost", ("Customer", "2012 sales", "2012 margin", "2012 cost")),
    ],
)
def test_title_beside_a_year_is_no_group_of_columns(above, names):
    found = head(above + LINES)
    assert (found.row, found.names) == (above.count("\n") + 1, names)


def test_title_beside_a_year_above_a_blank_row_is_set_aside(tmp_path):
    path = tmp_path / "sales.csv"
    path.write_text("Report;2012;;\n\nInvoice;Date;Customer;Net" + LINES + "\n")
    (found,) = open_file(connect(), path)
    assert [(ref.row, ref.reason) for ref in found.set_aside] == [(1, "above the header"), (2, "blank"), (3, "header")]
    assert [problem.code for problem in found.problems] == ["rows-about-the-header"]


def test_first_row_and_none_are_offered_as_headers_too():
    rows = ["Invoice;Date;Customer;Net", "new;soon;Bob;open", "old;late;Dora;done", "odd;never;Ed;none yet"]
    with pytest.raises(AnswerNeededError, match="two rows may name its columns") as raised:
        head("\n".join(rows) + LINES)
    (question,) = raised.value.questions
    assert [choice.settings for choice in question.choices] == [{"dialect": {"header_row": row}} for row in (3, 4, 1, 0)]
    assert [line.partition(":")[0] for line in question.evidence] == ["row 1", "row 3", "row 4", "row 5"]


def test_mapping_that_names_no_header_is_not_told_so():
    assert head("103;Ann;21000.0\n112;Bob;71800.0", wanted=0).problems == ()


def test_header_row_that_is_absent_is_said():
    found = head("103;Ann;21000.0\n112;Bob;71800.0\n114;Cleo;1,5")
    assert (found.row, found.names) == (0, ("column 1", "column 2", "column 3"))
    assert [problem.code for problem in found.problems] == ["no-header"]


def test_header_of_years_is_a_header():
    assert head("Customer;2010;2011\nAnn;120;300\nBob;15;7").row == 1


def test_header_of_text_alone_is_the_first_row():
    assert head("Customer;Town\nAnn;Oslo\nBob;Oslo").row == 1
    assert head("Ann;Oslo\nBob;Oslo\nCleo;Rome").row == 0


def test_header_names_are_stripped_unique_and_never_empty():
    assert head(" Net ;;Net;Date\n1;2;3;2012-01-05\n4;5;6;2012-01-06").names == ("Net", "column 2", "Net (2)", "Date")


def test_second_header_of_units_is_set_aside():
    found = head("Customer;Net;Weight\n;EUR;kg\nAnn;1,5;2\nBob;2,5;3")
    assert found.row == 1
    assert found.set_aside == {1: "header", 2: "second header row"}


def test_header_of_groups_over_names_is_joined():
    found = head("Customer;2011;;2012;\n;sales;margin;sales;margin\nAnn;1;2;3;4\nBob;5;6;7;8")
    assert found.names == ("Customer", "2011 sales", "2011 margin", "2012 sales", "2012 margin")
    assert found.set_aside == {1: "header", 2: "header"}


def test_two_headers_are_asked_about():
    text = "Customer;Net;Weight\nAsiakas;Netto;Paino\nAnn;1,5;2\nBob;2,5;3"
    with pytest.raises(AnswerNeededError, match=r"dialect = \{ header_row = 2 \}"):
        head(text)
    assert head(text, wanted=2).names == ("Asiakas", "Netto", "Paino")


def test_header_with_fewer_names_than_cells_is_asked_about():
    text = "Customer,Net\nAnn,1,50\nBob,2,50"
    with pytest.raises(AnswerNeededError, match="names 2 columns, but most rows have 3 cells"):
        head(text, ",")
    assert head(text, ",", wanted=1).names == ("Customer", "Net", "column 3")


def test_header_with_more_names_than_cells_is_a_warning():
    found = head("Customer;Net;Note\nAnn;1,50\nBob;2,50")
    assert (found.width, found.short) == (3, 2)
    assert [problem.code for problem in found.problems] == ["header-of-other-width"]


def test_header_alone_is_refused():
    with pytest.raises(UnreadableFileError, match=r"has a header \(row 1\) and nothing below it"):
        head("Customer;Net")


def test_header_row_of_the_mapping_must_be_there():
    with pytest.raises(MappingError, match="header_row = 9"):
        head("Customer;Net\nAnn;1", wanted=9)


def test_several_tables_in_one_file_are_asked_about():
    first = "Run;Value\n" + "\n".join(f"r{row};{row}" for row in range(80))
    second = "\nRun;A;B;C;D\n" + "\n".join(f"{row};1;2;3;4" for row in range(200))
    with pytest.raises(AnswerNeededError, match="several tables"):
        head(first + second)


def test_broken_quote_costs_one_record():
    lines = ['1;"Ann;2\n', "3;Bob;4\n", '5;"Cl""eo";6\n', "7;Dan;8\n"]
    records = [record.cells for record in split(lines, Form(";"))]
    assert records == [None, ["3", "Bob", "4"], ["5", 'Cl"eo', "6"], ["7", "Dan", "8"]]


def test_cell_over_several_lines_is_one_record():
    lines = ['1;"Street 5\n', "Oslo; Norway\n", '";2\n', "3;Bob;4\n"]
    likeness = Likeness(Form(";"), 3, {0: "number", 2: "number"}, kind_of)
    records = list(split(lines, Form(";"), likeness.swallowed))
    assert [record.cells for record in records] == [["1", "Street 5\nOslo; Norway\n", "2"], ["3", "Bob", "4"]]
    assert [len(record.lines) for record in records] == [3, 1]


def test_quote_that_swallows_good_records_gives_them_back():
    lines = ['1;"Ann;2\n', "3;Bob;4\n", '5;Cleo";6\n', "7;Dan;8\n"]
    likeness = Likeness(Form(";"), 3, {0: "number", 2: "number"}, kind_of)
    records = [record.cells for record in split(lines, Form(";"), likeness.swallowed)]
    assert records == [None, ["3", "Bob", "4"], ["5", 'Cleo"', "6"], ["7", "Dan", "8"]]


def test_quote_never_closed_is_given_up_after_so_many_lines():
    good = [f"{row};Ann;1\n" for row in range(30_000)]
    records = list(split(['0;"Bob;1\n', *good], Form(";")))
    assert [record.cells for record in records[:2]] == [None, ["0", "Ann", "1"]]
    assert len(records) == 30_001


def test_third_row_of_a_header_is_no_data():
    found = head("Staff;;\n;2013;2012\nSegment;Total;Total\n;;Restated\nAnn;120;300\nBob;15;7\nCleo;5;9")
    assert found.set_aside == {1: "above the header", 2: "header", 3: "header", 4: "second header row"}
    assert head("Segment;Sales;Costs\n;;missing words\nAnn;120;300\n;;-\nBob;15;7").set_aside == {1: "header", 2: "second header row"}
    assert head("Segment;Sales;Costs\n;;n/a\nAnn;120;300\nBob;15;7").set_aside == {1: "header"}


def test_names_of_rows_need_no_name_where_repeated_names_say_so():
    """As R writes a table with names of rows: the header is one name short."""
    found = head("x;x;Load\nOrg;0;1;3,5\nMax;1;1;2,5\nMin;0;0;1,5")
    assert found.names == ("column 1", "x", "x (2)", "Load")
    with pytest.raises(AnswerNeededError, match="names 3 columns, but most rows have 4 cells"):
        head("x;y;Load\nOrg;0;1;3,5\nMax;1;1;2,5\nMin;0;0;1,5")


def test_header_of_three_rows_is_joined():
    found = head("Name;Staff;;Costs\n;2011;;2012\n;sales;margin;sales\nAnn;1;2;3\nBob;5;6;7")
    assert found.names == ("Name", "Staff 2011 sales", "Staff 2011 margin", "Costs 2012 sales")
    assert found.set_aside == {1: "header", 2: "header", 3: "header"}


def test_years_above_names_that_repeat_tell_them_apart():
    found = head("Staff;;\n;2013;2012\nSegment;Total;Total\nAnn;120;300\nBob;15;7")
    assert found.names == ("Segment", "2013 Total", "2012 Total")


def test_row_of_text_and_numbers_below_full_names_is_data():
    assert head("a;b\n1;some words\n3;4").row == 1
    assert head("a;b;c\n1;2;some words\n3;4;5\n6;7;8").row == 1


def test_way_of_quoting_is_the_one_by_which_a_program_would_have_written():
    assert form("Name;Note;Net\nAnn;'single';1\nBob;Oslo;2\nCleo;Rome;3\n").quote == '"'
    assert form("Name;Note;Net\r'Ann; Ltd';'a\\'b';1\r'Bob; Ltd';'c';2\r").escape == "\\"
    assert form('Name;Path;Net\n"Ann";"\\\\server\\share";1\n"Bob";"C:\\dir";2\n').escape is None


def test_two_ways_of_quoting_are_asked_about_with_both_readings():
    text = "Name;Note;Net\nAnn;'O''Brien';1\nBob;Oslo;2\n"
    with pytest.raises(AnswerNeededError) as raised:
        form(text)
    (question,) = raised.value.questions
    assert question.evidence == (
        "record 2, quoted with ': Ann | O'Brien | 1",
        "record 2, quoted with \": Ann | 'O''Brien' | 1",
    )
    for choice, quote in zip(question.choices, ("'", '"'), strict=True):
        assert form(text, **choice.settings["dialect"]) == Form(";", quote)


def test_backslash_that_may_be_one_or_two_is_asked_about():
    text = '"Name";"Path"\n"Ann";"c\\\\d"\n"Bob";"e"\n'
    with pytest.raises(AnswerNeededError, match="its quotes can be read in two ways") as raised:
        form(text)
    assert [form(text, **choice.settings["dialect"]).escape for choice in raised.value.questions[0].choices] == [None, "\\"]


def test_opinion_of_the_engine_is_heeded_where_the_evidence_is_weak():
    """Alone, our opinion would be the bar; the engine is for the semicolon, and the user decides."""
    rows = ["Bob| Ltd;p|q", "3|x;x|y", "x|y;p|q", "x|y;3|x", "3|x;Oslo", "3|x;x|y", "Bob| Ltd;Oslo", "Oslo;p|q", "x|y;"]
    lines = [f"{row}\n" for row in ("Name;To|wn", *rows)]
    assert find_form(lines, "invoices.csv", {}, complete=True).delimiter == "|"
    with pytest.raises(AnswerNeededError, match="two characters may part its cells"):
        find_form(lines, "invoices.csv", {}, complete=True, engine=connect())


def test_opinion_of_the_engine_is_not_heeded_where_the_evidence_is_clear():
    """A semicolon too many in one row of two hundred is enough for the engine to see two columns parted by the decimal commas."""
    lines = ["Id;Customer;Net\n", *(f"{row};Customer {row};{row},50\n" for row in range(1, 200)), "200;Bob;7,50;\n"]
    assert find_form(lines, "invoices.csv", {}, complete=True, engine=connect()).delimiter == ";"


def test_few_records_decide_little():
    with pytest.raises(AnswerNeededError, match="two characters may part its cells"):
        form("Code,x;K;L\nOslo, Norway;\n")


def test_cells_that_are_all_between_single_quotes_are_quoted():
    assert form("'Note','Customer'\n'Ann','Bob'\n'1,5','Bob'\n").quote == "'"
    assert form("'Note';'Customer'\n'Ann';'Bob'\n").quote == "'"


def test_row_whose_words_come_again_is_data():
    assert head("Customer;Town;Note\nAnn;Oslo;\nAnn;Oslo;-\nAnn;Oslo;1,5").row == 1


@pytest.mark.parametrize("encoding", ["utf-8", "cp1252"])
@pytest.mark.parametrize("end", ["\r\n", "\n"])
def test_lines_in_quotes_as_a_whole_are_read_without_them(tmp_path, encoding, end):
    path = tmp_path / "sales.csv"
    lines = ['"Invoice;Customer;Net amount"', '"1;""Änn; Ltd"";10.50"', '"2;Böb;20.50"', ""]
    path.write_bytes(end.join(lines).encode(encoding))
    engine = connect()
    (table,) = open_file(engine, path)
    rows = engine.con.execute(f"SELECT * FROM {table.name} ORDER BY 1").fetchall()
    assert (table.header, rows) == (("Invoice", "Customer", "Net amount"), [(2, "1", "Änn; Ltd", "10.50"), (3, "2", "Böb", "20.50")])
    assert (table.physical, [problem.code for problem in table.problems]) == (3, ["lines-in-quotes"])


def test_a_line_that_is_not_in_quotes_among_lines_that_are_is_read_as_it_stands(tmp_path):
    path = tmp_path / "sales.csv"
    path.write_text('"Invoice;Net"\n' + "".join(f'"{number};1.50"\n' for number in range(1, 40_000)) + "40000;2.50\n40001;3.50;4\n", encoding="utf-8")
    (table,) = open_file(connect(), path)
    assert (table.accepted, [row.row for row in table.rejected]) == (40_000, [40_002])


def test_commas_that_may_stand_in_amounts_are_asked_about(tmp_path):
    path = tmp_path / "sales.csv"
    path.write_text("Invoice,Date,Net amount\n1,10.01.2024,10,50\n2,11.01.2024,20,5\n", encoding="utf-8")
    with pytest.raises(AnswerNeededError, match="commas part its cells, and may stand in its amounts too, as in 10,50: 3 columns have names") as error:
        open_file(connect(), path)
    (question,) = error.value.questions
    assert [choice.settings for choice in question.choices] == [{}, {"dialect": {"header_row": 1}}, {"dialect": {"header_row": 0}}]
    (table,) = open_file(connect(), path, dialect={"header_row": 1})
    assert (table.accepted, [problem.code for problem in table.problems]) == (2, ["header-of-other-width"])

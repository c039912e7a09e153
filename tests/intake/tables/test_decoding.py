"""Which letters the bytes of a text file stand for."""

from __future__ import annotations

import pytest

from goodterms.errors import AnswerNeededError, MappingError, UnreadableFileError
from goodterms.facts.engine import connect
from goodterms.intake.tables.decoding import find_encoding
from goodterms.intake.tables.open_file import open_file


@pytest.fixture(scope="module")
def engine():
    return connect()


@pytest.fixture
def write(tmp_path):
    def write(content: bytes, name: str = "invoices.csv"):
        path = tmp_path / name
        path.write_bytes(content)
        return path

    return write


def cells(engine, table):
    return engine.con.execute(f"SELECT * FROM {table.name} ORDER BY 1").fetchall()


PLAIN = "Customer;Net\nÄnn Oy;1,50\nBöb Ab;2,25\n"


@pytest.mark.parametrize(
    ("content", "encoding"),
    [
        (PLAIN.encode(), "utf-8"),
        (PLAIN.encode("utf-8-sig"), "utf-8-sig"),
        (PLAIN.encode("cp1252"), "cp1252"),
        (PLAIN.encode("utf-16"), "utf-16"),
        (b"\xfe\xff" + PLAIN.encode("utf-16-be"), "utf-16"),
        (PLAIN.encode("utf-32"), "utf-32"),
    ],
)
def test_encoding_is_found_by_mark_then_utf8_then_windows(engine, write, content, encoding):
    (table,) = open_file(engine, write(content))
    assert table.dialect.encoding == encoding
    assert table.header == ("Customer", "Net")
    assert cells(engine, table) == [(2, "Änn Oy", "1,50"), (3, "Böb Ab", "2,25")]
    assert table.problems == ()


def test_encoding_of_the_mapping_is_taken(engine, write):
    (table,) = open_file(engine, write("Customer;Net\nAnn €;1\nBob;2\n".encode("iso-8859-15")), dialect={"encoding": "iso-8859-15"})
    assert cells(engine, table)[0] == (2, "Ann €", "1")


def test_encoding_without_mark_is_named_in_the_sentence(engine, write):
    path = write(PLAIN.encode("utf-16-le"))
    with pytest.raises(UnreadableFileError, match=r'dialect = \{ encoding = "utf-16-le" \}'):
        open_file(engine, path)
    (table,) = open_file(engine, path, dialect={"encoding": "utf-16-le"})
    assert cells(engine, table)[0] == (2, "Änn Oy", "1,50")


def test_encoding_that_does_not_exist_is_a_wrong_mapping(engine, write):
    with pytest.raises(MappingError, match='"latin99", which does not exist'):
        open_file(engine, write(PLAIN.encode()), dialect={"encoding": "latin99"})


def test_broken_utf16_is_refused(engine, write):
    with pytest.raises(UnreadableFileError, match="no valid UTF-16"):
        open_file(engine, write(PLAIN.encode("utf-16") + b"\x41"))


def test_mixed_encodings_reject_the_damaged_rows_of_a_utf8_file(engine, write):
    lines = [b"Customer;Net", "Änn;1".encode(), "Böb;2".encode(), "Hämeenlinna;3".encode("cp1252"), "Åke;4".encode(), "Örn;5".encode()]
    (table,) = open_file(engine, write(b"\n".join(lines) + b"\n"))
    assert cells(engine, table) == [(2, "Änn", "1"), (3, "Böb", "2"), (5, "Åke", "4"), (6, "Örn", "5")]
    (rejected,) = table.rejected
    assert (rejected.row, rejected.text, rejected.reason) == (4, "Hämeenlinna;3", "it holds bytes that are no utf-8")
    assert [problem.code for problem in table.problems] == ["mixed-encodings", "undecodable-bytes"]
    assert "line 4 is not" in str(table.problems[0])
    assert (table.problems[1].origin.row, table.problems[1].origin.column) == (4, "Customer")


def test_mixed_encodings_are_announced_where_most_lines_are_windows(engine, write):
    lines = [b"Customer;Net", "Änn;1".encode("cp1252"), "Böb;2".encode("cp1252"), "Åke;4".encode()]
    (table,) = open_file(engine, write(b"\n".join(lines) + b"\n"))
    assert table.dialect.encoding == "cp1252"
    assert cells(engine, table)[:2] == [(2, "Änn", "1"), (3, "Böb", "2")]
    assert "line 4 is written in UTF-8" in str(table.problems[0])


def test_bytes_that_windows_does_not_know_reject_their_row(engine, write):
    (table,) = open_file(engine, write(b"Customer;Net\n\xc4nn;1\nB\x81b;2\nCleo;3\n"))
    assert [row.row for row in table.rejected] == [3]
    assert [row[0] for row in cells(engine, table)] == [2, 4]


def test_nul_bytes_reject_their_row(engine, write):
    rows = b"".join(b"Ann;%d\n" % number for number in range(100))
    (table,) = open_file(engine, write(b"Customer;Net\n" + rows + b"Bo\x00b;7\n" + rows))
    assert [(row.row, row.reason) for row in table.rejected] == [(102, "it holds NUL bytes")]
    assert table.accepted == 200


def test_file_of_nul_bytes_is_no_text(engine, write):
    for content in (bytes(4096), b"a;b\n" + bytes(100_000)):
        with pytest.raises(UnreadableFileError, match="NUL bytes"):
            open_file(engine, write(content))


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "is empty"),
        (b"\n\n  \n", "nothing but blanks"),
        (b"\xef\xbb\xbf", "nothing but"),
        (b"\x1f\x8b\x08\x00 packed", "gunzip"),
        (b"\x28\xb5\x2f\xfd packed", "zstd -d"),
        (b"%PDF-1.7 ...", "PDF"),
        (bytes(range(256)) * 40, "no text file"),
        (b"<!DOCTYPE html><table><tr><td>1</td></tr></table>", "web page"),
    ],
)
def test_file_that_is_no_table_is_refused_with_what_to_do(engine, write, content, said):
    with pytest.raises(UnreadableFileError, match=said):
        open_file(engine, write(content))


def test_endless_line_is_refused_in_bounded_memory(engine, write):
    with pytest.raises(UnreadableFileError, match="a line of more than"):
        open_file(engine, write(b"a;b\n" + b"x" * 40_000_000))
    with pytest.raises(UnreadableFileError, match="a line of more than"):
        open_file(engine, write(b"a;b\n" + b"\xe4" * 40_000_000))


def test_lines_are_counted_by_every_line_end(write):
    assert find_encoding(write(b"a\nb\nc"), "x").lines == 3
    assert find_encoding(write(b"a\r\nb\r\n"), "x").line_end == "\r\n"
    mixed = find_encoding(write(b"a\r\nb\nc\rd"), "x")
    assert (mixed.lines, mixed.line_end) == (4, "")


def test_place_of_a_file_is_said_in_a_sentence(engine, tmp_path):
    with pytest.raises(UnreadableFileError, match="is a folder"):
        open_file(engine, tmp_path)
    with pytest.raises(UnreadableFileError, match="is not there"):
        open_file(engine, tmp_path / "nowhere.csv")


def test_letters_that_were_converted_as_control_characters_are_read_and_said(engine, write):
    """A file of Windows-1252 that somebody made UTF-8 as if it were Latin-1; read fast and strictly."""
    content = "Wine;Net\nCos d\x92Estournel \x96 1990;\x8024\nPlain;1\n"
    for rows, ragged in ((content, ""), (content, "Odd;1;2\n")):
        (table,) = open_file(engine, write((rows + ragged).encode()))
        assert cells(engine, table) == [(2, "Cos d’Estournel – 1990", "€24"), (3, "Plain", "1")]
        assert (table.dialect.encoding, len(table.rejected)) == ("utf-8", bool(ragged))
        said = [problem.sentence for problem in table.problems if problem.code == "converted-wrongly"]
        assert said == [
            "3 control characters stand in it where Windows has letters such as – ’ €: it was converted wrongly once. They are read as these letters."
        ]


def sales(*names):
    return "Invoice;Date;Customer;Net amount\n" + "".join(f"{number};{10 + number}.01.2024;{name};10,50\n" for number, name in enumerate(names, start=1))


@pytest.mark.parametrize(
    ("names", "encoding"),
    [
        (("Krośnieńska Żółć", "Gdańsk"), "cp1250"),
        (("Krośnieńska Żółć", "Gdańsk"), "iso-8859-2"),
        (("Αθήνα", "Ελλάς", "Άγιος"), "cp1253"),
        (("Αθήνα", "Ελλάς", "Άγιος"), "iso-8859-7"),
        (("Иванов", "Петров"), "cp1251"),
        (("Иванов", "Петров"), "koi8-r"),
        (("Šiauliai Žemė ąčęėį", "Õun"), "cp1257"),
        (("İstanbul Şirketi ğı", "Öz"), "cp1254"),
        (("Käufer Öß", "Köln"), "cp850"),
        (("Käufer Öß", "Köln"), "mac-roman"),
    ],
)
def test_letters_of_europe_are_read_by_words_and_said(engine, write, names, encoding):
    (table,) = open_file(engine, write(sales(*names).encode(encoding)))
    assert tuple(row[3] for row in cells(engine, table)) == names
    assert (table.dialect.encoding, [problem.code for problem in table.problems]) == (encoding, ["encoding-by-words"])


def test_words_in_two_encodings_are_asked_about_and_the_answer_is_kept(engine, write):
    path = write(sales("Bob", "Brontë").encode("cp1252"))
    with pytest.raises(AnswerNeededError, match="its letters can be read in two ways, and nothing in the file decides") as error:
        open_file(engine, path)
    (question,) = error.value.questions
    assert question.evidence == ("line 3: Brontė or Brontë",)
    assert [choice.settings["dialect"]["encoding"] for choice in question.choices] == ["cp1257", "cp1252"]
    (table,) = open_file(engine, path, dialect={"encoding": "cp1252"})
    assert cells(engine, table)[1][3] == "Brontë"


def test_mixed_encodings_say_the_one_that_the_file_is_read_in(engine, write):
    lines = [b"Customer;Net", "Käufer;10,50".encode(), "Köln;20,50".encode("cp1252")]
    (table,) = open_file(engine, write(b"\n".join(lines) + b"\n"))
    assert table.dialect.encoding == "cp1252"
    assert "is read as Western European, Windows (cp1252), but line 2 is written in UTF-8" in str(table.problems[0])

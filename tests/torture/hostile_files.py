"""Files that nobody should send and somebody will: each drawn from its number alone, of one kind and spoilt in one or several ways."""

from __future__ import annotations

import io
import random
import warnings
import zipfile
import zlib

import pyarrow as pa
import pyarrow.csv
import pyarrow.parquet
import xlsxwriter
from tests.intake.documents.written import cii, cii_line, finvoice, finvoice_row, ubl, ubl_line

HEADS = (
    ("Invoice", "Date", "Customer", "Product", "Quantity", "Net sales", "Cost"),
    ("Laskunumero", "Päivämäärä", "Asiakas", "Tuote", "Määrä", "Nettosumma", "Omakustannus"),
    ("Fakturanr", "Fakturadatum", "Kund", "Artikel", "Antal", "Belopp", "Kostnad"),
)
ODD_CELLS = (
    "=cmd|' /C calc'!A0",
    "1e308",
    "-1e-308",
    "NaN",
    "Infinity",
    "٣٤٥",
    "1.234",
    "1,234,5",
    "31.02.2024",
    "0000-00-00",
    "9999-12-31",
    "\u202e0001",
    "\ufeff",
    "a" * 40_000,
    '"',
    "'",
    ";",
    "\t",
    "\u2028",
    "NULL",
    "#REF!",
    "true",
    "999999999999999999999999999999",
    "0.00000000000000000001",
    "12/12/12",
    "\x1b[2J",
    "../../etc/passwd",
    "${jndi:x}",
    "<b>",
    "131052-308T",
)
ENCODINGS = ("utf-8", "utf-8-sig", "cp1252", "utf-16", "utf-16-le", "iso8859-15", "cp437", "utf-7", "cp037", "shift_jis")


def table(draw):
    """A header and rows of a small company, with odd cells here and there."""
    head = draw.choice(HEADS)
    rows = []
    for number in range(draw.choice((0, 1, 2, 30, 300))):
        day = f"{draw.randint(1, 28):02d}.{draw.randint(1, 12):02d}.{draw.choice((2023, 2024))}"
        net = draw.randint(-500, 5_000)
        row = [
            str(1000 + number // 3),
            day,
            f"C{draw.randint(1, 9)}",
            f"P{draw.randint(1, 5)}",
            str(draw.randint(-3, 20)),
            f"{net},{draw.randint(0, 99):02d}",
            str(net),
        ]
        rows.append([draw.choice(ODD_CELLS) if draw.random() < 0.01 else cell for cell in row])
    return head, rows


def text_file(draw):
    """A table as text, in some dialect and encoding."""
    head, rows = table(draw)
    delimiter, end = draw.choice(";,\t|:~ \x01"), draw.choice(("\n", "\r\n", "\r", "\n\r", "\x00"))
    quote = draw.choice(('"', "'", ""))

    def cell(value):
        return f"{quote}{value.replace(quote, quote * 2)}{quote}" if quote and (draw.random() < 0.2 or delimiter in value) else value

    lines = [delimiter.join(map(cell, row)) for row in (head, *rows)]
    data = end.join(lines).encode(draw.choice(ENCODINGS), "replace")
    return draw.choice((".csv", ".tsv", ".txt", ".xlsx", ".parquet", "")), data


def workbook(draw):
    """A table as a workbook, with formulas, wide places and hidden sheets here and there."""
    head, rows = table(draw)
    held = io.BytesIO()
    with xlsxwriter.Workbook(held, {"in_memory": True}) as book:
        for number in range(draw.choice((1, 1, 1, 3))):
            sheet = book.add_worksheet()
            if number and draw.random() < 0.5:
                sheet.hide()
            for r, row in enumerate((head, *rows)):
                for c, cell in enumerate(row):
                    if draw.random() < 0.02:
                        sheet.write_formula(r, c, draw.choice(("=1/0", "=A1", '=HYPERLINK("http://x")', "=SUM(A:A)")), value="")
                    else:
                        sheet.write_string(r, c, cell[:32_000])
            if draw.random() < 0.3:
                sheet.write_string(draw.choice((1_048_575, 70_000)), draw.choice((0, 16_383)), "far away")
            if draw.random() < 0.2:
                sheet.merge_range(0, 0, draw.randint(1, 5), 3, "merged")
    return draw.choice((".xlsx", ".xlsm", ".xls", ".csv")), held.getvalue()


def parquet(draw):
    """A table as Parquet, with columns of all kinds."""
    head, rows = table(draw)
    columns = list(zip(*rows, strict=True)) if rows else [()] * len(head)
    kinds = {"nested": pa.array([[1]] * len(rows)), "big": pa.array([2**63 - 1] * len(rows)), "half": pa.array([float("nan")] * len(rows))}
    made = pa.table(dict(zip(head, map(list, columns), strict=True)) | (kinds if draw.random() < 0.3 else {}))
    held = io.BytesIO()
    pa.parquet.write_table(made, held, compression=draw.choice(("snappy", "zstd", "none")))
    return draw.choice((".parquet", ".csv", ".xlsx")), held.getvalue()


def invoice(draw):
    """An e-invoice of one of three kinds, sometimes with a trap in its head or of great depth."""
    data = draw.choice((ubl([ubl_line(1, "100")], "100"), cii([cii_line(1, "100")], "100"), finvoice([finvoice_row("100")], "100")))
    if draw.random() < 0.3:
        bomb = '<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa">' + "".join(f'<!ENTITY {chr(98 + i)} "{f"&{chr(97 + i)};" * 10}">' for i in range(9)) + "]>"
        reads = '<!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/passwd">]>'
        data = draw.choice((bomb, reads)).encode() + data
    if draw.random() < 0.2:
        deep = draw.choice((1_000, 100_000))
        data = b"<a>" * deep + data + b"</a>" * deep
    return draw.choice((".xml", ".csv", ".pdf")), data


def archive(draw):
    """A zip file of something: names that lead out, many members, members that unpack to much."""
    held = io.BytesIO()
    with warnings.catch_warnings(), zipfile.ZipFile(held, "w", zipfile.ZIP_DEFLATED) as packed:
        warnings.simplefilter("ignore", UserWarning)  # one name twice is what is drawn
        for number in range(draw.choice((0, 1, 50, 2_000))):
            packed.writestr(draw.choice((f"{number}.xml", f"../../{number}.xml", f"/{number}.csv", f"a/{number}/b.zip", "xl/workbook.xml")), b"<x/>")
        if draw.random() < 0.4:
            packed.writestr(draw.choice(("big.xml", "xl/worksheets/sheet1.xml", "[Content_Types].xml")), bytes(draw.choice((1 << 20, 200 << 20))))
    return draw.choice((".zip", ".xlsx", ".csv")), held.getvalue()


def pdf(draw):
    """A PDF with nothing, something or too much attached."""
    inner = draw.choice((b"<x/>", bytes(50 << 20), ubl([ubl_line(1, "100")], "100")))
    packed = zlib.compress(inner)
    named = b"<</Type/Filespec/F(factur-x.xml)/EF<</F 4 0 R>>>>"
    objects = [
        b"1 0 obj<</Type/Catalog/Pages 2 0 R/Names<</EmbeddedFiles<</Names[(factur-x.xml) 3 0 R]>>>>>>endobj\n",
        b"2 0 obj<</Type/Pages/Kids[]/Count 0>>endobj\n",
        b"3 0 obj" + named + b"endobj\n",
        b"4 0 obj<</Type/EmbeddedFile/Filter/FlateDecode/Length %d>>stream\n" % len(packed) + packed + b"\nendstream endobj\n",
    ]
    return draw.choice((".pdf", ".xml")), b"%PDF-1.7\n" + b"".join(objects) + b"trailer<</Root 1 0 R>>\n%%EOF"


def noise(draw):
    """Bytes that mean nothing, behind the beginning of something."""
    start = draw.choice(
        (b"", b"PK\x03\x04", b"PAR1", b"%PDF-1.7", b"\xd0\xcf\x11\xe0", b"<?xml version='1.0'?>", b"\xff\xfe", b"\x1f\x8b", b"SQLite format 3\x00")
    )
    return draw.choice((".csv", ".xlsx", ".parquet", ".xml", ".pdf", ".zip")), start + draw.randbytes(draw.choice((0, 1, 100, 100_000)))


def shape(draw):
    """Text whose shape is the trouble: one endless line, a million short ones, a hundred thousand columns, quotes that never close."""
    head = ";".join(HEADS[0])
    made = draw.choice(
        (
            lambda: head + "\n" + "1;" * 2_000_000,
            lambda: head + "\n" + "x" * (70 << 20),
            lambda: head + "\n" * 1_000_000,
            lambda: ";".join(f"c{n}" for n in range(100_000)) + "\n" + ";".join("1" * 100_000),
            lambda: head + '\n"' + "1;01.01.2024;C1;P1;1;10,00;5\n" * 20_000,
            lambda: head + "\n" + '1;01.01.2024;"C1";P1;1;10,00;5"\n' * 2_000,
            lambda: head + "\n" + "1;01.01.2024;C1;P1;1;10,00;5\n" * 500 + ";" * 500 + "\n" + "1;2\n" * 500,
            lambda: "\n".join([head, *("1;01.01.2024;C1;P1;1;10,00;5",) * 200] * 3),
            lambda: "\x00" * 100_000,
            lambda: head,
            lambda: "",
        )
    )()
    return draw.choice((".csv", ".tsv")), made.encode()


KINDS = (text_file, text_file, text_file, workbook, workbook, parquet, invoice, invoice, archive, pdf, noise, shape)


def spoilt(draw, data):
    """The bytes after something happened to them on their way; often nothing."""
    for _ in range(draw.choice((0, 0, 1, 1, 2))):
        at = draw.randint(0, max(len(data) - 1, 0))
        data = draw.choice(
            (
                lambda data=data, at=at: data[:at],
                lambda data=data, at=at: data[at:],
                lambda data=data, at=at: data[:at] + b"\x00" * 50 + data[at:],
                lambda data=data, at=at: data[:at] + bytes([draw.randrange(256)]) + data[at + 1 :],
                lambda data=data, at=at: data[:at] + draw.randbytes(200) + data[at:],
                lambda data=data: data + data,
                lambda data=data, at=at: data[:at] + b'"' + data[at:],
                lambda data=data, at=at: data[:at] + b"\xc3\x28" + data[at:],
                lambda data=data, at=at: data[:at] + "ä€".encode("cp1252") + data[at:],
            )
        )()
    return data


def hostile(number):
    """File ``number``: its kind, the ending of its name, and its bytes."""
    draw = random.Random(f"hostile file {number}")  # noqa: S311  (made-up files, no secret)
    kind = draw.choice(KINDS)
    ending, data = kind(draw)
    return kind.__name__, ending, spoilt(draw, data)

"""A tax that each line of a document repeats is the document's, and no tax of the line."""

from decimal import Decimal as D  # noqa: N817

from goodterms.intake import read

HEAD = "Invoice number,Date,Customer,Item,Quantity,Unit amount,Line amount,Tax total"
LINES = ["1,2024-01-31,Ann,P,1,100.00,100.00,48.00", "1,2024-01-31,Ann,Q,2,50.00,100.00,48.00", "2,2024-02-29,Bob,P,1,100.00,100.00,60.00",
         "2,2024-02-29,Bob,Q,3,50.00,150.00,60.00", "3,2024-03-31,Ann,P,2,100.00,200.00,72.00", "3,2024-03-31,Ann,Q,2,50.00,100.00,72.00"]  # fmt: skip


def rows(reading, columns):
    return reading.facts.engine.con.execute(f"SELECT {columns} FROM sale_lines ORDER BY row").fetchall()


def test_a_documents_tax_on_its_lines_is_left_out(write):
    reading = read([write("s.csv", "\n".join([HEAD, *LINES, ""]))])
    assert rows(reading, "net_value, tax") == [(D(net), None) for net in (100, 100, 100, 150, 200, 100)]
    assert any("Tax total is the total of the document on each of its lines" in said for account in reading.files for said in account.said)
    assert '"Tax total" = "-"' in reading.mapping.as_toml()


def test_the_lines_own_tax_counts_beside_that_of_the_document(write):
    of_lines = [f"{line},{D(line.split(',')[6]) * D('0.24'):.2f}" for line in LINES]
    reading = read([write("s.csv", "\n".join([f"{HEAD},Tax amount", *of_lines, ""]))])
    assert rows(reading, "net_value, tax") == [(D(net), D(net) * D("0.24")) for net in (100, 100, 100, 150, 200, 100)]

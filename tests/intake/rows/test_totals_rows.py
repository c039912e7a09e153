"""Totals among the lines: set aside where two things say so, and no customer is taken for one."""

from __future__ import annotations

from decimal import Decimal

import pytest

from goodterms.errors import AnswerNeededError, MappingError
from goodterms.intake import read
from goodterms.intake.mapping.answers import answered
from goodterms.intake.mapping.mapping_file import Mapping
from goodterms.intake.values.total_words import BARE, BESIDE
from goodterms.problems import Severity

HEADER = "Invoice No;Date;Customer;Product;Quantity;Net amount\n"
LINES = "1;2023-01-05;A;P1;2;20,00\n2;2023-02-15;B;P1;3;30,00\n3;2023-03-20;A;P2;1;15,50\n"


@pytest.fixture
def account(tmp_path):
    """Read a file and say which rows were set aside as totals and which were rejected."""

    def _account(text, *, costs=False, differing=()):
        path = tmp_path / "s.csv"
        path.write_text(text)
        reading = read([], costs=[path]) if costs else read([path])
        (file,) = reading.files
        said = [p.origin.row for p in reading.problems if p.severity == Severity.REJECTED]
        assert file.physical == file.accepted + file.rejected + file.set_aside
        assert not [p for p in reading.problems if p.code == "total-differs" and p.origin.row not in differing]
        return [ref.row for ref in file.set_aside_rows if ref.reason.startswith("total")], said

    return _account


@pytest.mark.parametrize(
    "total",
    [
        ";2024-12-31;Total;;6;65,50",
        ";2024-12-31;;;6;65,50",
        ";2024-12-31;;;;65,50",
        "Yhteensä;2024-12-31;;;6;65,50",
        "Total 2023;2024-12-31;;;6;65,50",
        "Summa;;;;6;65,50",
        ";;;;6;65,50",
        ";2024-12-31;Total;;6;99,00",
        "Grand total;;;;;99,00",
    ],
)
def test_totals_are_set_aside_with_a_date_and_without(account, total):
    assert account(HEADER + LINES + total + "\n", differing=[5] if "99,00" in total else []) == ([5], [])


def test_subtotals_of_customers_and_the_grand_total_are_set_aside(account):
    text = "1;2023-01-05;A;P1;2;20,00\n2;2023-02-15;A;P1;3;30,00\n;;A Total;;5;50,00\n3;2023-01-05;B;P1;2;20,00\n;;B Total;;2;20,00\n;;Grand Total;;7;70,00\n"
    assert account(HEADER + text) == ([4, 6, 7], [])


def test_subtotals_of_months_with_their_days_are_set_aside(account):
    text = (
        "1;2023-01-05;A;P1;2;20,00\n2;2023-01-15;B;P1;3;30,00\nTotal 2023-01;2023-01-31;;;5;50,00\n"
        "3;2023-02-05;B;P1;2;20,00\nTotal 2023-02;2023-02-28;;;2;20,00\nTotal;2023-02-28;;;7;70,00\n"
    )
    assert account(HEADER + text) == ([4, 6, 7], [])


def test_a_total_in_the_only_column_of_keys_is_set_aside_by_its_sum(account):
    assert account("Customer;Date;Net amount\nA;2023-01-05;10,00\nB;2023-01-05;20,00\nTotal;2023-01-31;30,00\n") == ([4], [])


def test_totals_of_costs_are_set_aside(account):
    text = "2023-01;4000;100,00\n2023-01;4100;50,00\n2023-01;Total;150,00\n2023-02;4000;100,00\n2023-02;Total;100,00\n"
    assert account("Month;Account;Amount\n" + text, costs=True) == ([4, 6], [])


@pytest.mark.parametrize("name", ["Summa Oy", "Total Energies", "TotalEnergies", "Total", "Sum Trading"])
def test_a_customer_whose_name_has_the_word_is_a_customer(account, name):
    assert account(HEADER + LINES + f"4;2023-04-05;{name};P1;2;20,00\n5;2023-05-05;{name};P2;2;99,00\n") == ([], [])


@pytest.mark.parametrize("name", ["Summa Oy", "Total Energies", "Total"])
def test_a_customer_of_that_name_stays_where_there_are_no_other_keys(account, name):
    assert account(f"Customer;Date;Net amount\nA;2023-01-05;10,00\n{name};2023-01-05;20,00\n{name};2023-01-31;70,00\n") == ([], [])


def test_a_row_that_does_not_fit_is_no_total_for_a_name_in_its_first_cell(account):
    assert account(HEADER + "Summa Oy;;;;1;10,00\n2;2023-01-05;A;P;1;10,00\n") == ([], [2])


def test_a_line_without_names_is_a_line_where_its_amount_is_no_sum(account):
    assert account(HEADER + LINES + ";2023-04-05;;;1;65,00\n") == ([], [])


def test_lines_without_names_are_lines_where_many_have_none(account):
    assert account("Date;Customer;Net amount\n2023-01-05;;10,00\n2023-01-06;A;20,00\n2023-01-07;;30,00\n") == ([], [])


WORDS = [
    "Total",
    "Totals",
    "Grand Total",
    "Sub-total",
    "Subtotal",
    "Yhteensä",
    "Kaikki yhteensä",
    "Välisumma",
    "Loppusumma",
    "Summa",
    "Delsumma",
    "Totalt",
    "Totalsumma",
    "Summe",
    "Zwischensumme",
    "Gesamt",
    "Gesamtsumme",
    "Gesamtergebnis",
    "Sous-total",
    "Sous total",
    "Total général",
    "Total general",
    "Suma",
    "Totale",
    "Totale complessivo",
    "Subtotale",
    "Totaal",
    "Subtotaal",
    "Eindtotaal",
    "I alt",
    "Hovedtotal",
    "Sum",
    "Delsum",
    "Razem",
    "Suma częściowa",
    "Suma końcowa",
    "Ogółem",
]


@pytest.mark.parametrize("word", WORDS)
def test_words_for_a_total_are_known_alone_before_and_behind_a_name(word):
    assert all(BARE.fullmatch(text) for text in (word, word.upper(), f"{word}:", f"** {word} 2024-01"))
    assert all(BESIDE.fullmatch(text) for text in (word, f"{word} Ann Oy", f"Ann Oy {word.lower()}", f"Ann Oy ({word})"))


@pytest.mark.parametrize("name", ["TotalEnergies", "Summary", "Kreasumma Oy", "Someone", "Gesamtschule", "Malta", "Consumer Oy"])
def test_names_that_begin_like_a_word_for_a_total_are_none(name):
    assert not BESIDE.fullmatch(name)


BY_CUSTOMER = "Customer;Invoice;Date;Product;Net amount\n"


def by_customer(subtotal, total, *, customers=20):
    """A pivot table as text: customers of one to three lines, each with a subtotal, and a total of all."""
    rows, of_all = [], Decimal(0)
    for i in range(customers):
        amounts = [Decimal(f"{100 + 7 * i + j}.{(3 * i + j) % 90 + 10}") for j in range(1 + i % 3)]
        rows += [f"C{i};{10 * i + j};2024-01-{j + 1:02d};P{j};{amount}" for j, amount in enumerate(amounts)]
        rows.append(subtotal.format(f"C{i}", sum(amounts)))
        of_all += sum(amounts)
    return BY_CUSTOMER + "\n".join([*rows, total.format(of_all)]) + "\n", of_all


@pytest.mark.parametrize("day", ["2024-12-31", ""])
@pytest.mark.parametrize("subtotal", ["{} Total", "Total {}", "Summe {}", "Sous-total {}", "{} yhteensä", "Razem {}", "{}"])
def test_subtotals_are_set_aside_however_many_they_are_dated_or_not(tmp_path, subtotal, day):
    text, of_all = by_customer(f"{subtotal};;{day};;{{}}", f"Total général;;{day};;{{}}")
    (tmp_path / "s.csv").write_text(text, encoding="utf-8")
    (file,) = read([tmp_path / "s.csv"]).files
    assert (file.net_by_currency, file.accepted, file.rejected) == ({"": of_all}, 39, 0)
    assert [ref.reason for ref in file.set_aside_rows] == ["header", *["total"] * 21]


def test_a_subtotal_beside_a_rejected_row_counts_it(account):
    text = "1;2023-01-05;A;P1;2;20,00\n2;2023-01-45;A;P1;3;30,00\n;2023-01-31;A Total;;5;50,00\n3;2023-02-05;B;P1;1;7,00\n;2023-02-28;B Total;;1;7,00\n"
    assert account(HEADER + text) == ([4, 6], [3])


@pytest.mark.parametrize("day", ["1.2024", "31.1.2024"])
def test_subtotals_of_costs_stand_in_the_name_of_the_account(account, day):
    text = (
        f"5000;Palkat;{day};100,00\n5100;Eläkkeet;{day};20,00\n;Henkilöstökulut yhteensä;{day};120,00\n5200;Vuokra;{day};50,00\n"
        f";Kulut yhteensä;{day};170,00\n5900;Summaus;{day};5,00\n"
    )
    assert account("Tili;Tilin nimi;Kausi;Summa\n" + text, costs=True) == ([4, 6], [])


def test_a_subtotal_may_stand_in_a_column_without_a_meaning(account):
    text = "Note;Invoice;Date;Customer;Net amount\n;1;2023-01-05;A;10,00\n;2;2023-01-06;A;20,00\nSubtotal A;;2023-01-31;A;30,00\n;3;2023-01-07;A;5,00\n"
    assert account(text) == ([4], [])


def asked(tmp_path, text, *, costs=False):
    """The one question that a file asks, and what its lines come to by each answer, read again by the mapping that is written then."""
    path = tmp_path / "s.csv"
    path.write_text(text, encoding="utf-8")
    given = {"files": [] if costs else [path], "costs": [path] if costs else []}
    with pytest.raises(AnswerNeededError) as error:
        read(**given)
    (question,) = error.value.questions
    readings = [read(**given, mapping=Mapping.read(answered("", option))) for option in question.choices]
    again = [read(**given, mapping=reading.write_mapping(tmp_path / "map.toml")) for reading in readings]
    assert [one.files[0].net_by_currency for one in again] == [one.files[0].net_by_currency for one in readings]
    return question, *(one.files[0].net_by_currency[""] for one in readings)


def test_a_customer_called_a_word_for_a_total_whose_line_is_the_sum_of_those_above_is_asked(tmp_path):
    lines = "1;2024-01-05;A;10\n2;2024-01-06;B;20\n3;2024-01-07;Total;30\n4;2024-01-08;Total;99\n"
    question, by_line, by_total = asked(tmp_path, f"Invoice;Date;Customer;Net amount\n{lines}")
    assert question.evidence == ("row 4: 3; 2024-01-07; Total; 30",)
    assert question.choices[0].line == 'totals = { Total = "line" }'
    assert (by_total, by_line) == (30, 159)


def test_a_total_that_lacks_what_lines_have_and_is_no_sum_is_asked(tmp_path):
    text = "1;2024-01-05;A;10\n2;2024-01-06;A;20\n;2024-01-31;A Total;29\n3;2024-01-07;B;40\n"
    question, by_total, by_line = asked(tmp_path, f"Invoice;Date;Customer;Net amount\n{text}")
    assert (question.evidence, by_total, by_line) == (("row 4: 2024-01-31; A Total; 29",), 70, 99)


def test_one_row_without_a_document_that_is_a_sum_is_asked(tmp_path):
    text = "1;2024-01-05;A;10\n2;2024-01-06;A;20\n;2024-01-31;A;30\n3;2024-01-07;B;40\n"
    question, by_total, by_line = asked(tmp_path, f"Invoice;Date;Customer;Net amount\n{text}")
    assert question.choices[0].line == 'totals = { "without Invoice" = "total" }'
    assert (by_total, by_line) == (70, 100)


DOCUMENTS = "Date;Document;Customer;Product;Text;Net amount\n"


def documents(text):
    """Documents of two lines, and a row of each that is their sum, has all that they have but a product, and says this."""
    rows = (f"2024-01-0{i};{i};C{i};P1;Goods;{30 * i}\n2024-01-0{i};{i};C{i};P2;Goods;{20 * i}\n2024-01-0{i};{i};C{i};;{text};{50 * i}\n" for i in range(1, 7))
    return DOCUMENTS + "".join(rows)


@pytest.mark.parametrize(("text", "first"), [("Montage", "line"), ("Goods", "total"), ("", "total")])
def test_sums_of_a_document_that_lack_a_product_alone_are_asked_and_what_they_say_tells_what_comes_first(tmp_path, text, first):
    question, by_first, by_other = asked(tmp_path, documents(text))
    assert question.choices[0].line == f'totals = {{ "without Product" = "{first}" }}'
    assert {first: by_first}.get("line", by_other) == 2 * 50 * 21
    assert {first: by_first}.get("total", by_other) == 50 * 21


def test_a_document_of_its_own_whose_amount_is_a_sum_by_chance_is_a_line(account):
    assert account("Date;Document;Customer;Product;Net\n2024-01-01;1;A;P;10\n2024-01-02;2;B;Q;20\n2024-01-03;3;;R;30\n2024-01-04;4;A;S;5\n") == ([], [])


def test_rows_with_a_running_number_that_are_all_sums_are_asked(tmp_path):
    rows = (f"{3 * i + 1};2024-01-05;C{i};P1;{30 + i}\n{3 * i + 2};2024-01-05;C{i};P2;20\n{3 * i + 3};2024-01-05;C{i};;{50 + i}\n" for i in range(4))
    question, by_line, by_total = asked(tmp_path, "Invoice;Date;Customer;Product;Net amount\n" + "".join(rows))
    assert question.choices[0].line == 'totals = { "without Product" = "line" }'
    assert (by_total, by_line) == (206, 412)


def test_accounts_of_sums_with_a_number_are_asked(tmp_path):
    text = "5000;Löhne;2024-01;100\n5100;Renten;2024-01;20\n5999;Summe Personal;2024-01;120\n6000;Miete;2024-01;50\n"
    _, by_total, by_line = asked(tmp_path, f"Account;Name;Period;Amount\n{text}", costs=True)
    assert (by_total, by_line) == (170, 290)


def test_what_the_mapping_says_of_totals_is_one_of_two_words(tmp_path):
    with pytest.raises(MappingError, match='a row is "total", "income" or "line"'):
        Mapping.read('version = 1\n[[file]]\ntotals = { "A" = "sum" }\n')


def test_lines_that_lack_a_product_are_lines(account):
    text = "".join(f"{i};2023-01-05;A;P1;1;10,00\n{i};2023-01-05;A;;1;10,00\n" for i in range(8))
    assert account(HEADER + text) == ([], [])


def test_the_same_amount_as_the_one_line_above_is_no_sum(account):
    assert account(HEADER + "1;2023-01-05;A;P;1;10,00\n;;;;1;10,00\n") == ([], [3])


@pytest.mark.parametrize("named", ["Henkilöstö", "Henkilöstökulut yhteensä"])
def test_subtotals_of_months_below_accounts_with_all_months_are_set_aside(account, named):
    months = [f"{month}.2024" for month in (1, 2, 3)]
    rows = [
        f"{number};{name};{month};{amount + i}" for number, name, amount in ((5000, "Palkat", 100), (5100, "Eläkkeet", 20)) for i, month in enumerate(months)
    ]
    rows += [f";{named};{month};{120 + 2 * i}" for i, month in enumerate(months)]
    rows += [f"5200;Vuokra;{month};{50 + i}" for i, month in enumerate(months)]
    rows += [f";Kulut;{month};{170 + 3 * i}" for i, month in enumerate(months)]
    assert account("Tili;Tilin nimi;Kausi;Summa\n" + "\n".join(rows) + "\n", costs=True) == ([8, 9, 10, 14, 15, 16], [])


def test_sums_above_their_lines_are_set_aside(tmp_path):
    blocks = [[f"C{i};{3 * i + j};2024-01-05;P{j};{100 + 7 * i + j}" for j in range(3)] for i in range(5)]
    heads = [f"C{i};;2024-01-05;;{3 * (100 + 7 * i) + 3}" for i in range(5)]
    (tmp_path / "s.csv").write_text(BY_CUSTOMER + "\n".join(row for head, block in zip(heads, blocks, strict=True) for row in (head, *block)) + "\n")
    (file,) = read([tmp_path / "s.csv"]).files
    assert [ref.row for ref in file.set_aside_rows if ref.reason == "total of the rows below"] == [2, 6, 10, 14, 18]
    assert file.net_by_currency == {"": sum(3 * (100 + 7 * i) + 3 for i in range(5))}


def test_few_sums_above_their_lines_are_asked(tmp_path):
    text = "A;;2024-01-31;30\nA;1;2024-01-05;10\nA;2;2024-01-06;20\nB;;2024-01-31;9\nB;3;2024-01-07;4\nB;4;2024-01-08;5\n"
    _, by_total, by_line = asked(tmp_path, f"Customer;Invoice;Date;Net amount\n{text}")
    assert (by_total, by_line) == (39, 78)


def test_rows_with_the_word_of_a_total_are_no_lines_because_freight_stands_behind_it(write):
    """Each invoice: two lines, their subtotal, and freight below that: only the first subtotal is the sum of all above it."""
    rows = "".join(
        f"{n};2024-01-{n:02d};C{n % 3};A1;Nails;{n},00\n{n};2024-01-{n:02d};C{n % 3};A2;Glue;2,00\n"
        f"{n};2024-01-{n:02d};C{n % 3};;Zwischensumme;{n + 2},00\n{n};2024-01-{n:02d};C{n % 3};F;Fracht;5,00\n"
        for n in range(1, 21)
    )
    path = write("s.csv", f"Belegnr;Datum;Kunde;Artikel;Text;Betrag\n{rows}")
    with pytest.raises(AnswerNeededError, match="Zwischensumme") as error:
        read([path])
    (question,) = error.value.questions
    reading = read([path], mapping=Mapping.read(answered("", question.choices[0])))
    assert sum(reading.files[0].net_by_currency.values()) == sum(n + 7 for n in range(1, 21))


@pytest.mark.parametrize("word", ["Rechnungssumme", "Invoice total", "Laskun summa"])
def test_totals_of_documents_that_have_all_keys_of_lines_are_set_aside(tmp_path, word):
    """The document's number, date and customer stand on its total too, and the word where lines name the product."""
    lines, of_totals = [], []
    for i in range(6):
        amounts = [10 * i + 3 * k + 1 for k in range(1 + i % 3)]
        lines += [f"{400 + i};2024-01-{10 + i};Ann;P{k};{amount}" for k, amount in enumerate(amounts)] + [
            f"{400 + i};2024-01-{10 + i};Ann;{word};{sum(amounts)}"
        ]
        of_totals.append(len(lines) + 1)
    (tmp_path / "s.csv").write_text("\n".join(["Invoice;Date;Customer;Item;Net amount", *lines, ""]), "utf-8")
    (file,) = read([tmp_path / "s.csv"]).files
    assert [ref.row for ref in file.set_aside_rows if ref.reason == "total"] == of_totals


def test_a_product_called_sum_is_sold(tmp_path):
    lines = [f"{400 + i};2024-01-{10 + i};Ann;{'Summa' if i % 2 else 'P1'};{7 * i + 3}" for i in range(12)]
    (tmp_path / "s.csv").write_text("\n".join(["Invoice;Date;Customer;Item;Net amount", *lines, ""]), "utf-8")
    assert read([tmp_path / "s.csv"]).accepted == len(lines)

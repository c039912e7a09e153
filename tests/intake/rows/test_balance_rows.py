"""Opening and closing balances: set aside where a row has nothing of a line, asked about where it has all of it."""

from __future__ import annotations

from decimal import Decimal

import pytest

from goodterms.errors import AnswerNeededError
from goodterms.intake import read
from goodterms.intake.mapping.answers import answered
from goodterms.intake.mapping.mapping_file import Mapping
from goodterms.intake.values.total_words import BALANCE, BARE, SALDO

HEADER = "Date;Customer;Document;Product;Net amount\n"
ENTRIES = [(1, "", "Alkusaldo", 1000), (2, 1, "Lasku", 100), (3, 2, "Lasku", 50), (4, "", "Loppusaldo", 1150)]
LINES = "2024-01-02;Bob;2;P1;200\n2024-01-03;Cleo;3;P2;300\n"


def balances(reading):
    """The rows that were set aside as balances, and what the others come to."""
    (file,) = reading.files
    assert file.physical == file.accepted + file.rejected + file.set_aside
    assert file.rejected == 0
    return [ref.row for ref in file.set_aside_rows if ref.reason == "opening or closing balance"], file.net_by_currency[""]


@pytest.mark.parametrize(
    "word",
    [
        *("Opening balance", "CLOSING BALANCE", "Opening balance 1.1.2024", "Balance brought forward", "Alkusaldo", "Loppusaldo:", "Saldo", "Anfangsbestand"),
        *("Vortrag", "Saldovortrag", "Ingående balans", "Utgående saldo", "Primo saldo", "Solde initial", "Solde d'ouverture", "Saldo inicial", "Saldo final"),
        *("Saldo iniziale", "Bilans otwarcia", "Bilans zamknięcia", "Beginsaldo", "Počáteční stav", "Nyitó egyenleg", "Algsaldo", "Endbestand zum 31.12.2024"),
    ],
)
@pytest.mark.parametrize("day", ["2024-01-01", ""])
def test_a_balance_without_a_document_is_set_aside_and_listed(write, word, day):
    reading = read([write("s.csv", f"{HEADER}{day};{word};;;5000\n{LINES}")])
    assert balances(reading) == ([2], Decimal(500))
    (problem,) = [p for p in reading.problems if p.code == "set-aside"]
    assert problem.sentence == f"Opening or closing balance, set aside: {'; '.join(filter(None, [day, word, '5000']))}"


def test_a_balance_may_stand_in_a_column_without_a_meaning_and_in_the_one_of_products(write):
    text = f"Note;{HEADER}Alkusaldo;2024-01-01;Bob;;;5000\n;{LINES.splitlines()[0]}\n;{LINES.splitlines()[1]}\n;2024-01-31;Bob;9;Loppusaldo;5500\n"
    assert balances(read([write("s.csv", text)])) == ([2, 5], Decimal(500))


def test_sums_go_by_the_lines_alone(write):
    text = f"{HEADER}2024-01-01;Opening balance;;;5000\n{LINES}2024-01-31;;;;500\n2024-01-31;Closing balance;;;5500\n"
    reading = read([write("s.csv", text)])
    assert balances(reading) == ([2, 6], Decimal(500))
    assert [ref.row for ref in reading.files[0].set_aside_rows if ref.reason == "total"] == [5]


def test_balances_of_each_account_in_a_list_of_entries_are_no_costs(write):
    rows = [f"{account};2024-01-0{day};{entry};{text};{amount}" for account in (4000, 5000) for day, entry, text, amount in ENTRIES]
    path = write("gl.csv", "Account;Date;Voucher;Text;Amount\n" + "\n".join(rows) + "\n")
    assert balances(read([], costs=[path])) == ([2, 5, 6, 9], Decimal(300))


def asked(path):
    """What lines come to by each answer to the one question."""
    with pytest.raises(AnswerNeededError, match="called a balance") as error:
        read([path])
    (question,) = error.value.questions
    return [balances(read([path], mapping=Mapping.read(answered("", option)))) for option in question.choices]


def test_a_balance_with_a_document_and_a_product_is_asked(write):
    assert asked(write("s.csv", f"{HEADER}2024-01-01;Opening balance;1;P1;5000\n{LINES}")) == [([2], Decimal(500)), ([], Decimal(5500))]


def test_a_single_word_in_a_list_without_documents_is_asked(write):
    assert asked(write("s.csv", "Date;Customer;Net amount\n2024-01-01;Saldo;50\n2024-01-02;Bob;20\n")) == [([2], Decimal(20)), ([], Decimal(70))]


def test_balances_that_most_rows_are_called_are_asked(write):
    rows = "".join(f"2024-01-0{i};Opening balance;;;{i}\n" for i in range(1, 8))
    assert asked(write("s.csv", HEADER + LINES + rows)) == [(list(range(4, 11)), Decimal(500)), ([], Decimal(528))]


@pytest.mark.parametrize("name", ["Saldo", "Balance", "New Balance", "Saldo Oy", "Vortrag", "Closing Balance Ltd"])
def test_a_customer_of_that_name_with_documents_and_products_is_a_customer(write, name):
    assert balances(read([write("s.csv", f"{HEADER}2024-01-01;{name};1;P1;50\n{LINES}")])) == ([], Decimal(550))


@pytest.mark.parametrize("name", ["Balance GmbH", "Saldos", "Eröffnung", "Final", "Vortrag über Zinsen", "Total"])
def test_other_names_are_no_words_for_a_balance(name):
    assert not BALANCE.fullmatch(name)
    assert not SALDO.fullmatch(name)


def test_words_for_a_balance_are_none_for_a_total():
    assert not BARE.fullmatch("Loppusaldo")
    assert not BARE.fullmatch("Saldo")


@pytest.mark.parametrize("product", ["Vortrag", "Balance"])
def test_a_product_may_be_called_as_a_balance_is(write, product):
    lines = "".join(f"2024-01-{n:02d};{n};{product if n % 4 == 0 else f'P{n}'};C1;2;50,00;100,00\n" for n in range(1, 13))
    reading = read([write("s.csv", f"Date;Invoice;Product;Customer;Quantity;Unit price;Net amount\n{lines}")])
    assert balances(reading) == ([], Decimal(1200))


@pytest.mark.parametrize(
    ("first", "last", "total"),
    [
        ("Opening balance", "Closing balance", "Total"),
        ("IB", "UB", "Omslutning"),
        ("Saldo aloitus", "Loppusaldo", "Yhteensä"),
        ("Anfangsbestand", "Endbestand", "Summe"),
        ("Primo", "Ultimo", "I alt"),
        ("Saldo 1.1.2024", "Saldo 31.12.2024", "Sum:"),
    ],
)
@pytest.mark.parametrize("head", ["Date;Voucher;Account;Amount", "Account;Voucher;Date;Amount"])
def test_a_balance_or_a_total_in_place_of_the_day_is_set_aside_whatever_else_its_row_has(write, first, last, total, head):
    rows = [
        {"Date": day, "Voucher": voucher, "Account": account, "Amount": amount}
        for account in (4000, 5000)
        for day, voucher, amount in [(first, "", 900), ("2024-01-03", 1, 100), ("2024-02-03", 2, 50), (total, "", 150), (last, "", 1050)]
    ]
    path = write("gl.csv", "\n".join([head, *(";".join(str(row[name]) for name in head.split(";")) for row in rows)]) + "\n")
    reading = read([], costs=[path])
    assert balances(reading) == ([2, 6, 7, 11], Decimal(300))
    assert [ref.row for ref in reading.files[0].set_aside_rows if ref.reason == "total"] == [5, 10]
    again = read([], costs=[path], mapping=Mapping.read(reading.mapping.as_toml()))
    assert balances(again) == ([2, 6, 7, 11], Decimal(300))


def test_another_word_in_place_of_the_day_is_no_balance(write):
    (file,) = read([write("s.csv", f"{HEADER}Opening;;;;5000\nOpening balance;;;;5000\nIBM;;;;7\n{LINES}")]).files
    assert ([ref.row for ref in file.set_aside_rows if ref.reason == "opening or closing balance"], file.rejected, file.accepted) == ([3], 2, 2)


def test_a_mapping_that_calls_a_balance_without_a_day_a_line_has_it_rejected(write):
    path = write("s.csv", f"{HEADER}Opening balance;;;;5000\n{LINES}")
    (file,) = read([path], mapping=Mapping.read('version = 1\n[[file]]\nmatch = "s.csv"\ntotals = { "Opening balance" = "line" }\n')).files
    assert (file.rejected, file.accepted) == (1, 2)

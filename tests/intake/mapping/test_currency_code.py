"""Amounts in every currency of the list, however it is written: they are read as these amounts, or asked about, never as others."""

from __future__ import annotations

from decimal import Decimal
from itertools import product

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from goodterms.errors import AnswerNeededError
from goodterms.intake import read
from goodterms.intake.mapping.column_names import rank_of
from goodterms.intake.mapping.currency_code import _WRITTEN, CODES, ISO_4217, SHARED, WHOLE_UNITS, are_codes, currency_code

D = Decimal
_NBSP, _NARROW = "\N{NO-BREAK SPACE}", "\N{NARROW NO-BREAK SPACE}"
WRITINGS = [(code, written) for code, several in _WRITTEN.items() for written in (code, *several.split())]
STYLES = [(" ", ","), (_NBSP, ","), (_NARROW, ","), (".", ","), ("", ","), (",", "."), ("'", "."), ("\N{RIGHT SINGLE QUOTATION MARK}", "."), ("", ".")]
CASES = [str, str.upper, str.lower, str.capitalize]
FORMS = [form for space in ("", " ", _NBSP) for form in (f"{{mark}}{space}{{amount}}", f"{{amount}}{space}{{mark}}")]
SIGNED = ["-{amount}", "{amount}-", "({amount})", "\N{MINUS SIGN}{amount}"]


def written(amount, style, mark, form, sign, places):
    """An amount as a person writes it; ``form`` says where the currency stands, ``sign`` how what is below zero is written."""
    thousands, point = style
    digits = f"{abs(amount):,.{places}f}".translate({ord(","): thousands, ord("."): point})
    if amount >= 0:
        return form.format(amount=digits, mark=mark)
    if sign.startswith("-{") and form.startswith("{mark}"):
        return "-" + form.format(amount=digits, mark=mark)
    return form.format(amount=sign.format(amount=digits), mark=mark)


def sums(path, cells, **settings):
    path.write_text("Invoice;Date;Customer;Net amount\n" + "".join(f"{i};2024-01-05;Ann;{cell}\n" for i, cell in enumerate(cells)), encoding="utf-8")
    return read([path], mapping={"version": 1, "file": [{"match": path.name, "credit_notes": "negative", **settings}]})


@pytest.mark.parametrize("style", STYLES)
def test_each_sign_and_word_is_read_before_and_behind_amounts(tmp_path, style):
    ways = list(product(WRITINGS, CASES, FORMS, SIGNED))
    truth = [(-1) ** place * D(99_50 + place * 1_017) / 100 for place in range(len(ways))]
    cells = [written(amount, style, case(mark), form, sign, 2) for amount, ((_, mark), case, form, sign) in zip(truth, ways, strict=True)]
    reading = sums(tmp_path / "s.csv", cells, constants={"currency": "EUR"})
    assert [amount for (amount,) in reading.facts.engine.con.execute("SELECT net_value FROM sale_lines ORDER BY row").fetchall()] == truth


@pytest.mark.parametrize(
    ("cells", "currency", "total"),
    [
        (["Fr. 1'250.50", "SFr. 12.00"], "CHF", "1262.5"),
        (["kr. 1.250,50", "Kr 12,00"], "", "1262.5"),
        (["1.250,50 euroa", "12,00 €"], "EUR", "1262.5"),
        (["1 250:-", "1 250,50:-", "-125:–"], "", "2375.5"),
        (["12.500 ISK", "1.500 ISK", "900 ISK"], "ISK", "14900"),
        (["US$1,250.50", "$12.00"], "USD", "1262.5"),
        (["C$1,250.50", "CA$12.00"], "CAD", "1262.5"),
    ],
)
def test_amounts_are_read_as_countries_write_them(tmp_path, cells, currency, total):
    reading = sums(tmp_path / "s.csv", cells)
    assert (reading.files[0].net_by_currency, reading.rejected) == ({currency: D(total)}, 0)


def test_three_digits_are_thousands_of_currencies_without_cents_alone(tmp_path):
    with pytest.raises(AnswerNeededError, match=r'"12\.500 SEK" may be a number with decimals or with thousands'):
        sums(tmp_path / "s.csv", ["12.500 SEK", "1.500 SEK"])
    with pytest.raises(AnswerNeededError, match="may be a number with decimals or with thousands"):
        sums(tmp_path / "s.csv", ["12.500 ISK", "1.500"])


@pytest.mark.parametrize(
    ("heading", "cell", "asked"),
    [
        ("Net amount;Currency", "12.500;HUF", False),
        ("Net amount;Currency", "12.500;EUR", True),
        ("Net amount HUF;Note", "12.500;new", False),
        ("Net amount;Note", "12.500:-;new", False),
        ("Net amount;Note", "12.500 kr;new", True),
        ("Net amount;Unit price", "100;12.500 Ft", True),
        ("Net amount HUF;Quantity", "12.500;12.500", False),
    ],
)
def test_a_currency_without_cents_decides_of_its_amounts_and_of_what_is_written_as_they_are(write, heading, cell, asked):
    path = write("s.csv", f"Invoice;Date;Customer;{heading}\nA1;2024-01-05;Ann;{cell}\nA2;2024-01-06;Ann;{cell}\n")
    if asked:
        with pytest.raises(AnswerNeededError, match="may be a number with decimals or with thousands"):
            read([path])
    else:
        assert list(read([path]).files[0].net_by_currency.values()) == [D(25000)]


@pytest.mark.parametrize("cell", ["12€50", "1kr250", "3 ft 600", "EUR 12 kr 500"])
def test_a_mark_between_digits_makes_no_number_of_both(tmp_path, cell):
    reading = sums(tmp_path / "s.csv", ["10,00", "20,00", cell])
    assert (list(reading.files[0].net_by_currency.values()), reading.rejected) == ([D(30)], 1)


@settings(max_examples=30, deadline=None, derandomize=True, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    cents=st.lists(st.integers(-9_999_999_999, 9_999_999_999), min_size=1, max_size=8),
    code_mark=st.sampled_from(WRITINGS),
    case=st.sampled_from(CASES),
    style=st.sampled_from(STYLES),
    form=st.sampled_from(FORMS),
    sign=st.sampled_from(SIGNED),
    whole=st.booleans(),
)
def test_amounts_come_back_in_every_currency_or_are_asked_about(tmp_path, cents, code_mark, case, style, form, sign, whole):
    code, mark = code_mark
    is_whole = whole or code in WHOLE_UNITS
    truth = [D(cent // 100) if is_whole else D(cent) / 100 for cent in cents]
    cells = [written(amount, style, case(mark), form, sign, 0 if is_whole else 2) for amount in truth]
    try:
        reading, asked = sums(tmp_path / "s.csv", cells), []
    except AnswerNeededError as error:
        reading, asked = None, [question.key.partition(":")[0] for question in error.questions]
    if reading is None:
        assert asked == ["decimal"]
        return
    rows = reading.facts.engine.con.execute("SELECT net_value, coalesce(currency, '') FROM sale_lines ORDER BY row").fetchall()
    assert rows == [(amount, "" if mark in SHARED else code) for amount in truth]


def test_codes_that_are_no_usual_ones_are_read_in_amounts_too(tmp_path):
    reading = sums(tmp_path / "s.csv", ["1 250,50 THB", "MYR 10,00"], constants={"currency": "EUR"})
    assert reading.files[0].net_by_currency == {"EUR": D("1260.5")}
    assert reading.rejected == 0


def test_the_list_holds_codes_and_says_each_writing_once():
    assert CODES <= ISO_4217
    assert {currency_code(mark) for _, mark in WRITINGS} == CODES | set(SHARED)


@pytest.mark.parametrize("mark", ["EUR", "euroa", "Kč", "zł", "kr", "SEK", "CZK", "lei", "₴", "¥"])
def test_headings_may_name_the_currency(mark):
    assert rank_of("sale_lines", f"Net amount {mark}", "net_value") == rank_of("sale_lines", f"Net amount ({mark})", "net_value") == 1


@pytest.mark.parametrize("values", [["ft"], ["Fr"], ["kr", "kr"], ["din"], ["kr", "ft"]])
def test_words_that_mean_other_things_too_make_no_column_of_currencies(values):
    assert not are_codes(values)

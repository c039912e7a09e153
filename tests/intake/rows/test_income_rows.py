"""Income and the result among costs, as in an income statement that was exported whole."""

from __future__ import annotations

from decimal import Decimal

import pytest

from goodterms.errors import AnswerNeededError
from goodterms.intake import read
from goodterms.intake.mapping.answers import answered
from goodterms.intake.mapping.mapping_file import Mapping

D = Decimal
STATEMENT = """\
Tili;Nimi;1/2024;2/2024;3/2024;Yhteensä
3000;Myynti Suomi;44000;37200;39600;120800
4000;Ostot;-23760;-22440;-23100;-69300
5000;Palkat;-5820;-6360;-5460;-17640
7230;Vuokrat;-2325;-2650;-2300;-7275
Tilikauden tulos;;12095;5750;8740;26585
"""
COSTS_OF_IT = {"4000": D(69300), "5000": D(17640), "7230": D(7275)}


def amounts_of(reading):
    return dict(reading.facts.engine.con.execute("SELECT account, sum(amount)::DECIMAL(12, 2) FROM costs GROUP BY 1 ORDER BY 1").fetchall())


def read_through(path, picks=()):
    """Read a file of costs and answer what is asked, by the first choice unless another is picked; the reading, and the questions."""
    text, questions, picks = "", [], list(picks)
    while True:
        try:
            return read([], costs=[path], mapping=Mapping.read(text) if text else None), questions
        except AnswerNeededError as error:
            questions.append(error.questions[0])
            text = answered(text, error.questions[0].choices[picks.pop(0) if picks else 0])


def aside_of(reading):
    return [(ref.row, ref.reason) for ref in reading.files[0].set_aside_rows[1:]]


def test_an_income_statement_gives_its_costs(write, tmp_path):
    reading, questions = read_through(write("tulos.csv", STATEMENT))
    assert [question.key.partition(":")[0] for question in questions] == ["costs", "income"]
    assert questions[1].sentence.endswith("an account may be income, and no cost, beside costs of 94,215.00.")
    assert questions[1].evidence == ("3000 Myynti Suomi: -120,800.00",)
    assert amounts_of(reading) == COSTS_OF_IT
    assert aside_of(reading) == [(2, "income"), (6, "result")]
    account = reading.files[0]
    assert (account.accepted, account.rejected, account.set_aside) == (3, 0, 3)
    assert not [problem for problem in reading.problems if problem.code == "total-differs"]
    again = read([], costs=[tmp_path / "tulos.csv"], mapping=reading.write_mapping(tmp_path / "map.toml"))
    assert (amounts_of(again), aside_of(again)) == (COSTS_OF_IT, aside_of(reading))


def test_income_that_makes_costs_smaller_stays(write):
    reading, _ = read_through(write("tulos.csv", STATEMENT), [0, 1])
    assert amounts_of(reading) == {"3000": D(-120800)} | COSTS_OF_IT


@pytest.mark.parametrize(
    ("income", "result"),
    [
        ("Sales", "Net profit"),
        ("Revenue", "Operating profit (loss)"),
        ("Liikevaihto", "Liikevoitto (-tappio)"),
        ("Nettoomsättning", "Årets resultat"),
        ("Umsatzerlöse", "Jahresüberschuss"),
        ("Omzet", "Nettowinst"),
        ("Chiffre d'affaires", "Résultat net"),
        ("Ricavi", "Utile d'esercizio"),
        ("Przychody", "Zysk netto"),
    ],
)
@pytest.mark.parametrize("sign", ["-", ""])
def test_income_and_result_are_known_by_their_names(write, income, result, sign):
    text = f"Account;Jan 2024;Feb 2024;Mar 2024\n{income};1000;1100;1200\nWages;{sign}500;{sign}510;{sign}520\nRent;{sign}200;{sign}200;{sign}200\n"
    reading, questions = read_through(write("is.csv", f"{text}{result};300;390;480\n"))
    assert amounts_of(reading) == {"Rent": D(600), "Wages": D(1530)}
    assert aside_of(reading) == [(2, "income"), (5, "result")]
    assert [question.key.partition(":")[0] for question in questions] == (["costs", "income"] if sign else ["totals", "income"])


def test_a_result_in_each_month_of_rows_is_set_aside(write):
    rows = "".join(f"{m}/2024;Sales;1000\n{m}/2024;Wages;-{500 + m}\n{m}/2024;Rent;-200\n{m}/2024;Net profit;{300 - m}\n" for m in (1, 2, 3))
    reading, _ = read_through(write("is.csv", f"Period;Account;Amount\n{rows}"))
    assert amounts_of(reading) == {"Rent": D(600), "Wages": D(1506)}
    assert aside_of(reading) == [(row, reason) for first in (2, 6, 10) for row, reason in ((first, "income"), (first + 3, "result"))]


def test_a_last_row_that_is_the_sum_of_all_others_is_asked_whatever_it_is_called(write):
    text = "Account;Jan 2024;Feb 2024\nWages;500;510\nRent;200;210\nPhones;33;34\nAll that we paid;733;754\n"
    reading, (question,) = read_through(write("c.csv", text))
    assert question.choices[0].said == "a total: set it aside"
    assert amounts_of(reading) == {"Wages": D(1010), "Rent": D(410), "Phones": D(67)}
    assert amounts_of(read_through(write("c.csv", text), [1])[0])["All that we paid"] == D(1487)


@pytest.mark.parametrize(
    "rows",
    [
        "5000;Wages;1000\n5100;Sales commissions;200\n5200;Purchase discounts;-100\n",
        "5000;Profit sharing;1000\n5100;Loss of goods;200\n5200;Income tax advice;100\n",
        "5000;Myyntikulut;1000\n5100;Vertriebskosten;900\n5200;Försäljningskostnader;300\n5300;Korkotuottojen verot;10\n",
        "5000;A;100\n5100;B;100\n5200;C;200\n",
    ],
)
def test_costs_are_not_asked_about(write, rows):
    rows = "".join(f"2024-0{month};{row}\n" for month in (1, 2) for row in rows.splitlines())
    reading, questions = read_through(write("c.csv", f"Period;Account;Name;Amount\n{rows}"))
    assert not questions
    assert reading.accepted == len(rows.splitlines())


@pytest.mark.parametrize(("name", "is_asked"), [("Zinserträge", True), ("Skontoerträge und Rabatte", True), ("Bestandsänderung", False)])
def test_amounts_the_other_way_round_are_asked_where_they_are_called_income(write, name, is_asked):
    _, questions = read_through(write("c.csv", f"Period;Account;Name;Amount\n2024-01;5000;Miete;1000\n2024-01;5100;{name};-10\n2024-01;5200;Strom;100\n"))
    assert bool(questions) == is_asked


def of_months(rows):
    return "Period;Account;Name;Amount\n" + "".join(f"2024-0{month};{row}\n" for month in (1, 2, 3) for row in rows)


MIXED = of_months(["5200;Sales;70", "5300;Sales dept wages;-30", "7000;Rent;400"])


@pytest.mark.parametrize(
    ("pick", "said", "left"),
    [
        (0, "income: leave it out", {"7000"}),
        (1, "costs like the others", {"5200", "5300", "7000"}),
        (2, "income: leave 5300 Sales dept wages out; 5200 Sales: a cost like the others", {"5200", "7000"}),
        (3, "income: leave 5200 Sales out; 5300 Sales dept wages: a cost like the others, which they make smaller", {"5300", "7000"}),
    ],
)
def test_few_accounts_are_answered_apart(write, tmp_path, pick, said, left):
    reading, (question,) = read_through(write("c.csv", MIXED), [pick])
    assert (len(question.choices), question.choices[pick].said) == (4, said)
    assert set(amounts_of(reading)) == left
    assert amounts_of(read([], costs=[tmp_path / "c.csv"], mapping=reading.write_mapping(tmp_path / "map.toml"))) == amounts_of(reading)


def test_of_three_accounts_each_may_be_otherwise_and_of_more_none(write):
    names = ["Sales", "Revenue", "Turnover", "Liikevaihto"]
    for count, choices in ((1, 2), (2, 4), (3, 8), (4, 2)):
        rows = [*(f"300{place};{name};-1" for place, name in enumerate(names[:count])), "7000;Rent;400"]
        _, (question,) = read_through(write("c.csv", of_months(rows)))
        readings = [option.settings["totals"] for option in question.choices]
        assert (len(readings), len({str(one) for one in readings})) == (choices, choices)


@pytest.mark.parametrize("name", ["Finanzergebnis", "Utile", "Resultat"])
def test_an_account_with_a_number_that_is_called_a_result_and_sums_up_nothing_is_likely_a_line(write, name):
    reading, (question,) = read_through(write("c.csv", of_months(["5000;Wages;100", f"5001;{name};18", "5002;Rent;70"])))
    assert [option.said for option in question.choices] == ["lines", "totals: set them aside"]
    assert amounts_of(reading) == {"5000": D(300), "5001": D(54), "5002": D(210)}


def test_a_result_without_a_number_is_none(write):
    reading, questions = read_through(write("c.csv", of_months(["5000;Wages;100", "5002;Rent;70", ";Utile;18"])))
    assert not questions
    assert amounts_of(reading) == {"5000": D(300), "5002": D(210)}
    assert {reason for _, reason in aside_of(reading)} == {"result"}


@pytest.mark.parametrize("heading", ["Account", "Line", ""])
def test_total_of_the_costs_below_income_is_set_aside_and_agrees(write, heading):
    lines = ("Revenue;25835.36;14492.22", "Wages;504.11;383.70", "Rent;424.76;478.17", "Freight out;300.58;585.54", "Total expenses;1229.45;1447.41")
    reading, questions = read_through(write("pl.csv", f"{heading};Jan 2024;Feb 2024\n" + "\n".join(lines) + "\n"))
    assert [question.key.partition(":")[0] for question in questions] == ["income"]
    assert reading.facts.engine.con.execute("SELECT sum(amount)::DECIMAL(12, 2) FROM costs").fetchone() == (D("2676.86"),)
    assert [problem.code for problem in reading.problems if problem.code == "total-differs"] == []
    again, asked = read_through(write("pl.csv", f"{heading};Jan 2024;Feb 2024\n" + "\n".join(lines) + "\n"))
    assert (amounts_of(again), len(asked)) == (amounts_of(reading), 1)

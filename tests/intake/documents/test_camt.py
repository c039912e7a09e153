"""Bank statements become payments: each once, checked against the statement's own figures, and nothing of a person's kept."""

from __future__ import annotations

import re
from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from goodterms.errors import UnreadableFileError
from goodterms.facts.columns import PAYMENTS
from goodterms.intake.documents.camt import read_camt
from goodterms.problems import Severity

OWN, ANN, BOB, CLEO = "FI2112345600000785", "FI4950009420028730", "DE89370400440532013000", "SE4550000000058398257466"
ASK = " Ask the bank for the statement again, or look in the account what is right."
PARENTS = {"052": ("BkToCstmrAcctRpt", "Rpt"), "053": ("BkToCstmrStmt", "Stmt"), "054": ("BkToCstmrDbtCdtNtfctn", "Ntfctn")}


def amount(value, tag="Amt", currency="EUR"):
    return f'<{tag} Ccy="{currency}">{value}</{tag}>'


def direction(value):
    return f"<CdtDbtInd>{'DBIT' if str(value).startswith('-') else 'CRDT'}</CdtDbtInd>"


def size(value):
    return str(value).lstrip("-")


def transaction(value=None, *, payer=None, payee=None, references=(), end_to_end="", settles="", identity="", new=False):
    """A payment of an entry; ``payer`` and ``payee`` are accounts, and each has a name, which must never be seen again."""

    def party(tag, account):
        name = f"<Nm>Secret {tag}</Nm>{identity}"
        return account and f"<{tag}>{f'<Pty>{name}</Pty>' if new else name}</{tag}><{tag}Acct><Id><IBAN>{account}</IBAN></Id></{tag}Acct>"

    structured = "".join(f"<Strd><CdtrRefInf><Ref>{reference}</Ref></CdtrRefInf></Strd>" for reference in references) + settles
    return (
        f"<TxDtls><Refs><EndToEndId>{end_to_end or 'NOTPROVIDED'}</EndToEndId></Refs>"
        + (amount(size(value)) + direction(value) if value is not None else "")
        + f"<RltdPties>{party('Dbtr', payer) or ''}{party('Cdtr', payee) or ''}</RltdPties>"
        + f"<RmtInf><Ustrd>Secret text</Ustrd>{structured}</RmtInf></TxDtls>"
    )


def entry(value, *details, day="2026-03-02", reference="", status="BOOK", currency="EUR", reversal=False, batch="", new=False):
    return (
        f"<Ntry>{amount(size(value), currency=currency)}{direction(value)}{'<RvslInd>true</RvslInd>' if reversal else ''}"
        f"<Sts>{f'<Cd>{status}</Cd>' if new else status}</Sts><BookgDt><Dt>{day}</Dt></BookgDt><ValDt><DtTm>{day}T23:30:00+02:00</DtTm></ValDt>"
        f"{f'<AcctSvcrRef>{reference}</AcctSvcrRef>' if reference else ''}<NtryDtls>{batch}{''.join(details)}</NtryDtls>"
        "<AddtlNtryInf>Secret words</AddtlNtryInf></Ntry>"
    )


def balance(kind, value, currency="EUR"):
    return f"<Bal><Tp><CdOrPrtry><Cd>{kind}</Cd></CdOrPrtry></Tp>{amount(size(value), currency=currency)}{direction(value)}<Dt><Dt>2026-03-02</Dt></Dt></Bal>"


def balances(opening, closing):
    return balance("OPBD", opening) + balance("CLBD", closing)


def statement(*entries, kind="053", head="", account=OWN):
    tag = PARENTS[kind][1]
    return f"<{tag}><Id>1</Id><Acct><Id><IBAN>{account}</IBAN></Id></Acct>{head}{''.join(entries)}</{tag}>"


def message(*statements, kind="053", version=2):
    parent = PARENTS[kind][0]
    space = f"urn:iso:std:iso:20022:tech:xsd:camt.{kind}.001.{version:02d}"
    return f'<Document xmlns="{space}"><{parent}><GrpHdr><MsgId>1</MsgId></GrpHdr>{"".join(statements)}</{parent}></Document>'


@pytest.fixture
def read(tmp_path, monkeypatch):
    """Write messages to files and read them together."""
    monkeypatch.chdir(tmp_path)

    def read_texts(*texts, **options):
        for number, text in enumerate(texts, start=1):
            (tmp_path / f"bank{number}.xml").write_text(text, "utf-8")
        found = read_camt(*(f"bank{number}.xml" for number in range(1, len(texts) + 1)), **options)
        assert found.physical == found.accepted + found.rejected + found.set_aside + found.met_again
        assert "Secret" not in f"{found.rows} {found.problems} {found.statements}"
        return found

    return read_texts


def said(found):
    return [(problem.code, str(problem)) for problem in found.problems]


def codes(found):
    return [problem.code for problem in found.problems]


def amounts(found):
    return [row["amount"] for row in found.rows]


# What a payment says


def test_a_payment_has_every_column_and_its_place(read):
    """Ann pays an invoice by its reference number; the company pays Bob, a supplier."""
    found = read(
        message(
            statement(
                entry("1240.00", transaction(payer=ANN, payee=OWN, references=["0000 1234561"]), reference="B1"),
                entry("-75.50", transaction("-75.50", payer=OWN, payee=BOB, references=["RF18 5390 0754 7034"]), reference="B2"),
                head=balances("100.00", "1264.50"),
            )
        )
    )
    nothing = dict.fromkeys(PAYMENTS.column_names)
    both = {"source": OWN, "key_space": "bank accounts", "date": date(2026, 3, 2), "currency": "EUR", "file": "bank1.xml"}
    assert list(found.rows) == [
        nothing | both | {"payment": "B1 2026-03-02 1240 EUR", "counterparty_key": ANN, "reference": "1234561", "amount": Decimal("1240.00"), "row": 1},
        nothing
        | both
        | {"payment": "B2 2026-03-02 -75.5 EUR", "counterparty_key": BOB, "reference": "RF18539007547034", "amount": Decimal("-75.50"), "row": 2},
    ]
    assert found.problems == ()
    assert [tuple(row) for row in found.rows] == [PAYMENTS.column_names] * 2


@pytest.mark.parametrize("kind", PARENTS)
@pytest.mark.parametrize("version", range(2, 9))
def test_every_kind_and_version_reads_the_same(read, kind, version):
    new = version > 7
    found = read(message(statement(entry("5.00", transaction(payer=ANN, new=new), reference="B1", new=new), kind=kind), kind=kind, version=version))
    assert [(row["amount"], row["counterparty_key"]) for row in found.rows] == [(Decimal("5.00"), ANN)]
    assert [statement.message for statement in found.statements] == [f"camt.{kind} version {version}"]
    assert found.problems == ()


def test_an_organisation_is_known_by_its_number_and_a_person_by_the_account(read):
    organisation = "<Id><OrgId><Othr><Id>0112038-9</Id></Othr></OrgId></Id>"
    person = "<Id><PrvtId><Othr><Id>131052-308T</Id></Othr></PrvtId></Id>"
    found = read(message(statement(entry("1", transaction(payer=ANN, identity=organisation)), entry("2", transaction(payer=BOB, identity=person)))))
    assert [(row["key_space"], row["counterparty_key"]) for row in found.rows] == [("organisation numbers", "0112038-9"), ("bank accounts", BOB)]
    assert "131052" not in repr(found)


def test_a_personal_identity_code_is_kept_nowhere(read):
    """A bank that writes it where an organisation's number, a reference or an invoice number belongs."""
    code = "131052-308T"
    organisation = f"<Id><OrgId><Othr><Id>{code}</Id></Othr></OrgId></Id>"
    settles = f"<Strd><RfrdDocInf><Nb>{code}</Nb></RfrdDocInf></Strd>"
    found = read(
        message(statement(entry("1", transaction(payer=ANN, references=[code], end_to_end=code, settles=settles, identity=organisation), reference=code)))
    )
    assert code not in repr(found)
    assert found.rows[0]["counterparty_key"] == ANN
    place = "bank1.xml, row 1, column Stmt[1]/Ntry[1]"
    assert {str(problem.origin) for problem in found.problems if problem.code == "personal-identity-code"} == {
        f"{place}/AcctSvcrRef",
        f"{place}/TxDtls[1]/RltdPties/Dbtr/Pty/Id/OrgId/Othr/Id",
        f"{place}/TxDtls[1]/Refs/EndToEndId",
        f"{place}/TxDtls[1]/Nb",
    }


def test_a_reference_that_is_not_valid_is_said_and_not_kept(read):
    found = read(message(statement(entry("1", transaction(payer=ANN, references=["1234562"])))))
    assert found.rows[0]["reference"] is None
    assert said(found) == [
        (
            "reference-not-valid",
            (
                "bank1.xml, row 1, column Stmt[1]/Ntry[1]/TxDtls[1]/RmtInf/Strd/CdtrRefInf/Ref: "
                'The reference number "1234562" is not valid by its check digits and is not kept.'
            ),
        )
    ]


def test_a_payment_of_several_invoices_is_split_where_their_amounts_sum_to_it(read):
    """Two invoices less a credit note: 100 + 50 − 30 = 120."""

    def settles(number, value, tag="RmtdAmt"):
        return f"<Strd><RfrdDocInf><Nb>{number}</Nb></RfrdDocInf><RfrdDocAmt>{amount(value, tag)}</RfrdDocAmt></Strd>"

    whole = settles("101", "100.00") + settles("102", "50.00") + settles("C7", "30.00", "CdtNoteAmt")
    found = read(message(statement(entry("120.00", transaction(payer=ANN, settles=whole), reference="B"))))
    assert [(row["document"], row["amount"], row["payment"][-2:]) for row in found.rows] == [
        ("101", Decimal("100.00"), "/1"),
        ("102", Decimal("50.00"), "/2"),
        ("C7", Decimal("-30.00"), "/3"),
    ]
    short = read(message(statement(entry("119.00", transaction(payer=ANN, settles=whole), reference="B"))))
    assert [(row["document"], row["amount"]) for row in short.rows] == [(None, Decimal("119.00"))]
    assert [text.partition(": ")[2] for _, text in said(short)] == ["It settles several documents and does not say how much of each: none of them is kept."]


def test_a_reversal_counts_against_the_payment_that_it_takes_back(read):
    found = read(
        message(
            statement(
                entry("80.00", transaction(payer=ANN, payee=OWN), reference="B1"),
                entry("-80.00", transaction(payer=ANN, payee=OWN), reference="B1", day="2026-03-04", reversal=True),
            )
        )
    )
    assert [(row["counterparty_key"], row["amount"]) for row in found.rows] == [(ANN, Decimal("80.00")), (ANN, Decimal("-80.00"))]
    assert said(found) == [("reversal", "bank1.xml, row 2, column Stmt[1]/Ntry[2]: Entries that take an earlier payment back, each with its own sign: 1.")]


def test_a_payment_that_comes_back_is_of_the_one_who_was_to_have_it(read):
    """A bank returns what was paid to Bob and names the parties as they were: payer is the company itself."""
    found = read(message(statement(entry("75.50", transaction(payer=OWN, payee=BOB)))))
    assert [(row["counterparty_key"], row["amount"]) for row in found.rows] == [(BOB, Decimal("75.50"))]


# Batches


def batch(count, value):
    return f"<Btch><NbOfTxs>{count}</NbOfTxs>{amount(value, 'TtlAmt')}</Btch>"


def test_a_batch_is_its_payments(read):
    details = [transaction("10.00", payer=ANN, references=["1234561"]), transaction("20.00", payer=BOB), transaction("-5.00", payee=CLEO)]
    found = read(message(statement(entry("25.00", *details, reference="B1", batch=batch(3, "35.00")))))
    assert [(row["payment"], row["counterparty_key"], row["amount"], row["row"]) for row in found.rows] == [
        ("B1 2026-03-02 25 EUR/1", ANN, Decimal("10.00"), 1),
        ("B1 2026-03-02 25 EUR/2", BOB, Decimal("20.00"), 1),
        ("B1 2026-03-02 25 EUR/3", CLEO, Decimal("-5.00"), 1),
    ]
    assert found.problems == ()


def test_a_batch_whose_payments_are_not_its_amount_counts_as_the_bank_booked_it(read):
    found = read(message(statement(entry("40.00", transaction("10.00", payer=ANN), transaction("20.00", payer=BOB), batch=batch(3, "40.00")))))
    assert [(row["amount"], row["counterparty_key"]) for row in found.rows] == [(Decimal("40.00"), None)]
    assert [text.partition(": ")[2].removesuffix(ASK) for _, text in said(found)] == [
        "The batch is said to hold 3 payments, 40.00 EUR; its details hold 2, 30.00 EUR.",
        "The entry is 40.00 EUR, its 2 payments together 30.00 EUR: the entry counts, as one payment.",
    ]


def test_one_payment_shown_of_many_does_not_give_its_payer_to_all(read):
    found = read(message(statement(entry("40.00", transaction(payer=ANN), batch="<Btch><NbOfTxs>20</NbOfTxs></Btch>"))))
    assert [(row["amount"], row["counterparty_key"]) for row in found.rows] == [(Decimal("40.00"), None)]
    assert codes(found) == ["batch-differs"]


def test_payments_without_amounts_are_one(read):
    found = read(message(statement(entry("40.00", transaction(payer=ANN), transaction(payer=BOB)))))
    assert amounts(found) == [Decimal("40.00")]
    assert [text.partition(": ")[2].removesuffix(ASK) for _, text in said(found)] == [
        "Not all of its 2 payments say their amount in one currency: it counts as one payment of 40.00 EUR."
    ]


def test_a_payment_that_a_batch_repeats_counts_once(read):
    again = transaction("20.00", payer=BOB, end_to_end="E2")
    found = read(message(statement(entry("30.00", transaction("10.00", payer=ANN, end_to_end="E1"), again, again, reference="B"))))
    assert amounts(found) == [Decimal("10.00"), Decimal("20.00")]
    assert codes(found) == ["detail-repeated"]


def test_what_was_paid_in_another_currency_counts_as_it_was_booked(read):
    foreign = f"<TxDtls>{amount('100.00', currency='USD')}{direction(1)}</TxDtls>"
    found = read(message(statement(entry("92.31", foreign))))
    assert [(row["amount"], row["currency"]) for row in found.rows] == [(Decimal("92.31"), "EUR")]
    assert codes(found) == ["paid-in-another-currency"]


# Entries that are told twice

PAID = entry("20.00", transaction(payer=ANN), reference="B1")
UNNAMED = entry("20.00", transaction(payer=ANN))
SUMMARY_OF_TWO = "<TxsSummry><TtlNtries><NbOfNtries>2</NbOfNtries></TtlNtries></TxsSummry>"


@pytest.mark.parametrize(
    ("repeated", "head", "kept", "why"),
    [
        (PAID, "", 1, "the bank's reference is the same, so it counts once"),
        (PAID, balances("0.00", "20.00"), 1, "the statement's own figures count it once, and so is it counted here"),
        (PAID, balances("0.00", "40.00"), 2, "the statement's own figures count it each time, and so is it counted here"),
        (UNNAMED, "", 2, "no reference of the bank and no figure of the statement says that it is the same, so it counts each time"),
        (UNNAMED, balances("0.00", "20.00"), 1, "the statement's own figures count it once, and so is it counted here"),
        (
            UNNAMED,
            "<TxsSummry><TtlNtries><NbOfNtries>2</NbOfNtries></TtlNtries></TxsSummry>",
            2,
            "the statement's own figures count it each time, and so is it counted here",
        ),
    ],
)
def test_an_entry_repeated_in_a_statement_counts_as_the_statements_own_figures_say(read, repeated, head, kept, why):
    found = read(message(statement(repeated, repeated, head=head)))
    assert amounts(found) == [Decimal("20.00")] * kept
    assert len({row["payment"] for row in found.rows}) == kept
    assert said(found) == [
        (
            "entry-repeated",
            f"bank1.xml, row 2, column Stmt[1]/Ntry[2]: It repeats Stmt[1]/Ntry[1] in every value: {why}. Look whether it was one payment or several.",
        )
    ]
    assert found.met_again == 2 - kept


@pytest.mark.parametrize("order", [(0, 1, 2), (2, 1, 0), (1, 2, 0)])
def test_what_report_notification_and_statement_tell_counts_once_and_itemised(read, order):
    """The statement has the batch's amount alone; the notification has its payments."""
    details = [transaction("10.00", payer=ANN), transaction("20.00", payer=BOB)]
    texts = [
        message(statement(entry("30.00", reference="B1"), head=balances("0.00", "30.00"))),
        message(statement(entry("30.00", *details, reference="B1", new=True), kind="054"), kind="054", version=8),
        message(statement(entry("30.00", reference="B1"), kind="052"), kind="052"),
    ]
    found = read(*(texts[place] for place in order))
    assert [(row["counterparty_key"], row["amount"]) for row in found.rows] == [(ANN, Decimal("10.00")), (BOB, Decimal("20.00"))]
    assert codes(found) == ["entry-met-again"] * 2
    assert (found.physical, found.accepted, found.met_again) == (3, 1, 2)


@pytest.mark.parametrize("one", [PAID, UNNAMED])
def test_of_equal_entries_of_several_statements_the_larger_count_holds(read, one):
    """Two equal payments in one statement, overlapping with another that tells one of them and a day more."""
    later = entry("20.00", transaction(payer=ANN), day="2026-03-03")
    found = read(message(statement(one, one, head=balances("0.00", "40.00"))), message(statement(one, later)))
    assert [row["date"].day for row in found.rows] == [2, 2, 3]
    assert len({row["payment"] for row in found.rows}) == 3


def test_payments_that_differ_in_one_thing_alone_are_two(read):
    found = read(
        message(
            statement(
                entry("20.00", transaction(payer=ANN)),
                entry("20.00", transaction(payer=BOB)),
                entry("20.00", transaction(payer=ANN, references=["1234561"])),
                entry("20.00", transaction(payer=ANN, end_to_end="E")),
            )
        )
    )
    assert found.accepted == 4
    assert found.problems == ()
    assert len({row["payment"] for row in found.rows}) == 4


def test_entries_that_only_their_value_day_or_direction_of_reversal_tells_apart_have_names_of_their_own(read):
    one = entry("20.00")
    found = read(message(statement(one, one.replace("<DtTm>2026-03-02", "<DtTm>2026-03-05"), entry("20.00", reversal=True), one.replace("20.00", "20.0"))))
    assert len({row["payment"] for row in found.rows}) == len(found.rows) == 4
    assert codes(found) == ["entry-repeated", "reversal"]


def test_equal_entries_of_two_accounts_are_two(read):
    found = read(message(statement(PAID), statement(PAID, account=CLEO)))
    assert [row["source"] for row in found.rows] == [OWN, CLEO]
    assert found.problems == ()


# What a statement says of itself


def test_a_statement_whose_figures_tie_says_nothing(read):
    summary = (
        "<TxsSummry><TtlNtries><NbOfNtries>3</NbOfNtries><Sum>60</Sum><TtlNetNtry><Amt>20.00</Amt><CdtDbtInd>CRDT</CdtDbtInd></TtlNetNtry></TtlNtries>"
        "<TtlCdtNtries><NbOfNtries>1</NbOfNtries><Sum>40.00</Sum></TtlCdtNtries><TtlDbtNtries><NbOfNtries>2</NbOfNtries><Sum>20.00</Sum></TtlDbtNtries></TxsSummry>"
    ).replace("<Sum>60", "<Sum>60.00")
    head = balances("-50.00", "-30.00") + summary
    assert read(message(statement(entry("40.00"), entry("-15.00"), entry("-5.00"), head=head))).problems == ()


def test_figures_that_do_not_tie_are_named_with_their_difference(read):
    summary = (
        "<TxsSummry><TtlNtries><NbOfNtries>3</NbOfNtries><TtlNetNtryAmt>25.10</TtlNetNtryAmt><CdtDbtInd>DBIT</CdtDbtInd></TtlNtries>"
        "<TtlCdtNtries><Sum>41.00</Sum></TtlCdtNtries></TxsSummry>"
    )
    found = read(message(statement(entry("40.00"), entry("-15.00"), head=balances("10.00", "36.00") + summary)))
    assert amounts(found) == [Decimal("40.00"), Decimal("-15.00")]
    assert [str(problem).removesuffix(ASK) for problem in found.problems] == [
        "bank1.xml, column Stmt[1]: The closing balance is given as 36.00 EUR; its entries give 35.00 EUR: a difference of 1.00 EUR.",
        "bank1.xml, column Stmt[1]/TxsSummry/TtlNtries/NbOfNtries: The number of entries is given as 3; its entries give 2: a difference of 1.",
        (
            "bank1.xml, column Stmt[1]/TxsSummry/TtlNtries/TtlNetNtryAmt: The sum of all entries with their signs is given as −25.10; its entries give 25.00: "
            "a difference of −50.10."
        ),
        "bank1.xml, column Stmt[1]/TxsSummry/TtlCdtNtries/Sum: The sum of received entries is given as 41.00; its entries give 40.00: a difference of 1.00.",
    ]


def test_a_previous_closing_balance_is_an_opening_one(read):
    head = balance("PRCD", "10.00") + balance("CLBD", "10.00")
    assert codes(read(message(statement(entry("5.00"), head=head)))) == ["balance-differs"]


def test_what_is_not_booked_is_set_aside(read):
    """Totals may count what is pending, or not: both tie."""
    for count in (1, 2):
        head = f"<TxsSummry><TtlNtries><NbOfNtries>{count}</NbOfNtries></TtlNtries></TxsSummry>" + balances("0.00", "40.00")
        found = read(message(statement(entry("40.00"), entry("-15.00", status="PDNG"), head=head)))
        assert amounts(found) == [Decimal("40.00")]
        assert [(problem.code, problem.severity, problem.origin.row) for problem in found.problems] == [("not-booked", Severity.SET_ASIDE, 2)]
        assert found.set_aside == 1


def test_every_decimal_is_kept(read):
    found = read(message(statement(entry("8.12345"), entry("1.5"), entry("9999999999999.00001"), entry("0.125", currency="KWD"))))
    assert amounts(found) == [Decimal("8.12345"), Decimal("1.5"), Decimal("9999999999999.00001"), Decimal("0.125")]
    assert said(found) == [
        (
            "more-decimals-than-cents",
            (
                "bank1.xml, row 1, column Stmt[1]/Ntry[1]: Amounts written with more decimals than EUR has cents: 2, the first as 8.12345. "
                "Every decimal is kept, none is rounded."
            ),
        )
    ]


def test_a_statement_of_another_companys_account_takes_no_part(read):
    text = message(statement(PAID, UNNAMED, account=CLEO), statement(entry("5.00")))
    found = read(text, own_accounts=["fi21 1234 5600 0007 85"])
    assert [(row["source"], row["amount"]) for row in found.rows] == [(OWN, Decimal("5.00"))]
    assert (found.accepted, found.rejected) == (1, 2)
    assert [(problem.code, problem.severity, problem.rows, str(problem)) for problem in found.problems] == [
        (
            "statement-of-another-account",
            Severity.REJECTED,
            2,
            (
                f"bank1.xml, column Stmt[1]: Account {CLEO} is none of the company's own: the statement takes no part. "
                "If the account is the company's, name it among its accounts."
            ),
        )
    ]
    assert len(read(text).rows) == 3


def test_a_statement_of_no_account_takes_no_part(read):
    found = read(message(statement(PAID, account="")))
    assert (found.rows, found.rejected, codes(found)) == ((), 1, ["statement-of-another-account"])


def test_a_statement_without_entries_is_read(read):
    found = read(message(statement(head=balances("5.00", "5.00"))))
    assert (found.rows, found.problems, len(found.statements)) == ((), (), 1)


def test_the_pages_of_a_statement_are_told(read):
    pages = "<StmtPgntn><PgNb>1</PgNb><LastPgInd>false</LastPgInd></StmtPgntn>"
    assert codes(read(message(statement(PAID, head=pages)))) == ["page-of-statement"]
    assert codes(read(message(statement(PAID, head=pages.replace("false", "true"))))) == []


# What is wrong with an entry


@pytest.mark.parametrize(
    ("old", "new", "place", "seen"),
    [
        ("40.00</Amt>", "40,00</Amt>", "Amt", "40,00"),
        ("40.00</Amt>", "-40.00</Amt>", "Amt", "-40.00"),
        ("40.00</Amt>", "NaN</Amt>", "Amt", "NaN"),
        ("40.00</Amt>", "4e7</Amt>", "Amt", "4e7"),
        ("40.00</Amt>", "1.234567</Amt>", "Amt", "1.234567"),
        ("40.00</Amt>", "999999999999999</Amt>", "Amt", "999999999999999"),
        ("40.00</Amt>", f"{'9' * 5000}</Amt>", "Amt", "9" * 80),
        ('<Amt Ccy="EUR">40.00</Amt>', "", "Amt", ""),
        ('<Amt Ccy="EUR">', "<Amt>", "Amt/@Ccy", ""),
        ('Ccy="EUR"', 'Ccy="euros"', "Amt/@Ccy", "euros"),
        ("CRDT", "PLUS", "CdtDbtInd", "PLUS"),
        ("BookgDt><Dt>2026-03-02", "BookgDt><Dt>2.3.2026", "BookgDt", "2.3.2026"),
        ("BookgDt><Dt>2026-03-02", "BookgDt><Dt>2026-02-30", "BookgDt", "2026-02-30"),
        ("<BookgDt><Dt>2026-03-02</Dt></BookgDt><ValDt><DtTm>2026-03-02T23:30:00+02:00</DtTm></ValDt>", "", "ValDt", ""),
        ("<Sts>BOOK</Sts>", "", "Sts/Cd", ""),
    ],
)
def test_an_entry_that_cannot_be_read_is_given_back_with_its_place(read, old, new, place, seen):
    wrong = entry("40.00")
    assert old in wrong
    found = read(message(statement(entry("1.00"), wrong.replace(old, new), entry("2.00"))))
    assert amounts(found) == [Decimal("1.00"), Decimal("2.00")]
    assert [(p.code, p.severity, str(p.origin), p.seen) for p in found.problems] == [
        ("entry-cannot-be-read", Severity.REJECTED, f"bank1.xml, row 2, column Stmt[1]/Ntry[2]/{place}", seen)
    ]
    assert (found.accepted, found.rejected) == (2, 1)


def test_a_figure_that_cannot_be_read_checks_nothing_and_is_said(read):
    found = read(message(statement(entry("40.00"), head=balance("OPBD", "ten") + balance("CLBD", "40.00"))))
    assert [(p.code, str(p.origin), p.seen) for p in found.problems] == [("figure-unread", "bank1.xml, column Stmt[1]/Bal[1]/Amt", "ten")]


def test_thousands_of_wrong_entries_are_counted(read):
    found = read(message(statement(*[entry("1.00").replace("CRDT", "X")] * 1_500)))
    assert (found.rejected, len(found.problems), sum(problem.rows for problem in found.problems)) == (1_500, 1_001, 1_500)


# What is no statement


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("", "is empty"),
        ("Date;Amount\n", "is no XML"),
        ("<Invoice/>", "is no bank statement: it holds no message camt.052, camt.053 or camt.054"),
        (message(), "bank1.xml, line 1, Document/BkToCstmrStmt: nothing follows the head of the message (GrpHdr) where a statement (Stmt) was expected."),
        (message(statement(PAID), kind="053", version=1), "line 1: version 1 of camt.053 is not read; versions 2 to 8 are."),
        (message(statement(PAID)).replace("camt.053.001.02", "pain.001.001.03"), 'of "urn:iso:std:iso:20022:tech:xsd:pain.001.001.03" where camt.052'),
        (message(statement(PAID)).replace("camt.053", "camt.054"), "the message is BkToCstmrStmt of"),
        (message(statement(PAID))[:-40], "its XML is damaged at line 1"),
        ('<!DOCTYPE a [<!ENTITY x "y">]>' + message(statement(PAID)), "declares a document type with entities"),
    ],
)
def test_what_is_no_statement_is_refused_with_its_place(read, text, why):
    with pytest.raises(UnreadableFileError) as refused:
        read(text)
    assert why in str(refused.value)
    assert str(refused.value).startswith("bank1.xml")


def test_an_empty_message_beside_a_full_one_is_refused(read):
    both = message(statement(PAID)) + message()
    with pytest.raises(UnreadableFileError, match="Document/BkToCstmrStmt: nothing follows the head"):
        read(f"<Envelope>{both}</Envelope>")


def test_two_messages_of_one_envelope_are_read(read):
    found = read(f"<Envelope><AppHdr/>{message(statement(entry('1')))}{message(statement(entry('2'), kind='054'), kind='054', version=8)}</Envelope>")
    assert [(row["amount"], row["row"]) for row in found.rows] == [(1, 1), (2, 2)]


# Whatever a bank writes

MONEY = st.decimals(min_value=-(10**9), max_value=10**9, places=2).filter(bool)
ENTRIES = st.lists(
    st.tuples(MONEY, st.sampled_from([ANN, BOB, None]), st.sampled_from(["", "R1", "R2"]), st.sampled_from(["BOOK", "BOOK", "PDNG"])), max_size=12
)


@settings(max_examples=60, deadline=None)
@given(opening=MONEY, paid=ENTRIES)
def test_payments_sum_to_what_the_balances_moved(tmp_path_factory, opening, paid):
    """Whatever repeats, what is accepted is what the bank's balances say; and the same file again, under another name, adds nothing."""
    folder = tmp_path_factory.mktemp("bank")
    moved = sum((value for value, _, _, status in paid if status == "BOOK"), Decimal(0))
    entries = [entry(value, transaction(payer=payer), reference=reference, status=status) for value, payer, reference, status in paid]
    for name in ("a.xml", "b.xml"):
        (folder / name).write_text(message(statement(*entries, head=balances(opening, opening + moved))), "utf-8")
    once, twice = read_camt(folder / "a.xml"), read_camt(folder / "a.xml", folder / "b.xml")
    assert sum((row["amount"] for row in once.rows), Decimal(0)) == moved
    assert len({row["payment"] for row in once.rows}) == len(once.rows)
    assert "balance-differs" not in codes(once)
    assert twice.rows == once.rows
    assert twice.met_again == once.accepted
    assert once.physical == once.accepted + once.rejected + once.set_aside + once.met_again == len(paid)


VALUES = st.sampled_from(
    ["", "-1", "NaN", "9" * 30, "1e5", "٣", "2026-13-01", "0001-01-01", "-0", ".", "+.5", "131052-308T", "EUR", "<Ntry/>", "</Stmt>", "&x;"]
)


@settings(max_examples=150, deadline=None)
@given(data=st.data())
def test_whatever_stands_in_a_message_is_read_or_refused(tmp_path_factory, data):
    """Any values in place of others: no crash, no entry lost, no payment named twice, nobody's code kept."""
    details = [transaction("10.00", payer=ANN, references=["1234561"], end_to_end="E1"), transaction("20.00", payee=BOB, end_to_end="E2")]
    text = message(statement(entry("30.00", *details, reference="B1", batch=batch(2, "30.00")), PAID, UNNAMED, head=balances("1.00", "71.00")))
    spots = [match.span(1) for match in re.finditer(r">([^<>]+)<", text)]
    for start, end in sorted(data.draw(st.lists(st.sampled_from(spots), min_size=1, max_size=4, unique=True)), reverse=True):
        text = text[:start] + data.draw(VALUES) + text[end:]
    file = tmp_path_factory.mktemp("bank") / "bank.xml"
    file.write_text(text, "utf-8")
    try:
        found = read_camt(file)
    except UnreadableFileError:
        return
    assert found.physical == found.accepted + found.rejected + found.set_aside + found.met_again
    assert len({(row["source"], row["payment"]) for row in found.rows}) == len(found.rows)
    assert "131052-308T" not in repr(found)

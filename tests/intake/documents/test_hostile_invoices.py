"""Invoices damaged and exaggerated in every way: each ends in facts that hold, in a problem, or in one sentence."""

from __future__ import annotations

import random
import re

import pytest
from lxml import etree
from tests.intake.documents.written import ANN, BOB, cii, cii_line, finvoice, finvoice_row, ubl, ubl_adjustment, ubl_line

from goodterms.errors import UnreadableFileError
from goodterms.intake.documents.document_file import read_document_file
from goodterms.intake.documents.to_facts import facts_of
from goodterms.intake.documents.xml_values import fits

VAT = "<RowVatRatePercent>25,5</RowVatRatePercent><RowDiscountPercent>10</RowDiscountPercent><UnitPriceBaseQuantity>2</UnitPriceBaseQuantity>"
LISTED = ubl_adjustment("2").replace("<cac:TaxCategory>", "<cbc:BaseAmount>12</cbc:BaseAmount><cac:TaxCategory>")
WRITTEN = {
    "ubl": ubl([ubl_line(1, "38", "4", "10", ubl_adjustment("2"), listed=LISTED, base="1"), ubl_line(2, "62")], "90", "23", adjustments=ubl_adjustment("10")),
    "cii": cii([cii_line(1, "10", "2", "5", listed="6"), cii_line(2, "20")], "30", "7.65"),
    "finvoice": finvoice(
        [finvoice_row("9", "2", "11", "2", "10", VAT), finvoice_row(gross="5", inside=VAT), finvoice_row(quantity="3", price="4")], "24.98", "3"
    ),
}
VALUES = ["", "0", "-0", "-1", "0.00000000000001", "0,00000000000001", "99999999999999", "-99999999999999,99", "1e9", "NaN", "-100", "-99,9999999999999"]
VALUES += ["Infinity", "\uff19", "1 000", "20260230", "0000-00-00", "381", "x" * 5_000, "\u202e", "131052-308T", "true"]


def ends_well(data):
    """What came of it: the number of rows of facts, or None where the file was refused."""
    said = ""
    try:
        read = read_document_file(data, "a.xml")
    except UnreadableFileError as refused:
        said = str(refused)
    if said:
        assert re.match(r"a\.xml[ :,]", said)
        return None
    rows = 0
    for own in (ANN, BOB):
        facts = facts_of(read.invoices, own)
        rows += len(facts.sale_lines) + len(facts.purchase_lines)
        assert all(fits(row["net_value"]) for row in (*facts.sale_lines, *facts.purchase_lines))
        assert all(str(problem) for problem in (*read.problems, *facts.problems))
    return rows


@pytest.mark.parametrize("written", WRITTEN)
def test_the_whole_document_is_read(written):
    assert ends_well(WRITTEN[written]) == 2 * len(read_document_file(WRITTEN[written], "a.xml").invoices[0].lines)


@pytest.mark.parametrize("written", WRITTEN)
def test_every_element_may_hold_anything_or_be_missing(written):
    whole = etree.fromstring(WRITTEN[written])
    for number, element in enumerate(whole.iter()):
        for value in VALUES if not len(element) else VALUES[:1]:
            changed = etree.fromstring(WRITTEN[written])
            list(changed.iter())[number].text = value
            ends_well(etree.tostring(changed))
        if element is not whole:
            changed = etree.fromstring(WRITTEN[written])
            gone = list(changed.iter())[number]
            gone.getparent().remove(gone)
            ends_well(etree.tostring(changed))


@pytest.mark.parametrize("written", WRITTEN)
def test_all_amounts_may_be_extreme_at_once(written):
    chance = random.Random(11)  # noqa: S311  (a test that repeats)
    ends = set()
    for _ in range(300):
        changed = etree.fromstring(WRITTEN[written])
        for element in changed.iter():
            if element.text and re.fullmatch(r"-?[0-9.,]+", element.text) and chance.random() < 0.5:
                element.text = chance.choice(VALUES[1:8])
        ends.add(ends_well(etree.tostring(changed)) or 0)
    assert 0 in ends


@pytest.mark.parametrize("written", WRITTEN)
def test_bytes_changed_at_random(written):
    chance = random.Random(5)  # noqa: S311  (a test that repeats)
    ends = []
    for _ in range(400):
        data = bytearray(WRITTEN[written])
        place = chance.randrange(len(data))
        match chance.randrange(3):
            case 0:
                data[place] = chance.randrange(32, 127)
            case 1:
                del data[place : place + chance.randint(1, 60)]
            case _:
                data[place:place] = chance.choice([b"</", b"<a>", b"&x;", b"]]>", b"<!--", b"<Finvoice>", b"</Finvoice>", b"\0", b"<?xml version='1.0'?>"])
        ends.append(ends_well(bytes(data)))
    assert ends.count(None) > 100
    assert len(ends) - ends.count(None) >= 5

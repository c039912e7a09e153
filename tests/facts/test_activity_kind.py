"""Words for kinds of activities: one list, from which drivers, equations and files take them."""

from __future__ import annotations

import pytest

from goodterms.facts.activity_kind import ACTIVITY_DRIVERS, ACTIVITY_KINDS, activity_kind, driver_of
from goodterms.facts.policy import DRIVERS
from goodterms.facts.time_equation import ACTIVITY_NAMES


def test_each_kind_has_the_driver_of_that_kind():
    assert {driver.kind: driver.name for driver in DRIVERS.values() if driver.kind} == dict(zip(ACTIVITY_KINDS, ACTIVITY_DRIVERS, strict=True))
    assert {*ACTIVITY_DRIVERS, "minutes"} == ACTIVITY_NAMES
    assert [(activity_kind(kind), driver_of(kind), activity_kind(driver)) for kind, driver in zip(ACTIVITY_KINDS, ACTIVITY_DRIVERS, strict=True)] == [
        (kind, driver, kind) for kind, driver in zip(ACTIVITY_KINDS, ACTIVITY_DRIVERS, strict=True)
    ]


@pytest.mark.parametrize(
    ("words", "kind"),
    [
        (["Lieferung", "TOIMITUS", "leveranser", "Livraison", "levering"], "delivery"),
        (["Besuch", "Käynti", "kundbesök", "Visites", "Besøg"], "visit"),
        (["Anruf", "puhelu", "Samtal", "Appel téléphonique"], "call"),
        (["Ärende", "Tiketti", "zgłoszenie"], "ticket"),
        (["Retoure", "Palautus", "Rücksendung", "devolución"], "return"),
        (["Montage", "", "Rechnung", "Fahrt"], None),
    ],
)
def test_words_of_languages_are_known(words, kind):
    assert {activity_kind(word) for word in words} == {kind}

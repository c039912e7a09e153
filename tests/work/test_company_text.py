"""The policy, fields and sources of an installation, loaded and saved as TOML with their history."""

from __future__ import annotations

import threading
import time

import pytest
from django.db import connection
from tests.installations import NOW

from goodterms.errors import ChangedMeanwhileError, PolicyError, UsageError
from goodterms.register.company_text import CompanyText, Source, TextKind
from goodterms.register.custom_field import CustomField
from goodterms.work.company_text import in_force, load, policy_of
from goodterms.work.company_text import saved as saved_for
from goodterms.work.installation import acting
from goodterms.work.writing import writing

POLICY = """version = 1

[[policy]]
from = 2023-01-01
peers_min = 8
"""
FIELD = """[field.vip]
label_en = "Very important"
object = "counterparty"
type = "yes/no"
seen_by = ["head"]
"""
SOURCE = """[source.erp]
table = "sale_lines"
pattern = "invoices_*.csv"
rhythm_days = 7
owner = "operator@localhost"
"""


@pytest.fixture
def now(installation):
    return {"by": acting(""), "at": NOW}


def saved(kind):
    return saved_for(kind, by=acting(""))


def test_policy_saved_and_loaded_again_is_the_next_edition_and_the_first_stays(now):
    assert in_force(TextKind.POLICY) is None
    load(TextKind.POLICY, POLICY, **now)
    changed = saved(TextKind.POLICY).replace("peers_min = 8", "peers_min = 9")
    assert load(TextKind.POLICY, changed, **now).number == 2
    assert policy_of(in_force(TextKind.POLICY)).blocks[0].peers_min == 9
    assert CompanyText.objects.get(number=1).text == POLICY


def test_policy_saved_before_another_was_loaded_is_refused(now):
    load(TextKind.POLICY, POLICY, **now)
    mine = saved(TextKind.POLICY)
    load(TextKind.POLICY, mine.replace("= 8", "= 9"), **now)
    with pytest.raises(ChangedMeanwhileError, match="Edition 2 of the policy is in force, and the file was saved from edition 1"):
        load(TextKind.POLICY, mine.replace("= 8", "= 10"), **now)
    with pytest.raises(ChangedMeanwhileError, match="does not say from which edition"):
        load(TextKind.POLICY, POLICY, **now)
    assert load(TextKind.POLICY, POLICY.replace("= 8", "= 9"), **now).number == 2


def test_policy_that_is_not_valid_is_refused(now):
    with pytest.raises(PolicyError, match="peers"):
        load(TextKind.POLICY, POLICY.replace("peers_min", "peers"), **now)
    assert not CompanyText.objects.exists()


def load_fields(text, **now):
    return load(TextKind.FIELDS, text, **now)


def load_sources(text, **now):
    return load(TextKind.SOURCES, text, **now)


def test_fields_come_back_as_they_were_loaded_and_left_out_ones_are_hidden(now):
    load_fields(FIELD, **now)
    text = saved(TextKind.FIELDS)
    assert text == f"# edition 1 of the fields, saved by operator@localhost on 2026-11-02\n{FIELD}"
    assert load_fields(text, **now).number == 1
    load_fields(text.removesuffix(FIELD), **now)
    assert list(CustomField.objects.values_list("key", "is_hidden")) == [("vip", True)]
    load_fields(saved(TextKind.FIELDS) + FIELD.replace('seen_by = ["head"]\n', ""), **now)
    assert list(CustomField.objects.values_list("key", "is_hidden", "seen_by")) == [("vip", False, [])]


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (("yes/no", "text"), "its type is yes/no and never changes"),
        (("yes/no", "colour"), "type = 'colour' is none of text, number"),
        (("head", "boss"), "names boss, which is no role"),
        (("label_en", "label"), "field.vip has label. Known are"),
        (("Very important", "Very\\u0000"), "label_en holds a sign that no text has"),
        (("Very important", ""), "label_en: This field cannot be blank"),
        (("Very important", "Very " * 100), "label_en: Ensure this value has at most 200 characters"),
        (("[field", "[fields"), "The file has fields, which is not known here"),
    ],
)
def test_fields_that_cannot_be_are_refused_in_a_sentence(now, change, said):
    load_fields(FIELD, **now)
    with pytest.raises(UsageError, match=said):
        load_fields(saved(TextKind.FIELDS).replace(*change), **now)
    assert (CustomField.objects.get().type, in_force(TextKind.FIELDS).number) == ("yes/no", 1)


def test_sources_come_back_as_they_were_loaded(now):
    load_sources(SOURCE, **now)
    text = saved(TextKind.SOURCES)
    load_sources(text.removesuffix(SOURCE), **now)
    assert Source.objects.get().is_retired
    load_sources(saved(TextKind.SOURCES) + SOURCE, **now)
    assert (saved(TextKind.SOURCES).splitlines()[1:], Source.objects.get().is_retired) == (text.splitlines()[1:], False)
    with pytest.raises(UsageError, match=r"Each source of the file is a table with its own name"):
        load_sources('[[source]]\nname = "erp"\n', **now)
    with pytest.raises(UsageError, match=r"no active user nobody@example\.com"):
        load_sources(saved(TextKind.SOURCES).replace("operator@localhost", "nobody@example.com"), **now)
    with pytest.raises(UsageError, match=r"source\.erp: rhythm_days is a whole number from 1 to 3,650; 40000 was found\."):
        load_sources(saved(TextKind.SOURCES).replace("rhythm_days = 7", "rhythm_days = 40_000"), **now)
    assert in_force(TextKind.SOURCES).number == 3


@pytest.mark.parametrize(
    ("kind", "text", "mine"), [(TextKind.FIELDS, FIELD, FIELD.replace("vip", "key")), (TextKind.SOURCES, SOURCE, SOURCE.replace("7", "8"))]
)
def test_a_file_that_was_saved_before_another_was_loaded_is_refused(now, kind, text, mine):
    load(kind, text, **now)
    before = saved(kind)
    load(kind, f"{before}# somebody else's", **now)
    with pytest.raises(ChangedMeanwhileError, match=f"Edition 2 of the {kind} is in force, and the file was saved from edition 1: nothing was changed"):
        load(kind, before.replace(text, mine), **now)
    with pytest.raises(ChangedMeanwhileError, match="does not say from which edition"):
        load(kind, mine, **now)
    assert (in_force(kind).number, CustomField.objects.filter(key="key").count(), Source.objects.filter(rhythm_days=8).count()) == (2, 0, 0)


@pytest.mark.parametrize(
    ("kind", "text"), [(TextKind.POLICY, POLICY), (TextKind.MAPPING, "version = 1\n"), (TextKind.FIELDS, FIELD), (TextKind.SOURCES, SOURCE)]
)
def test_of_two_who_load_at_the_same_moment_the_second_is_told_so(now, kind, text):
    """The second looks before the first has written, and writes after it."""
    said = []

    def second():
        try:
            load(kind, f"{text}# mine\n", **now)
        except ChangedMeanwhileError as error:
            said.append(str(error))
        finally:
            connection.close()

    other = threading.Thread(target=second)
    with writing("load", **now) as first:
        first.create(CompanyText, kind=kind, number=1, text=text, sha256="0" * 64, saved_by=now["by"], saved_at=NOW)
        other.start()
        time.sleep(0.5)
    other.join()
    assert [sentence.split(":")[0] for sentence in said] == [f"Edition 1 of the {kind} is in force, and the file does not say from which edition it was saved"]
    assert (CompanyText.objects.get().text, CustomField.objects.count(), Source.objects.count()) == (text, 0, 0)

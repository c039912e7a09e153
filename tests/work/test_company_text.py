"""The policy, fields and sources of an installation, loaded and saved as TOML with their history."""

from __future__ import annotations

import tomllib

import pytest
from tests.installations import NOW

from goodterms.errors import ChangedMeanwhileError, PolicyError, UsageError
from goodterms.register.company_text import CompanyText, Source, TextKind
from goodterms.register.custom_field import CustomField
from goodterms.work.company_text import in_force, load, policy_of, saved
from goodterms.work.custom_fields import load_fields, load_sources, saved_fields, saved_sources
from goodterms.work.installation import acting

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


def test_fields_come_back_as_they_were_loaded_and_left_out_ones_are_hidden(now):
    load_fields(FIELD, **now)
    assert tomllib.loads(saved_fields()) == tomllib.loads(FIELD)
    load_fields(saved_fields(), **now)
    load_fields("", **now)
    assert list(CustomField.objects.values_list("key", "is_hidden")) == [("vip", True)]


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (("yes/no", "text"), "its type is yes/no and never changes"),
        (("yes/no", "colour"), "type = 'colour' is none of text, number"),
        (("head", "boss"), "names boss, which is no role"),
        (("label_en", "label"), "field.vip has label. Known are"),
        (("[field", "[fields"), "The file has fields, which is not known here"),
    ],
)
def test_fields_that_cannot_be_are_refused_in_a_sentence(now, change, said):
    load_fields(FIELD, **now)
    with pytest.raises(UsageError, match=said):
        load_fields(FIELD.replace(*change), **now)
    assert CustomField.objects.get().type == "yes/no"


def test_sources_come_back_as_they_were_loaded(now):
    load_sources(SOURCE, **now)
    text = saved_sources()
    load_sources("", **now)
    assert Source.objects.get().is_retired
    load_sources(text, **now)
    assert (saved_sources(), Source.objects.get().is_retired) == (text, False)
    with pytest.raises(UsageError, match=r"Each source of the file is a table with its own name"):
        load_sources('[[source]]\nname = "erp"\n', **now)
    with pytest.raises(UsageError, match=r"no active user nobody@example\.com"):
        load_sources(SOURCE.replace("operator@localhost", "nobody@example.com"), **now)

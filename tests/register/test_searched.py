"""Search: by name and city of all, by numbers and keys of own; kept with every change, and empty of what has gone."""

from __future__ import annotations

import itertools

import pytest
from django.db import connection
from tests.installations import NOW
from tests.register.everyone import Everyone

from goodterms.register import lists, models
from goodterms.register.access import query
from goodterms.register.folded import folded
from goodterms.register.lists import page
from goodterms.register.search_tables import lacks_trigrams, make_search_tables, search_made_afterwards


@pytest.fixture
def head(installation):
    return models.User.objects.create(name="Hea", email="hea@example.com", role="head")


def make(name, **values):
    return models.Counterparty.objects.create(name=name, is_customer=True, created_on=NOW.date(), **values)


def found(user, words):
    """What a search finds, asked in each way that there is; all of them agree."""
    names = sorted(row["name"] for row in query(user, models.Counterparty, search=words, show=["name"]))
    assert sorted(row["name"] for row in page(user, search=words, show=["name"]).rows) == names
    for far in (30_000, 2):
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(lists, "MANY", -1)
            patch.setattr(lists, "FAR", far)
            for order in ("name", "-city"):
                assert sorted(row["name"] for row in page(user, search=words, show=["name"], order=order).rows) == names
    return names


def test_words_are_found_without_case_and_accents(head):
    for name in ("Sähkö-Åke Oy", "SAHKOTYO OY", "Łódź & Ærø", "100 % Puu_ja Kivi"):
        make(name)
    assert found(head, "sahko") == found(head, "SÄHKÖ") == ["SAHKOTYO OY", "Sähkö-Åke Oy"]
    assert found(head, "aero lodz") == found(head, "ærø") == ["Łódź & Ærø"]
    assert found(head, "100 %") == found(head, "puu ja") == ["100 % Puu_ja Kivi"]
    assert found(head, "nothing") == []
    manager = models.User.objects.create(name="Ann", email="ann@example.com", role="manager")
    assert len(found(head, " - ")) == len(found(manager, " - ")) == 4


def test_up_to_three_letters_begin_a_word_and_more_stand_anywhere(head):
    make("Metalli Kone Oy")
    for words in ("m", "ko", "kon", "kone", "etal", "oy kone", "alli ko"):
        assert found(head, words) == ["Metalli Kone Oy"], words
    for words in ("e", "on", "one", "tallix", "kone ab"):
        assert found(head, words) == [], words


def test_numbers_keys_and_city_are_found_and_go_with_their_record(head):
    one = make("Ann Oy")
    number = models.Identifier.objects.create(counterparty=one, scheme="business id", value="0201256-6")
    key = models.SourceKey.objects.create(kind="customers", space="erp", key="K-77123", counterparty=one)
    address = models.Address.objects.create(counterparty=one, kind="billing", city="Jyväskylä")
    for words in ("0201256-6", "02012566", "77123", "k-77123", "jyvaskyla", "ann jyv"):
        assert found(head, words) == ["Ann Oy"], words
    models.Identifier.objects.filter(pk=number.pk).update(value="1234567-1")
    address.delete()
    models.SourceKey.objects.filter(pk=key.pk).update(key="K-99", said="Bob Oy")
    for words in ("02012566", "jyvaskyla", "77123"):
        assert found(head, words) == [], words
    assert found(head, "1234567") == found(head, "bob oy") == ["Ann Oy"]
    other = make("Cleo Oy")
    models.SourceKey.objects.filter(pk=key.pk).update(counterparty=other)
    assert found(head, "bob oy") == ["Cleo Oy"]
    models.Counterparty.objects.filter(pk=one.pk).update(name="Dora Oy")
    assert (found(head, "ann"), found(head, "dora")) == ([], ["Dora Oy"])


def test_words_that_no_index_takes_are_found_too(head):
    one = make("Ann Oy")
    make("Bob Oy")
    for number in range(60):
        models.SourceKey.objects.create(kind="customers", space="erp", key=f"K-{7_000 + number}", counterparty=one)
    assert models.Searched.objects.get(counterparty=one).words == ""
    assert found(head, "7059 ann") == found(head, "7000") == ["Ann Oy"]
    assert (found(head, "7060"), found(head, "oy")) == ([], ["Ann Oy", "Bob Oy"])


def test_what_lists_are_sorted_by_changes_with_its_record(head):
    one = make("Ann Oy")
    address = models.Address.objects.create(counterparty=one, kind="billing", city="Pori")

    def kept():
        return models.Searched.objects.values_list("name", "city").get()

    assert kept() == ("Ann Oy", "Pori")
    models.Address.objects.filter(pk=address.pk).update(city="PORI")  # the same words
    models.Counterparty.objects.filter(pk=one.pk).update(name="ANN oy")
    assert kept() == ("ANN oy", "PORI")
    address.delete()
    assert kept() == ("ANN oy", "")


def test_a_colleagues_customer_is_found_by_name_and_city_alone(installation):
    cast = Everyone()
    cleo = cast.counterparties["Cleo"]
    models.Address.objects.filter(counterparty=cleo, kind="billing").update(city="Pori")
    models.Identifier.objects.filter(counterparty=cleo).update(value="7654321-0")
    models.SourceKey.objects.filter(counterparty=cleo).update(key="CLEOS77", said="")
    assert found(cast.users["otto"], "7654321") == found(cast.users["hea"], "cleos77") == found(cast.users["aud"], "cleo 7654321") == ["Cleo"]
    for who in ("mia", "dan", "lena"):
        assert found(cast.users[who], "cleo pori") == ["Cleo"]
        for words in ("7654321", "cleos77", "cleo 7654321", "76", "cl 76"):
            assert found(cast.users[who], words) == [], (who, words)


def test_what_no_published_import_made_is_not_found(installation):
    cast = Everyone()
    assert found(cast.users["hea"], "eva") == []
    models.Import.objects.filter(state="waiting").update(state="published")
    assert found(cast.users["hea"], "eva") == ["Eva"]


def test_what_has_gone_leaves_no_word_behind(head, installation):
    one, _other = make("Zyxwvut Oy"), make("Ann Oy")
    models.Counterparty.objects.filter(pk=one.pk).update(name="Erased")
    make("Qponmlk Oy").delete()
    connection.cursor().execute("VACUUM" if connection.vendor == "postgresql" else "PRAGMA wal_checkpoint(TRUNCATE)")
    for word in ("zyxwvut", "qponmlk"):
        assert not models.Searched.objects.filter(whole__contains=word).exists()
    assert models.Searched.objects.count() == models.Counterparty.objects.count() == 2
    if connection.vendor == "sqlite":
        connection.close()
        held = (installation / "register.sqlite").read_bytes()
        for word, three in itertools.product((b"zyxwvut", b"qponmlk"), range(5)):
            assert word[three : three + 3] not in held, word


def test_records_written_without_a_look_at_each_are_found_afterwards(head):
    make("Ann Oy")
    with search_made_afterwards():
        make("Bob Oy")
        assert models.Searched.objects.count() == 1
    make("Cleo Oy")
    assert found(head, "oy") == ["Ann Oy", "Bob Oy", "Cleo Oy"]
    make_search_tables()
    assert found(head, "oy") == ["Ann Oy", "Bob Oy", "Cleo Oy"]


def test_without_its_extension_postgresql_finds_the_same(head):
    assert not lacks_trigrams()
    if connection.vendor == "postgresql":
        connection.cursor().execute("DROP EXTENSION pg_trgm CASCADE")
        assert lacks_trigrams()
    make("Ann Oy")
    assert found(head, "ann") == found(head, "an") == ["Ann Oy"]


@pytest.mark.parametrize(
    "text", ["Sähkö-Åke Oy (0201256-6)", "ŁÓDŹ & Cie.", "ÆØÅ ß ﬁ Ⅳ ½", "Ёлка «Ромашка»", "東京 株式会社", "a\u00a0b\u2009c–d", "[x]\\y^z-'q\"", "İstanbul"]
)
def test_both_databases_fold_words_alike(installation, text):
    with connection.cursor() as cursor:
        cursor.execute("SELECT goodterms_folded(%s)", [text])
        assert cursor.fetchone() == (folded(text),)

"""Encodings by words: names in Europe's languages, in the encodings that lists of them come in, none of which the reader's own words hold."""

from __future__ import annotations

import tomllib
from importlib import resources
from pathlib import Path

import pytest

from goodterms.intake.tables.letters import SURE, Words, readings

LANGUAGES = tomllib.loads(Path(__file__).with_name("names_of_languages.toml").read_text("utf-8"))
PAIRS = [(language, encoding) for language, said in LANGUAGES.items() for encoding in said["encodings"]]
PRODUCTS = tomllib.loads(Path(__file__).with_name("product_lists.toml").read_text("utf-8"))
LISTS = [(language, encoding) for language, said in PRODUCTS.items() for encoding in said["encodings"]]
ASKED = ["LEGO™ set", "More…", "Œuvre"]
"""Products of which the sign may be a letter of DOS, or the letter a sign, where nothing stands beside them."""


def read(names, encoding):
    """How the names are read, the likely readings first, and how they should be."""
    words = Words()
    for number, name in enumerate(names, start=1):
        words.gather(name.encode(encoding), number)
    best, *others = readings(list(words.lines))
    likely = [best, *(other for other in others if best.score - other.score < SURE)]
    return [reading.words for reading in likely], tuple(word.decode(encoding) for word in words.lines)


def writable(names, encoding):
    return [name for name in names if name.encode(encoding, "ignore").decode(encoding) == name and not name.isascii()]


def in_twos(names):
    return [names[place : place + 2] for place in range(0, len(names), 2)]


def test_names_are_none_of_the_words_that_the_reader_knows():
    known = tomllib.loads(resources.files("goodterms.intake.tables").joinpath("words_of_languages.toml").read_text("utf-8"))
    for language, said in LANGUAGES.items():
        words = {word.lower() for name in said["names"] for word in name.replace("’", " ").split() if not word.isascii()}
        assert words & set(known[language].split()) == set(), language


@pytest.mark.parametrize(("language", "encoding"), PAIRS)
def test_a_list_of_names_is_read_without_a_question(language, encoding):
    found, expected = read(writable(LANGUAGES[language]["names"], encoding), encoding)
    assert found == [expected]


@pytest.mark.parametrize(("language", "encoding"), PAIRS)
def test_two_names_are_read_right_or_asked_about(language, encoding):
    for names in in_twos(writable(LANGUAGES[language]["names"], encoding)):
        found, expected = read(names, encoding)
        assert expected in found


@pytest.mark.parametrize("encoding", ["cp1252", "iso-8859-15"])
@pytest.mark.parametrize("language", ["Finnish", "Swedish", "Danish", "Norwegian", "German", "French", "Spanish", "Portuguese", "Dutch"])
def test_one_name_of_western_europe_is_enough(language, encoding):
    for name in writable(LANGUAGES[language]["names"], encoding):
        found, expected = read([name], encoding)
        assert found == [expected]


@pytest.mark.parametrize(
    "name", ["Hinta €", "100 m²", "5 m³", "20°C", "1½", "Ann’s Café", "“Ann”", "Ann – Bob", "1\N{NO-BREAK SPACE}234,50 €", "Coca-Cola®", "§ 5", "±5 µm"]
)
def test_signs_of_windows_are_signs(name):
    found, expected = read([name], "cp1252")
    assert found == [expected]


@pytest.mark.parametrize(("language", "encoding"), LISTS)
def test_a_list_of_products_is_read_without_a_question(language, encoding):
    found, expected = read(writable(PRODUCTS[language]["names"], encoding), encoding)
    assert found == [expected]


@pytest.mark.parametrize(("language", "encoding"), LISTS)
def test_two_products_are_read_right_or_asked_about(language, encoding):
    for names in in_twos(writable(PRODUCTS[language]["names"], encoding)):
        found, expected = read(names, encoding)
        assert expected in found[:3]


@pytest.mark.parametrize("encoding", ["cp1252", "iso-8859-15"])
@pytest.mark.parametrize("language", ["English", "Finnish", "German", "French", "Swedish", "Danish"])
def test_one_product_of_western_europe_is_enough(language, encoding):
    for name in writable(PRODUCTS[language]["names"], encoding):
        found, expected = read([name], encoding)
        assert found[0] == expected
        assert len(found) == 1 or name in ASKED


@pytest.mark.parametrize("language", ["English", "Finnish", "German", "French", "Swedish", "Danish"])
def test_one_product_of_a_list_from_dos_is_read_right_or_asked_about(language):
    for name in writable(PRODUCTS[language]["names"], "cp850"):
        found, expected = read([name], "cp850")
        assert expected == found[0] or len(found) > 1


@pytest.mark.parametrize("name", ["Podestà", "Peña", "Öhman", "YHTIÖ", "MUŽ", "ŽALUZIE", "Żagiel", "Brûlé"])
@pytest.mark.parametrize("encoding", ["cp850", "cp852", "mac-roman", "iso-8859-2"])
def test_a_name_with_a_letter_in_the_place_of_such_a_sign_is_read_right_or_asked_about(name, encoding):
    for written in writable([name], encoding):
        found, expected = read([written], encoding)
        assert expected in found


def test_every_byte_is_seen_in_a_long_list():
    words = Words()
    for number in range(1, 1000):
        words.gather(f"Äänekoski{number}".encode("cp1252"), number)
    words.gather(b"Ann \x80", 1000)
    assert (len(words.lines), words.lines[b"\x80"]) == (251, 1000)
    assert readings(list(words.lines))[0].encoding == "cp1252"

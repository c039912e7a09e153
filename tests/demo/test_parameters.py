"""One documented file says what the company is made from; an outsider's file goes on top of it."""

from __future__ import annotations

import dataclasses
import re

import pytest

from goodterms.demo import read_parameters
from goodterms.demo.parameters import OWN_FILE, parameters_as_toml
from goodterms.errors import UsageError


def written(tmp_path, text):
    path = tmp_path / "own.toml"
    path.write_text(text, "utf-8")
    return path


def test_a_file_changes_what_it_names_and_nothing_else(tmp_path, parameters):
    own = read_parameters(written(tmp_path, "months = 24\n[heavy_returns]\ncustomers = 0.2\n"))
    assert own == dataclasses.replace(parameters, months=24, heavy_returns=dataclasses.replace(parameters.heavy_returns, customers=0.2))


@pytest.mark.parametrize(("preset", "effects", "noise"), [("easy", 1.2, 0.5), ("normal", 1.0, 1.0), ("hard", 0.85, 1.4)])
def test_presets_set_how_large_causes_and_chance_are(preset, effects, noise):
    """Fixed: what is scored on them stays comparable."""
    chosen = read_parameters(preset=preset)
    assert (chosen.preset, chosen.effects, chosen.noise) == (preset, effects, noise)


def test_a_file_names_a_preset_and_has_the_last_word(tmp_path):
    own = read_parameters(written(tmp_path, 'preset = "hard"\nnoise = 0.0\n'))
    assert (own.preset, own.effects, own.noise) == ("hard", 0.85, 0.0)


def test_effects_and_noise_work_on_the_planted_causes(parameters):
    none = dataclasses.replace(parameters, effects=0.0, noise=0.0).in_force(100_000)
    assert (none.small_orders.yearly, none.creeping_discounts.yearly, none.large_losers.orders, none.bulky.times) == (0, 0, 1, 1)
    assert none.heavy_returns.heavy == none.heavy_returns.normal
    assert (none.costs.spread, none.orders.month_spread) == (0, 0)
    assert none.prices.cost_rise == parameters.prices.cost_rise


def test_causes_are_larger_in_a_very_small_company(parameters):
    yearly = [parameters.in_force(lines).creeping_discounts.yearly / parameters.creeping_discounts.yearly for lines in (1_000, 20_000, 10_000_000)]
    assert yearly == [pytest.approx(1.6), 1.0, 1.0]


def test_parameters_written_are_read_back(tmp_path):
    hard = read_parameters(preset="hard")
    assert read_parameters(written(tmp_path, parameters_as_toml(hard))) == hard


def test_every_parameter_is_documented():
    """Each line says what it means; the dictionaries' heads say it for theirs."""
    parameters, _, _ = OWN_FILE.read_text("utf-8").partition("# --- Dictionaries")
    values = [line for line in parameters.splitlines() if re.match(r"\w+ = ", line) and not line.endswith("[")]
    assert len(values) > 60
    assert [line for line in values if " # " not in line] == []


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("months = 24\nmonhts = 3\n", 'own.toml, line 2: "monhts" is not a parameter here'),
        ("[bulky]\n\nweight = 3\n", 'own.toml, line 3: "weight" is not a parameter here. Known are products, times.'),
        ('months = "two"\n', "own.toml, line 1: months = 'two' where a whole number was expected"),
        ("months = 61\n", "own.toml, line 1: months = 61 must lie from 1 to 60"),
        ("[bulky]\nproducts = 1.5\n", "own.toml, line 2: bulky.products = 1.5 must lie from 0 to 1"),
        ("[bulky]\nproducts = nan\n", "own.toml, line 2: bulky.products = nan must lie from 0 to 1"),
        ("first_month = 2023-01-15\n", "own.toml, line 1: first_month must be the first day of a month"),
        ('preset = "brutal"\n', 'own.toml, line 1: "brutal" is no preset. Known are easy, normal, hard.'),
        ('managers = ["A;B"]\n', "own.toml, line 1: managers.0 = 'A;B' must be text that fits into a cell"),
        ("managers = []\n", "own.toml, line 1: managers = [] where a table or list"),
        ('[[segments]]\nname = "One"\nweight = 1\ndiscount = 0.1\ntrades = ["A"]\n', "a segment has one trade for each of Finnish, Swedish, English"),
        ('[[regions]]\nname = "R"\ncountry = "FI"\nweight = 1\nlanguage = "Latin"\n', "regions.0.language = 'Latin' where"),
        ('[[regions]]\nname = "R"\ncountry = "FI"\n', '"weight" is missing in regions.0'),
        ("bulky = 3\n", "own.toml, line 1: bulky = 3 where a table"),
        ("months = = 3\n", "own.toml is not valid TOML"),
    ],
)
def test_what_is_wrong_is_said_with_its_place(tmp_path, text, said):
    with pytest.raises(UsageError) as raised:
        read_parameters(written(tmp_path, text))
    assert said in str(raised.value)


def test_a_missing_file_is_wrong_use(tmp_path):
    with pytest.raises(UsageError, match="cannot be read"):
        read_parameters(tmp_path / "nowhere.toml")

"""The parameters of the simulated company: read from ``company.toml``, which documents them, and from a file of one's own on top of it."""

from __future__ import annotations

import dataclasses
import math
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from pathlib import Path
from typing import Any, Literal, get_args, get_type_hints

from goodterms.errors import UsageError
from goodterms.facts.toml_places import line_of, toml_places

Preset = Literal["easy", "normal", "hard"]
Language = Literal["Finnish", "Swedish", "English"]
LANGUAGES: tuple[Language, ...] = get_args(Language)

SMALLEST, SMALL = 1_000, 20_000
"""Sale lines of the smallest company, and from which on it counts as small no more."""

OWN_FILE = Path(__file__).with_name("company.toml")
"""The documented file: every parameter, its value and its meaning."""


@dataclass(frozen=True)
class Customers:
    """How many customers there are and how unequal they are."""

    lines_each: int
    fewest: int
    pareto: float
    largest_share: float = field(metadata={"most": 1})
    new_a_year: float = field(metadata={"most": 0.3})
    lost_a_year: float = field(metadata={"most": 0.15})
    cash_sales: float = field(metadata={"most": 0.5})


@dataclass(frozen=True)
class Products:
    """How many products there are and how they sell."""

    lines_each: int
    fewest: int
    most: int
    popularity: float
    own_assortment: float = field(metadata={"most": 1})


@dataclass(frozen=True)
class Orders:
    """What an order looks like."""

    lines: float
    volume_growth: float
    month_spread: float = field(metadata={"most": 2})
    value_spread: float = field(metadata={"most": 2})
    second_invoice: float = field(metadata={"most": 1})
    rush: float = field(metadata={"most": 1})
    collected: float = field(metadata={"most": 1})


@dataclass(frozen=True)
class Prices:
    """List prices and purchase prices."""

    list_step: float
    cost_share: float = field(metadata={"most": 1})
    cost_share_spread: float = field(metadata={"most": 0.2})
    cost_rise: float


@dataclass(frozen=True)
class Terms:
    """Discounts, freight and rebates that the company means to give."""

    discount_for_size: float = field(metadata={"most": 0.3})
    discount_spread: float = field(metadata={"most": 0.1})
    freight_charge: float
    freight_free_from: float
    rebate_customers: float = field(metadata={"most": 1})
    rebate: float = field(metadata={"most": 0.5})


@dataclass(frozen=True)
class SmallOrders:
    """The same purchases in ever more orders."""

    customers: float = field(metadata={"most": 1})
    yearly: float


@dataclass(frozen=True)
class FreeDelivery:
    """Delivery without charge, granted to one customer after the other."""

    first: float = field(metadata={"most": 1})
    yearly: float = field(metadata={"most": 1})


@dataclass(frozen=True)
class CreepingDiscounts:
    """Managers who grant a little more each time."""

    managers: int
    customers: float = field(metadata={"most": 1})
    yearly: float = field(metadata={"most": 0.1})


@dataclass(frozen=True)
class HeavyReturns:
    """Customers that send back."""

    customers: float = field(metadata={"most": 1})
    normal: float = field(metadata={"most": 0.2})
    heavy: float = field(metadata={"most": 0.3})
    yearly: float


@dataclass(frozen=True)
class LargeLosers:
    """Large customers that lose money."""

    one_in: int
    fewest: int
    most: int
    discount: float = field(metadata={"most": 0.4})
    orders: float
    visits: float
    rush: float = field(metadata={"most": 1})
    yearly: float


@dataclass(frozen=True)
class MarginEaters:
    """Products whose purchase price is too high and runs away from their list price."""

    products: float = field(metadata={"most": 1})
    cost_share: float = field(metadata={"most": 0.5})
    cost_rise: float


@dataclass(frozen=True)
class Bulky:
    """Products that weigh far more than their price pays for."""

    products: float = field(metadata={"most": 1})
    times: float


@dataclass(frozen=True)
class Accidental:
    """Small customers that came by accident."""

    customers: float = field(metadata={"most": 0.9})
    orders: float
    line_value: float
    yearly: float


@dataclass(frozen=True)
class Costs:
    """What work costs in the first year, and how costs rise."""

    desk_minute: float
    desk_reserve: float
    line_picked: float
    delivery: float
    kilogram: float
    visit: float
    call: float
    ticket: float
    return_: float = field(metadata={"key": "return"})
    rise: float
    spread: float = field(metadata={"most": 0.2})
    rent: float = field(metadata={"most": 1})
    rent_rise: float
    marketing: float = field(metadata={"most": 1})
    marketing_rise: float
    administration_rise: float
    interest: float


@dataclass(frozen=True)
class Contacts:
    """How often customers are visited and call."""

    visits: float
    calls: float = field(metadata={"most": 1})
    tickets: float = field(metadata={"most": 1})
    tickets_heavy: float = field(metadata={"most": 1})


@dataclass(frozen=True)
class Segment:
    """One segment of customers."""

    name: str
    weight: int
    discount: float = field(metadata={"most": 0.5})
    trades: tuple[str, ...]


@dataclass(frozen=True)
class Region:
    """One region; ``language`` is that of its customers' names."""

    name: str
    country: str
    weight: int
    language: Language


@dataclass(frozen=True)
class Family:
    """One product family."""

    name: str
    price: float
    kilograms: float
    unit: str
    goods: tuple[str, ...]


@dataclass(frozen=True)
class Parameters:
    """Every figure that the simulated company is made from; ``company.toml`` says what each means.

    Examples
    --------
    >>> normal, hard = read_parameters(), read_parameters(preset="hard")
    >>> normal.sales_growth, normal.effects, hard.effects
    (0.12, 1.0, 0.85)
    """

    preset: Preset
    effects: float = field(metadata={"most": 3})
    effects_when_small: float = field(metadata={"least": 1, "most": 3})
    noise: float = field(metadata={"most": 3})
    first_month: date
    months: int = field(metadata={"least": 1, "most": 60})
    line_value: float = field(metadata={"least": 1})
    sales_growth: float = field(metadata={"least": -0.5, "most": 1})
    first_year_profit: float = field(metadata={"least": -0.5, "most": 0.5})
    managers: tuple[str, ...]
    customers: Customers
    products: Products
    orders: Orders
    prices: Prices
    terms: Terms
    small_orders: SmallOrders
    free_delivery: FreeDelivery
    creeping_discounts: CreepingDiscounts
    heavy_returns: HeavyReturns
    large_losers: LargeLosers
    margin_eaters: MarginEaters
    bulky: Bulky
    accidental: Accidental
    costs: Costs
    contacts: Contacts
    segments: tuple[Segment, ...]
    regions: tuple[Region, ...]
    families: tuple[Family, ...]

    @property
    def years(self) -> int:
        """Spans of twelve months that the data begins."""
        return math.ceil(self.months / 12)

    def in_force(self, lines: int) -> Parameters:
        """The parameters of a company of that size, with ``effects`` and ``noise`` worked into them, and both 1.

        In a company of fewer than 20,000 lines the planted causes are larger, so that they show above the chance of a few customers.
        """
        smallness = min(max(1 - math.log(lines / SMALLEST) / math.log(SMALL / SMALLEST), 0), 1)
        e, n = self.effects * (1 + (self.effects_when_small - 1) * smallness), self.noise
        losers, returns, eaters = self.large_losers, self.heavy_returns, self.margin_eaters
        return replace(
            self,
            effects=1.0,
            effects_when_small=1.0,
            noise=1.0,
            orders=replace(self.orders, month_spread=self.orders.month_spread * n, value_spread=self.orders.value_spread * n),
            prices=replace(self.prices, cost_share_spread=self.prices.cost_share_spread * n),
            terms=replace(self.terms, discount_spread=self.terms.discount_spread * n),
            small_orders=replace(self.small_orders, yearly=self.small_orders.yearly * e),
            free_delivery=replace(self.free_delivery, yearly=min(self.free_delivery.yearly * e, 1)),
            creeping_discounts=replace(self.creeping_discounts, yearly=self.creeping_discounts.yearly * e),
            heavy_returns=replace(returns, heavy=returns.normal + (returns.heavy - returns.normal) * e, yearly=returns.yearly * e),
            large_losers=replace(
                losers,
                discount=losers.discount * e,
                orders=1 + (losers.orders - 1) * e,
                visits=1 + (losers.visits - 1) * e,
                rush=min(self.orders.rush + (losers.rush - self.orders.rush) * e, 1),
                yearly=losers.yearly * e,
            ),
            margin_eaters=replace(eaters, cost_share=eaters.cost_share * e, cost_rise=eaters.cost_rise * e),
            bulky=replace(self.bulky, times=1 + (self.bulky.times - 1) * e),
            accidental=replace(self.accidental, yearly=self.accidental.yearly * e),
            costs=replace(self.costs, spread=self.costs.spread * n),
        )


def read_parameters(path: Path | str | None = None, *, preset: Preset | None = None) -> Parameters:
    """Read the company's own parameters and, on top of them, those of a file.

    ``effects`` and ``noise`` follow from the preset (the one named here, else the file's, else *normal*); a file that states them itself has the last word,
    unless a preset is named here.

    Raises
    ------
    UsageError
        For an unknown key, a value of the wrong kind or outside its range; the sentence names file, line and key.
    """
    own = tomllib.loads(OWN_FILE.read_text("utf-8"))
    presets = own.pop("presets")
    file, text, given = "company.toml", "", dict[str, Any]()
    if path is not None:
        file, text = Path(path).name, _text_of(Path(path))
        try:
            given = tomllib.loads(text)
        except tomllib.TOMLDecodeError as error:
            raise UsageError(f"{file} is not valid TOML: {error}.") from error
        presets |= given.pop("presets", {})
    reading = _Reading(file, text)
    chosen = preset or given.get("preset", own["preset"])
    if chosen not in presets:
        raise reading.error(("preset",), f'"{chosen}" is no preset. Known are {", ".join(presets)}.')
    merged = own | presets[chosen] | given | (presets[chosen] if preset else {}) | {"preset": chosen}
    for name, section in own.items():
        if isinstance(section, Mapping) and isinstance(merged[name], Mapping):
            merged[name] = {**section, **merged[name]}
    parameters: Parameters = reading.record(Parameters, merged, ())
    reading.check_together(parameters)
    return parameters


def parameters_as_toml(parameters: Parameters) -> str:
    """The parameters as a file that :func:`read_parameters` reads back."""
    return "\n".join(_toml_lines(parameters)) + "\n"


def _text_of(path: Path) -> str:
    try:
        return path.read_text("utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise UsageError(f"The parameters {path} cannot be read: {error}. Pass a TOML file; company.toml in goodterms.demo is the model.") from error


@dataclass(frozen=True)
class _Reading:
    """One reading of a parameter file: turns plain TOML into records, or says where it cannot."""

    file: str
    text: str

    def error(self, path: tuple[str | int, ...], sentence: str) -> UsageError:
        place = f"{self.file}, line {line_of(toml_places(self.text), path)}" if self.text else self.file
        return UsageError(f"{place}: {sentence}")

    def record(self, record: type[Any], values: Mapping[str, Any], path: tuple[str | int, ...]) -> Any:
        hints = get_type_hints(record)
        fields = {f.metadata.get("key", f.name): f for f in dataclasses.fields(record)}
        for key in values:
            if key not in fields:
                raise self.error((*path, key), f'"{key}" is not a parameter here. Known are {", ".join(fields)}.')
        for key in fields:
            if key not in values:
                raise self.error(path, f'"{key}" is missing in {".".join(str(p) for p in path)}.')
        return record(**{f.name: self.value(hints[f.name], values[key], (*path, key), f.metadata) for key, f in fields.items()})

    def value(self, kind: Any, value: Any, path: tuple[str | int, ...], limits: Mapping[str, Any]) -> Any:
        name = ".".join(str(part) for part in path)
        if dataclasses.is_dataclass(kind) and isinstance(value, Mapping):
            return self.record(kind, value, path)  # type: ignore[arg-type]  # is_dataclass narrows to instances too
        if get_args(kind) and isinstance(value, list) and value:
            return tuple(self.value(get_args(kind)[0], item, (*path, i), {}) for i, item in enumerate(value))
        if get_args(kind) and isinstance(value, str) and value in get_args(kind):
            return value
        if kind is float and isinstance(value, int) and not isinstance(value, bool):
            value = float(value)
        if not isinstance(kind, type) or type(value) is not kind:
            wanted = {float: "a number", int: "a whole number", str: "a text", date: "a date"}.get(kind, "a table or list as in company.toml")
            raise self.error(path, f"{name} = {value!r} where {wanted} was expected.")
        if isinstance(value, int | float):
            least, most = limits.get("least", 0), limits.get("most", math.inf)
            if not (math.isfinite(value) and least <= value <= most):
                raise self.error(path, f"{name} = {value} must lie from {least} to {most}.")
        if isinstance(value, str) and not _is_plain(value):
            raise self.error(path, f"{name} = {value!r} must be text that fits into a cell of a cp1252 file: no quotes, semicolons or line ends.")
        return value

    def check_together(self, parameters: Parameters) -> None:
        """What no single key shows."""
        if parameters.first_month.day != 1:
            raise self.error(("first_month",), "first_month must be the first day of a month.")
        positive = {
            "customers.lines_each": parameters.customers.lines_each,
            "customers.fewest": parameters.customers.fewest,
            "products.lines_each": parameters.products.lines_each,
            "products.fewest": parameters.products.fewest,
            "large_losers.one_in": parameters.large_losers.one_in,
            "large_losers.orders": parameters.large_losers.orders,
            "bulky.times": parameters.bulky.times,
        }
        for name, value in positive.items():
            if value < 1:
                raise self.error(tuple(name.split(".")), f"{name} must be at least 1.")
        if parameters.customers.pareto <= 1:
            raise self.error(("customers", "pareto"), "customers.pareto must be above 1.")
        if not 1 < parameters.orders.lines <= 12:
            raise self.error(("orders", "lines"), "orders.lines must lie above 1 and not above 12.")
        if len(parameters.families) > parameters.products.fewest:
            raise self.error(("families",), "there must be at least one product for each family: raise products.fewest.")
        for i, segment in enumerate(parameters.segments):
            if len(segment.trades) != len(LANGUAGES):
                raise self.error(("segments", i, "trades"), f"a segment has one trade for each of {', '.join(LANGUAGES)}.")
        if not all(sum(entry.weight for entry in entries) for entries in (parameters.segments, parameters.regions)):
            raise self.error(("segments",), "segments and regions need a weight above 0.")


def _is_plain(text: str) -> bool:
    """Whether a text can stand in every file that the company writes."""
    try:
        text.encode("cp1252")
    except UnicodeEncodeError:
        return False
    return bool(text.strip()) and text.isprintable() and not set(text) & set("\"';")


def _toml_lines(record: Any, prefix: str = "") -> list[str]:
    """A record's plain values first, then its tables."""
    plain, tables = list[str](), list[str]()
    for f in dataclasses.fields(record):
        key, value = f.metadata.get("key", f.name), getattr(record, f.name)
        if dataclasses.is_dataclass(value):
            tables += ["", f"[{prefix}{key}]", *_toml_lines(value, f"{prefix}{key}.")]
        elif isinstance(value, tuple) and value and dataclasses.is_dataclass(value[0]):
            for entry in value:
                tables += ["", f"[[{prefix}{key}]]", *_toml_lines(entry, f"{prefix}{key}.")]
        else:
            plain.append(f"{key} = {_toml_value(value)}")
    return plain + tables


def _toml_value(value: Any) -> str:
    if isinstance(value, tuple):
        return f"[{', '.join(_toml_value(item) for item in value)}]"
    if isinstance(value, str):
        return f'"{value}"'
    return value.isoformat() if isinstance(value, date) else repr(value)

"""Policy: the company's settings that figures depend on, dated and never overwritten.

A policy is one TOML file. Each ``[[policy]]`` block holds from its date on: it adds to the blocks before it or overrides them by name (a key; a pool's key;
a layer), and months before its date keep what they had.
"""

from __future__ import annotations

import difflib
import re
import tomllib
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from decimal import Decimal
from itertools import pairwise
from pathlib import Path
from typing import Any, Literal, TypeVar

from goodterms.errors import PolicyError
from goodterms.facts.activity_kind import driver_of
from goodterms.facts.time_equation import TimeEquation
from goodterms.facts.toml_places import Path as Key
from goodterms.facts.toml_places import line_of, toml_places

Level = Literal["line", "order", "customer"]
"""Where a cost stays: never finer than what caused it."""


@dataclass(frozen=True)
class Driver:
    """What causes a cost, where it is counted and at which level its cost stays.

    ``level`` is None for minutes, which stay at the level of their activity. ``else_customer``: at customer level where the row names no order.
    ``kind`` is the kind of activity that the driver counts.
    """

    name: str
    level: Level | None
    origin: Literal["sale lines", "activities"]
    kind: str | None = None
    else_customer: bool = False


DRIVERS: Mapping[str, Driver] = {
    driver.name: driver
    for driver in (
        Driver("orders", "order", "sale lines"),
        Driver("documents", "order", "sale lines"),
        Driver("lines", "line", "sale lines"),
        Driver("credit notes", "order", "sale lines", else_customer=True),
        Driver("units", "line", "sale lines"),
        Driver("kg", "line", "sale lines"),
        Driver("value", "line", "sale lines"),
        Driver("customers", "customer", "sale lines"),
        Driver("deliveries", "order", "activities", kind="delivery"),
        Driver("visits", "customer", "activities", kind="visit"),
        Driver("calls", "customer", "activities", kind="call"),
        Driver("tickets", "customer", "activities", kind="ticket"),
        Driver("returns", "order", "activities", kind="return", else_customer=True),
        Driver("minutes", None, "activities"),
    )
}
"""Every driver that a policy may name, by name."""


@dataclass(frozen=True)
class PoolPolicy:
    """How one cost pool is shared.

    ``driver`` or ``minutes`` with ``capacity_minutes`` (practical, a month), or neither: the pool is then unassigned, unless its tier keeps it out.
    ``step`` is the waterfall's step it belongs to. ``spread`` divides sustaining cost by value. ``avoidable`` is the share that would go with the
    customer; None where the policy is silent. ``support`` gives shares of the pool to other pools. ``place`` is where the policy says so.
    """

    name: str
    driver: str | None = None
    minutes: TimeEquation | None = None
    capacity_minutes: Decimal | None = None
    step: str = ""
    tier: Literal["caused", "sustaining", "excluded"] = "caused"
    spread: Literal["none", "value"] = "none"
    avoidable: Decimal | None = None
    support: Mapping[str, Decimal] = field(default_factory=dict, hash=False)
    place: str = field(default="", compare=False)

    def __post_init__(self) -> None:
        """A pool without a step is its own step."""
        if not self.step:
            object.__setattr__(self, "step", self.name)


@dataclass(frozen=True)
class PolicyBlock:
    """What holds from a date on, earlier blocks included.

    ``cost_of_capital`` is yearly, a fraction; None: no financing line. ``layers`` maps a layer of price to the waterfall's step that it counts in.
    """

    from_: date
    currency: str | None = None
    fiscal_year_start: int = 1
    own_ids: tuple[str, ...] = ()
    across_entities: bool = False
    intercompany: tuple[str, ...] = ()
    cost_of_capital: Decimal | None = None
    financing: Literal["documents", "balance"] | None = None
    day_count: int = 365
    layers: Mapping[str, str] = field(default_factory=dict, hash=False)
    peers_min: int = 8
    dormant_days: int = 90
    dormant_gaps: Decimal = Decimal(2)
    lost_days: int = 365
    pools: tuple[PoolPolicy, ...] = ()

    def pool(self, name: str) -> PoolPolicy | None:
        """How the pool of that name is shared; None where the policy does not name it."""
        return next((pool for pool in self.pools if pool.name == name), None)


_BEFORE_ALL = PolicyBlock(date.min)
_WITHOUT_EFFECT = ("currency", "own_ids", "cost_of_capital", "financing", "day_count")
"""Settings of a block that no analysis uses so far; a setting leaves this list when one does."""


@dataclass(frozen=True)
class Policy:
    """A company's policy; ``blocks`` are in order of their dates, each with everything that holds from its date on.

    Examples
    --------
    >>> policy = Policy.read('''
    ... version = 1
    ... [[policy]]
    ... from = 2012-01-01
    ... [[policy.pool]]
    ... name = "Inventory Management"
    ... driver = "lines"
    ... step = "picking"
    ... [[policy]]
    ... from = 2013-01-01
    ... [[policy.pool]]
    ... name = "Inventory Management"
    ... driver = "orders"
    ... ''')
    >>> [(pool.driver, pool.step) for year in (2012, 2013) if (pool := policy.pool("Inventory Management", date(year, 6, 1)))]
    [('lines', 'picking'), ('orders', 'picking')]
    >>> policy.pool("Inventory Management", date(2011, 12, 1)) is None
    True
    """

    blocks: tuple[PolicyBlock, ...] = ()
    name: str = "policy.toml"

    @classmethod
    def empty(cls) -> Policy:
        """The policy of a company that wrote none: defaults, and every cost pool unassigned."""
        return cls()

    @classmethod
    def load(cls, path: str | Path) -> Policy:
        """Read a policy file (UTF-8).

        Raises
        ------
        PolicyError
            When the file is not there, cannot be opened or is not a valid policy; the sentence names file and line.
        """
        path = Path(path)
        try:
            written = path.read_bytes()
        except OSError as error:
            raise PolicyError(f"The policy {path} cannot be read: {error.strerror or error}. Check the name, or leave --policy out.") from error
        try:
            return cls.read(written.decode("utf-8-sig"), path.name)
        except UnicodeDecodeError as error:
            line = written.count(b"\n", 0, error.start) + 1
            raise PolicyError(f"{path.name}, line {line}: this is not UTF-8 text. Save the policy as UTF-8.") from error

    @classmethod
    def read(cls, text: str, name: str = "policy.toml") -> Policy:
        """Read the text of a policy file; ``name`` is what errors call it.

        Raises
        ------
        PolicyError
            For an unknown key or driver, a wrong type, a share outside 0 to 1, settings that exclude one another, a block without date; with file and line.
        """
        return cls(tuple(_Reader(text, name).blocks()), name)

    def on(self, month: date) -> PolicyBlock:
        """What holds in a month: the newest block that begins by then, earlier ones included; defaults before the first."""
        return next((block for block in reversed(self.blocks) if block.from_ <= month), _BEFORE_ALL)

    def pool(self, name: str, month: date) -> PoolPolicy | None:
        """How a cost pool is shared in a month; None where the policy does not name it by then."""
        return self.on(month).pool(name)

    @property
    def begins(self) -> date | None:
        """From when it holds; None where it says nothing at all."""
        return self.blocks[0].from_ if self.blocks else None

    @property
    def pool_names(self) -> tuple[str, ...]:
        """The names of all pools of all dates, in the order of the file's dates."""
        return tuple(dict.fromkeys(pool.name for block in self.blocks for pool in block.pools))

    @property
    def without_effect(self) -> tuple[str, ...]:
        """The settings that the policy makes and this version reads without carrying them out: a run says so, or they would be dropped silently."""
        made = [key for key in _WITHOUT_EFFECT for block in self.blocks if getattr(block, key) != getattr(_BEFORE_ALL, key)]
        made += ["support" for block in self.blocks for pool in block.pools if pool.support]
        return tuple(dict.fromkeys(made))

    def check_equations(self, order_names: Collection[str], activity_names: Collection[str]) -> None:
        """Raise ``PolicyError``, with file and line, for the first name of a time equation that is not known.

        ``order_names`` may stand in an equation over sale lines, ``activity_names`` in one of activities.
        """
        for pool in (pool for block in self.blocks for pool in block.pools):
            if pool.minutes is None:
                continue
            try:
                pool.minutes.check(activity_names if pool.minutes.is_of_activities else order_names)
            except PolicyError as error:
                raise PolicyError(f"{pool.place}: {error}") from error


_T = TypeVar("_T")
_LARGEST = Decimal(10) ** 12
"""Numbers of a policy stay below it, and within so many places, so that every product of theirs is exact."""
_MOST_PLACES = 6


class _Reader:
    """One policy text on its way to blocks: every refusal names file and line."""

    def __init__(self, text: str, name: str) -> None:
        self.name = name
        text = text.removeprefix("\ufeff")
        try:
            self.content = tomllib.loads(text, parse_float=Decimal)
        except tomllib.TOMLDecodeError as error:
            raise PolicyError(self._not_toml(str(error), text)) from error
        except (ValueError, ArithmeticError, RecursionError) as error:
            raise PolicyError(f"{name}: this cannot be read as TOML: a number is too long or brackets stand too deep.") from error
        self.places = toml_places(text)

    def _not_toml(self, said: str, text: str) -> str:
        """The parser's sentence with our way of naming the line."""
        what, _, where = said.rpartition(" (at ")
        found = re.match(r"line (\d+)", where)
        line = int(found[1]) if found else text.count("\n") + 1
        return f"{self.name}, line {line}: this is not TOML: {what or said}. Texts stand in quotes, dates do not."

    def place(self, key: Key) -> str:
        """Where a key stands, as errors say it."""
        return f"{self.name}, line {line_of(self.places, key)}"

    def refuse(self, key: Key, sentence: str) -> PolicyError:
        """The error for a key."""
        return PolicyError(f"{self.place(key)}: {sentence}")

    def blocks(self) -> list[PolicyBlock]:
        """The blocks by date, each with what holds from there on."""
        self.only(("version", "policy"), self.content, ())
        version = self.content.get("version")
        if version is None:
            raise PolicyError(f"{self.name}, line 1: the version is missing. Put version = 1 at the top.")
        if version != 1 or isinstance(version, bool):
            raise self.refuse(("version",), f"version {_as_written(version)} of the policy file is not known. Say version = 1.")
        written = self.content.get("policy", [])
        if not isinstance(written, list) or not all(isinstance(block, dict) for block in written):
            raise self.refuse(("policy",), "a policy is a list of dated blocks. Head each with [[policy]], in two pairs of brackets.")
        dated = sorted((self.date_of(i, block), i) for i, block in enumerate(written))
        for (day, i), (next_day, j) in pairwise(dated):
            if day == next_day:
                raise self.refuse(("policy", max(i, j)), f"two blocks begin on {day}. Join them, or give one another date.")
        blocks: list[PolicyBlock] = []
        for day, i in dated:
            before = blocks[-1] if blocks else _BEFORE_ALL
            blocks.append(self.block(written[i], ("policy", i), replace(before, from_=day)))
        return blocks

    def date_of(self, index: int, block: Mapping[str, Any]) -> date:
        """From when a block holds: the first day of a month."""
        key: Key = ("policy", index, "from")
        day = block.get("from")
        if day is None:
            raise self.refuse(key[:2], "this block does not say from when it holds. Add from = 2012-01-01, with your date.")
        if not isinstance(day, date) or isinstance(day, datetime):
            raise self.refuse(key, f"from = {_as_written(day)} is not a date. Write from = 2012-01-01, without quotes and without a time of day.")
        if day.day != 1:
            raise self.refuse(
                key, f"{day} is not the first day of a month, and a month is the smallest period. Write {day.replace(day=1)} or a later month's first day."
            )
        return day

    def block(self, written: Mapping[str, Any], key: Key, before: PolicyBlock) -> PolicyBlock:
        """One block, added to what held before."""
        self.only(("from", *_BLOCK_KEYS, "pool"), written, key)
        given = {name: read(self, (*key, name), written[name]) for name, read in _BLOCK_KEYS.items() if name in written}
        if "layers" in given:
            given["layers"] = {**before.layers, **given["layers"]}
        pools = {pool.name: pool for pool in before.pools}
        tables = written.get("pool", [])
        if not isinstance(tables, list) or not all(isinstance(table, dict) for table in tables):
            raise self.refuse((*key, "pool"), "pools are a list. Head each with [[policy.pool]], in two pairs of brackets.")
        seen: dict[str, Key] = {}
        for i, table in enumerate(tables):
            pool = self.pool(table, (*key, "pool", i), pools)
            if pool.name in seen:
                raise self.refuse(
                    (*key, "pool", i), f'the pool "{pool.name}" stands twice in this block (first in line {line_of(self.places, seen[pool.name])}). Keep one.'
                )
            seen[pool.name] = (*key, "pool", i)
            pools[pool.name] = pool
        return replace(before, pools=tuple(pools.values()), **given)

    def pool(self, written: Mapping[str, Any], key: Key, before: Mapping[str, PoolPolicy]) -> PoolPolicy:
        """One pool, added to what held for it before: a driver takes the place of minutes, and minutes that of a driver."""
        self.only(("name", *_POOL_KEYS), written, key)
        if "name" not in written:
            raise self.refuse(key, 'this pool has no name. Add name = "…", as the cost file names the pool.')
        name = _text(self, (*key, "name"), written["name"])
        given = {setting: read(self, (*key, setting), written[setting]) for setting, read in _POOL_KEYS.items() if setting in written}
        if "driver" in given:
            self.driver_alone(name, given, key)
        earlier = before.get(name, PoolPolicy(name))
        if "driver" in given:
            earlier = replace(earlier, minutes=None, capacity_minutes=None)
        if "minutes" in given:
            earlier = replace(earlier, driver=None)
        if "tier" in given:
            earlier = replace(earlier, spread="none")
        pool = replace(earlier, place=self.place(key), **given)
        self.fits_together(pool, key)
        return pool

    def driver_alone(self, name: str, given: Mapping[str, Any], key: Key) -> None:
        """Refuse a driver beside a time equation."""
        if "minutes" in given:
            raise self.refuse((*key, "minutes"), f'the pool "{name}" has a driver and minutes. Keep one of the two.')
        if "capacity_minutes" in given:
            hint = ' Write minutes = "minutes" for the minutes of activities.' if given["driver"] == "minutes" else ""
            raise self.refuse(
                (*key, "capacity_minutes"), f'the pool "{name}" has a driver, and capacity_minutes belongs to minutes. Keep one of the two.{hint}'
            )

    def fits_together(self, pool: PoolPolicy, key: Key) -> None:
        """Refuse settings of a pool that need or exclude one another; earlier blocks count."""
        said = f'the pool "{pool.name}"'
        if pool.minutes and pool.capacity_minutes is None:
            raise self.refuse((*key, "minutes"), f"{said} has minutes and no capacity. Add capacity_minutes, the practical capacity of a month.")
        if pool.capacity_minutes is not None and not pool.minutes:
            raise self.refuse((*key, "capacity_minutes"), f'{said} has capacity_minutes and no minutes. Add minutes = "5 + 3*lines", with your equation.')
        if pool.spread == "value" and pool.tier != "sustaining":
            raise self.refuse((*key, "spread"), f'{said} is {pool.tier}, and only sustaining cost is spread. Add tier = "sustaining", or take spread away.')
        if pool.name in pool.support:
            raise self.refuse((*key, "support", pool.name), f"{said} cannot support itself. Name the pools that it serves.")

    def only(self, known: Collection[str], written: Mapping[str, Any], key: Key) -> None:
        """Refuse a key that is not known."""
        for name in written:
            if name not in known:
                near = difflib.get_close_matches(name, known, 1)
                meant = f'Did you mean "{near[0]}"?' if near else f"Known here are {', '.join(known)}."
                raise self.refuse((*key, name), f'"{name}" is not a key of {_table_name(key)}. {meant}')


def _table_name(key: Key) -> str:
    """What the file calls the table of a key."""
    names = ".".join(part for part in key if isinstance(part, str))
    return f"[[{names}]]" if names else "the policy file"


def _as_written(value: object) -> str:
    """A value as the file would write it."""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, str):
        return f'"{value}"'
    if isinstance(value, (dict, list)):
        return "{…}" if isinstance(value, dict) else "[…]"
    return str(value)


def _wrong(reader: _Reader, key: Key, value: object, ask: str) -> PolicyError:
    """The sentence for a value of the wrong kind."""
    return reader.refuse(key, f"{key[-1]} = {_as_written(value)} is not understood. {ask}")


def _text(reader: _Reader, key: Key, value: object) -> str:
    if not isinstance(value, str) or not value.strip():
        raise _wrong(reader, key, value, "Write a text in quotes.")
    return value.strip()


def _texts(reader: _Reader, key: Key, value: object) -> tuple[str, ...]:
    if not isinstance(value, list) or not all(isinstance(item, str) and item.strip() for item in value):
        raise _wrong(reader, key, value, f'Write a list of texts: {key[-1]} = ["…", "…"].')
    return tuple(item.strip() for item in value)


def _flag(reader: _Reader, key: Key, value: object) -> bool:
    if not isinstance(value, bool):
        raise _wrong(reader, key, value, "Write true or false, without quotes.")
    return value


def _number(reader: _Reader, key: Key, value: object, ask: str) -> Decimal:
    """A number that facts can hold: below a million million, at most 6 decimal places."""
    if isinstance(value, bool) or not isinstance(value, (int, Decimal)):
        raise _wrong(reader, key, value, ask)
    number = Decimal(value)
    if not number.is_finite() or abs(number) >= _LARGEST:
        raise _wrong(reader, key, value, ask)
    if int(number.normalize().as_tuple().exponent) < -_MOST_PLACES:
        raise _wrong(reader, key, value, f"Write at most {_MOST_PLACES} decimal places.")
    return number


def _share(reader: _Reader, key: Key, value: object) -> Decimal:
    ask = "Write a share from 0 to 1, such as 0.6 for 60 %."
    share = _number(reader, key, value, ask)
    if not 0 <= share <= 1:
        raise _wrong(reader, key, value, ask)
    return share


def _above_zero(reader: _Reader, key: Key, value: object) -> Decimal:
    number = _number(reader, key, value, "Write a number above 0, without quotes.")
    if number <= 0:
        raise _wrong(reader, key, value, "Write a number above 0.")
    return number


def _whole(least: int, most: int) -> Callable[[_Reader, Key, object], int]:
    """A reader of whole numbers between two."""

    def read(reader: _Reader, key: Key, value: object) -> int:
        if isinstance(value, bool) or not isinstance(value, int) or not least <= value <= most:
            raise _wrong(reader, key, value, f"Write a whole number from {least:,} to {most:,}, without quotes.")
        return value

    return read


def _one_of(*choices: _T) -> Callable[[_Reader, Key, object], _T]:
    """A reader of one of a few values."""

    def read(reader: _Reader, key: Key, value: object) -> _T:
        for choice in choices:
            if value == choice and type(value) is type(choice):
                return choice
        raise _wrong(reader, key, value, f"Say {' or '.join(_as_written(choice) for choice in choices)}.")

    return read


def _driver(reader: _Reader, key: Key, value: object) -> str:
    name = _text(reader, key, value)
    if name not in DRIVERS:
        near = driver_of(name) or next(iter(difflib.get_close_matches(name, DRIVERS, 1)), "")
        meant = f'Did you mean "{near}"? ' if near else ""
        raise reader.refuse(key, f'"{name}" is not a driver. {meant}Drivers are {", ".join(DRIVERS)}.')
    return name


def _equation(reader: _Reader, key: Key, value: object) -> TimeEquation:
    try:
        return TimeEquation.read(_text(reader, key, value))
    except PolicyError as error:
        if str(error).startswith(reader.name):
            raise
        raise reader.refuse(key, str(error)) from error


_LAYERS = ("discount", "charges", "rebate")
_ALREADY_STEPS = {*_LAYERS, "product cost"}
RESERVED_STEPS = (
    *("list value", "list price", "discount", "charges", "invoiced sales", "rebate", "net sales", "product cost", "gross margin"),
    *("product contribution", "contribution", "net profit", "sustaining", "unused", "unassigned", "excluded", "excess"),
    *("price", "cost", "volume", "mix between", "mix within", "adjustments", "new customers", "lost customers", "new families", "lost families"),
)
"""What the waterfall and the bridge call rows and bars of their own: a cost step of that name could not be told from them."""


def _step(reader: _Reader, key: Key, value: object) -> str:
    """The name of a step that is none of the waterfall's or the bridge's own."""
    name = _text(reader, key, value)
    if name.casefold().replace("_", " ") in RESERVED_STEPS:
        taken = ", ".join(RESERVED_STEPS)
        raise reader.refuse(key, f'step = "{name}" is a name that the waterfall or the bridge uses itself. Choose another one; taken are {taken}.')
    return name


def _layers(reader: _Reader, key: Key, value: object) -> dict[str, str]:
    if not isinstance(value, dict):
        raise _wrong(reader, key, value, 'Write a table: layers = { "discount" = "discounts" }.')
    for name in value:
        if name not in _LAYERS:
            raise reader.refuse((*key, name), f'"{name}" is no layer of price. Layers are {", ".join(_LAYERS)}.')
    return {name: step if step in _ALREADY_STEPS else _step(reader, (*key, name), step) for name, step in value.items()}


def _support(reader: _Reader, key: Key, value: object) -> dict[str, Decimal]:
    if not isinstance(value, dict):
        raise _wrong(reader, key, value, 'Write a table of shares: support = { "Machining" = 0.3, "Assembly" = 0.7 }.')
    shares = {name: _share(reader, (*key, name), share) for name, share in value.items()}
    if sum(shares.values(), Decimal(0)) > 1:
        raise reader.refuse(key, f"the shares of support add up to {sum(shares.values())}. Bring them to 1 or less.")
    return shares


_Read = Callable[[_Reader, Key, object], Any]
_BLOCK_KEYS: Mapping[str, _Read] = {
    "currency": _text,
    "fiscal_year_start": _whole(1, 12),
    "own_ids": _texts,
    "across_entities": _flag,
    "intercompany": _texts,
    "cost_of_capital": _share,
    "financing": _one_of("documents", "balance"),
    "day_count": _one_of(365, 360),
    "layers": _layers,
    "peers_min": _whole(1, 1_000_000),
    "dormant_days": _whole(1, 36_500),
    "dormant_gaps": _above_zero,
    "lost_days": _whole(1, 36_500),
}
_POOL_KEYS: Mapping[str, _Read] = {
    "driver": _driver,
    "minutes": _equation,
    "capacity_minutes": _above_zero,
    "step": _step,
    "tier": _one_of("caused", "sustaining", "excluded"),
    "spread": _one_of("none", "value"),
    "avoidable": _share,
    "support": _support,
}

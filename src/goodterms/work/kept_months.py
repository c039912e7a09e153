"""What runs keep of months and keys: what a month came to is worked out once, and a run names what it was made from."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from importlib.metadata import version
from typing import Any

import duckdb
import pyarrow as pa
from django.conf import settings

from goodterms.analysis.changed_months import Kept
from goodterms.facts.columns import NOT_CUSTOMERS
from goodterms.facts.cubes import Cubes, digests, name_of
from goodterms.facts.engine import a_name_of_its_own
from goodterms.facts.live import month_of
from goodterms.facts.sql_text import text_of
from goodterms.facts.store import Store
from goodterms.register.run import Run
from goodterms.register.source_key import KeyKind, SourceKey
from goodterms.work.stored import LiveFacts, store

_AT_ONCE = 20_000


def cubes() -> Cubes:
    """Where this installation keeps what months came to."""
    return Cubes(settings.GOODTERMS_HOME / "cubes")


def kept_months(engine: Any, live: LiveFacts) -> Kept:
    """What a run of live facts may take as it was kept."""
    files = {month: sha256 for month, sha256 in sorted(live["sale_lines"].items(), key=str) if month is not None}
    said = SourceKey.objects.filter(kind__in=[KeyKind.CUSTOMERS, KeyKind.MANAGERS]).exclude(said="")
    names = [(str(kind), space, word, name) for kind, space, word, name in said.values_list("kind", "space", "key", "said")]
    if not names:
        return Kept(cubes(), files, version("goodterms"))
    words = {
        "counterparties": [(_as_named(space, word), _as_named(space, name)) for kind, space, word, name in names if kind == KeyKind.CUSTOMERS],
        "managers": [(word, name) for kind, _space, word, name in names if kind == KeyKind.MANAGERS],
    }
    uploaded = {whose: _uploaded(engine, "words", ("word", "said"), pairs) for whose, pairs in words.items() if pairs}
    return Kept(cubes(), _with_names_of_now(engine, files, names), version("goodterms"), uploaded)


def _as_named(space: str, key: str) -> str:
    """What an analysis calls a customer: see :mod:`goodterms.analysis.keys`."""
    return f"{space}:{key}" if space or key in NOT_CUSTOMERS else key


def _with_names_of_now(engine: Any, files: Mapping[date, str], names: Sequence[tuple[str, ...]]) -> dict[date, str]:
    """What names the content of each month: its file, and the names that the words in it stand for now."""
    kept = {month: name_of("keys", duckdb.__version__, sha256) for month, sha256 in files.items()}
    there = cubes().reused(kept.values())
    if missing := {month: name for month, name in kept.items() if name not in there}:
        rows = store().rows_of(files[month] for month in missing)
        of_kinds = " UNION ".join(
            f"SELECT DISTINCT {month_of('sale_lines')} AS month, {text_of(kind)} AS kind, coalesce(key_space, '') AS space, {column} AS word FROM ({rows})"
            for kind, column in ((KeyKind.CUSTOMERS, "customer_key"), (KeyKind.MANAGERS, "manager_key"))
        )
        cubes().keep(engine, missing, {"keys": engine.sql(of_kinds)})
    keys = cubes().rows_of(engine, [*kept.values()], "keys")
    met = keys.join(_uploaded(engine, "names_of_now", ("kind", "space", "word", "said"), names), ["kind", "space", "word"])
    said = digests(engine, met.select("month", "kind", "space", "word", "said"))
    return {month: name_of(sha256, said.get(month)) for month, sha256 in files.items()}


def _uploaded(engine: Any, name: str, columns: Sequence[str], rows: Sequence[Sequence[str | None]]) -> Any:
    values = [*zip(*rows, strict=True)] or [()] * len(columns)
    table = pa.table({column: pa.array(of_column, pa.string()) for column, of_column in zip(columns, values, strict=True)})
    return engine.create_table(a_name_of_its_own(name), table, temp=True)


def cubes_of(run: Run) -> dict[date, str]:
    """The names of what each month came to in a run."""
    return {date.fromisoformat(month): name for month, name in run.cubes.items()}


def told(names: Mapping[date, str]) -> dict[str, str]:
    """Names by month as a run keeps them."""
    return {month.isoformat(): name for month, name in names.items()}


def keep_key_map(engine: Any) -> str:
    """Keep which key is whose now, and return the name of that file; equal keys are an equal file."""
    keys = SourceKey.objects.visible().values_list("kind", "space", "key", "counterparty_id", "product_id")
    rows = [tuple(value and str(value) for value in row) for row in keys.iterator(chunk_size=_AT_ONCE)]
    table = _uploaded(engine, "key_map", ("kind", "space", "key", "counterparty", "product"), rows)
    return Store(cubes().folder).keep(engine, f"SELECT * FROM ({engine.compile(table)}) ORDER BY ALL").sha256


def sweep_cubes(before: datetime) -> int:
    """Remove what months came to, and key maps, that no run names and none has used since then; return how many went."""
    runs = list(Run.objects.values_list("cubes", "key_map"))
    named = {name for of_run, _ in runs for name in of_run.values()}
    key_maps = Store(cubes().folder).sweep({key_map for _, key_map in runs}, before.timestamp())
    return cubes().remove_unnamed(named, before=before) + key_maps

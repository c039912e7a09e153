"""Files that were named together and belong together: lines whose rows find their keys in the others, asked with the share of rows that match."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from goodterms.errors import AnswerNeededError, Choice, Question
from goodterms.facts.columns import Kind
from goodterms.intake.currency.rate_direction import INVERSE
from goodterms.intake.joins.join import ZEROS_APART, key_of, matched_share, matches, widened
from goodterms.intake.mapping.column_names import LEFT_OUT, kind_of, meanings, normalised
from goodterms.intake.mapping.currency_code import are_codes
from goodterms.intake.mapping.file_mapping import FileMapping, JoinMapping
from goodterms.intake.mapping.named_tables import SALE_LINES
from goodterms.intake.mapping.toml_text import entry_as_toml
from goodterms.intake.parts.entry_heads import name_of
from goodterms.intake.parts.part import Part
from goodterms.intake.parts.proposal import proposed
from goodterms.intake.parts.sample import Sample, sampled
from goodterms.intake.tables.raw_table import RawTable

_SAME_NAME, _OTHER_NAME = 0.5, 0.9
"""The least share of rows that find a partner: where names say that it is the same key, and where values alone do."""
_DIFFERENT = 0.7
"""The least share of different keys in a file of heads that is proposed though some stand in several rows."""
_LEAST_LENGTH = 3
"""Most keys have so many characters where values alone tell: small numbers are found everywhere."""
_MOST_KEYS = 100_000
_OF_A_LINE = "0.005"
"""What rounding may make of a sum, for each of its lines."""
_OF_ONE_ROW = frozenset({"freight", "unit_price", "unit_list_price", "unit_cost", "unit_weight", "unit_discount", "discount_rate", "tax_rate", "exchange_rate"})
"""Numbers that mean the same on each row that they are added to; an amount of a head would count once for every line."""
_UNNAMED = re.compile(r"(?:.+: )?column \d+")


@dataclass
class _Together:
    """Lines, the files that their rows look into so far, and the table that they make."""

    lines: Part
    raw: RawTable
    files: list[Part] = field(default_factory=list)
    joins: list[JoinMapping] = field(default_factory=list)
    called: list[dict[str, str]] = field(default_factory=list)
    """For each join, the column's name in its file → in the table."""
    matched: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class _Link:
    here: str
    there: str
    matched: int


def proposed_joins(con: Any, parts: Sequence[Part]) -> list[tuple[Question, list[Part]]]:
    """Ask whether files are to be joined that no mapping speaks of and of which one lacks what another one holds; each with the files that it is about.

    Of two tables the one with fewer rows is looked into: its key stands in it once. Only files of one folder and of sale lines are considered.
    """
    unknown = [(part, _likeness(part)) for part in parts if part.table == SALE_LINES and not part.entry.place and part.again is None]
    times = Counter(likeness for _, likeness in unknown)
    open_ = [part for part, likeness in unknown if times[likeness] == 1 and part.raw.accepted > 1]
    lacking = [part for part in open_ if _lacks(part.raw, part.sample)] if len(open_) > 1 else []
    if not lacking:
        return []
    without_amount = [part for part in lacking if _lacks(part.raw, part.sample) == "net_value"]
    for first, doubled in ((lambda part: -part.raw.accepted, False), (lambda part: (part in without_amount, -part.raw.accepted), True)):
        groups = _together(con, sorted(open_, key=first), lacking, without_amount if doubled else [])
        if any(group.joins for group in groups):
            break
    return [(_question(con, group, parts), [group.lines, *group.files]) for group in groups if group.joins]


def _together(con: Any, parts: Sequence[Part], lacking: Sequence[Part], doubled: Sequence[Part]) -> list[_Together]:
    """Tables, each with those that its rows look into; in those of ``doubled`` a key may stand in several rows."""
    groups: list[_Together] = []
    for part in parts:
        possible = [(_link(con, group.raw, part, doubled=part in doubled), group) for group in groups if _may_need(group.lines, part, lacking)]
        links = [(link, group) for link, group in possible if link and not _sums_up(con, group.raw, part, link)]
        if links:
            _add(con, *max(links, key=lambda found: found[0].matched / found[1].raw.accepted), part)
        else:
            groups.append(_Together(part, part.raw))
    return groups


def why_not_joined(con: Any, part: Part, parts: Sequence[Part]) -> list[str]:
    """What speaks against a join of a file that lacks something: columns of the same name in others, and how few rows find their key there."""
    said = []
    for other in parts:
        if other is part or other.table != SALE_LINES or other.again or other.raw.path.parent != part.raw.path.parent:
            continue
        few, many = sorted((part, other), key=lambda one: one.raw.accepted)
        links = [_counted(con, many.raw, few.raw, here, there) for there in few.raw.header for here in many.raw.header if _same(here, there)]
        best = max(links, key=lambda link: link.matched, default=None)
        if best is None:
            continue
        why = f"only {matched_share(best.matched, many.raw.accepted)} of {_where(many)} find a key in {_where(few)}"
        if best.matched >= _SAME_NAME * many.raw.accepted:
            why = f"only {matched_share(_distinct(con, few.raw).get(best.there, 0), few.raw.accepted)} of {_where(few)} have a key of their own"
        said.append(f"No join with {_where(other)} is proposed: by {best.here} = {best.there} {why}.")
    return said


def _may_need(lines: Part, part: Part, lacking: Sequence[Part]) -> bool:
    """Whether one of the two lacks something; beside whole lines, another sheet of their workbook is a sheet to leave out sooner than one to join."""
    of_one_workbook = bool(part.raw.sheet) and part.raw.file == lines.raw.file
    return lines in lacking or (part in lacking and not of_one_workbook)


def _likeness(part: Part) -> tuple[Any, ...]:
    """What files of one source have in common; where no row names the columns, what stands in them too."""
    if part.raw.header_row:
        return part.alike
    kinds = (next((kind for kind in (Kind.DATE, Kind.DECIMAL) if part.sample.are_all(theirs, kind)), None) for theirs in part.raw.header)
    return (*part.alike, *kinds)


def _lacks(raw: RawTable, sample: Sample) -> str:
    """Which of our columns, that lines cannot do without, a table has none for; "" where it has all."""
    try:
        proposed(raw, sample, FileMapping(), SALE_LINES)
    except AnswerNeededError as error:
        key = error.questions[0].key
        return key.rpartition(", ")[2] if key.startswith("column: ") else ""
    return ""


# Keys -------------------------------------------------------------------------------------------------------------------------------------------------------


def _link(con: Any, raw: RawTable, part: Part, *, doubled: bool) -> _Link | None:
    """The column that most rows find in another file's key: one of the same name, else one whose values leave no doubt."""
    other = part.raw
    if raw.path.parent != other.path.parent:
        return None
    keys = _keys(con, other)
    by_name = [
        _counted(con, raw, other, here, there) for there in (_keys(con, other, _DIFFERENT) if doubled else keys) for here in raw.header if _same(here, there)
    ]
    found = [link for link in by_name if link.matched >= _SAME_NAME * raw.accepted]
    if not found:
        by_values = [_counted(con, raw, other, here, there) for here, there in _found_by_values(con, raw, other, keys)]
        found = [link for link in by_values if link.matched >= _OTHER_NAME * raw.accepted]
    return max(found, key=lambda link: link.matched, default=None)


def _sums_up(con: Any, raw: RawTable, part: Part, link: _Link) -> bool:
    """Whether a file or sheet has numbers alone beside its key, of which one is the sum of the rows that find it: a pivot table, which brings nothing."""
    numbers = [theirs for theirs in part.raw.header if theirs != link.there and part.sample.values[theirs]]
    if not numbers or not all(part.sample.are_all(theirs, Kind.DECIMAL) for theirs in numbers):
        return False
    sample = sampled(con, raw)
    of_rows, of_file = (key_of(table.columns[table.header.index(theirs)], "o") for table, theirs in ((raw, link.here), (part.raw, link.there)))
    for here in (theirs for theirs in raw.header if theirs != link.here and sample.are_all(theirs, Kind.DECIMAL)):
        sums = f"SELECT {of_rows} AS key, sum({_number(sample, here)}) AS net, count(*) AS lines FROM {raw.name} o GROUP BY 1"
        for there in numbers:
            both = f"({sums}) JOIN (SELECT {of_file} AS key, {_number(part.sample, there)} AS said FROM {part.raw.name} o) USING (key)"
            found = con.execute(f"SELECT count(*) > 1 AND max(lines) > 1 AND bool_and(abs(net - said) <= {_OF_A_LINE} * lines) FROM {both}").fetchone()
            if found[0]:
                return True
    return False


def _number(sample: Sample, theirs: str) -> str:
    return f"TRY_CAST(replace(CAST({sample.column(theirs).place} AS VARCHAR), ',', '.') AS DOUBLE)"


def _keys(con: Any, raw: RawTable, least: float = 1) -> list[str]:
    """The columns that have a value in every row, of which at least such a share is different."""
    return [theirs for theirs, distinct in _distinct(con, raw).items() if distinct >= least * raw.accepted]


def _distinct(con: Any, raw: RawTable) -> dict[str, int]:
    """How many different keys each column has that has one in every row."""
    counts = ", ".join(f"count({key_of(place, 'o')}), count(DISTINCT {key_of(place, 'o')})" for place in raw.columns)
    row = con.execute(f"SELECT {counts} FROM {raw.name} o").fetchone()
    return {theirs: row[2 * n + 1] for n, theirs in enumerate(raw.header) if row[2 * n] == raw.accepted}


def _same(here: str, there: str) -> bool:
    """Whether two names say the same key."""
    if _UNNAMED.fullmatch(here) or _UNNAMED.fullmatch(there):
        return False
    return normalised(here) == normalised(there) or bool(_names_of_keys(here) & _names_of_keys(there))


def _names_of_keys(theirs: str) -> set[str]:
    """Our keys that a column's name may mean."""
    return {meaning.ours for meaning in meanings(SALE_LINES).get(normalised(theirs), ()) if meaning.ours.endswith("_key")}


def _found_by_values(con: Any, raw: RawTable, other: RawTable, keys: Sequence[str]) -> Iterator[tuple[str, str]]:
    """Pairs of columns of which the first rows nearly all find a partner, by keys that are no small numbers."""
    first = sampled(con, raw).values
    for there in keys:
        key = key_of(other.columns[other.header.index(there)], "o")
        values = {value for (value,) in con.execute(f"SELECT {key} FROM {other.name} o LIMIT {_MOST_KEYS}").fetchall()}
        if 2 * sum(len(value) >= _LEAST_LENGTH for value in values) < len(values):
            continue
        yield from ((here, there) for here in raw.header if first[here] and sum(v in values for v in first[here]) >= _OTHER_NAME * len(first[here]))


def _counted(con: Any, raw: RawTable, other: RawTable, here: str, there: str) -> _Link:
    pair = (raw.columns[raw.header.index(here)], other.columns[other.header.index(there)])
    return _Link(here, there, matches(con, raw, other, [pair])[0])


def _add(con: Any, link: _Link, group: _Together, part: Part) -> None:
    """Add all columns of a file to the table, so that a further file may be looked into by one of them."""
    raw = part.raw
    join = JoinMapping(raw.path.name, {link.here: link.there}, dict.fromkeys(raw.header, LEFT_OUT), raw.sheet, _dialect(raw))
    share = matched_share(link.matched, group.raw.accepted)
    before = len(group.raw.header)
    group.raw, _, sentence = widened(con, group.raw, raw, join, set())
    twice = [problem.sentence.rstrip(".") for problem in group.raw.problems if problem.code == "partner-twice" and problem.origin.file == raw.file]
    group.matched.append("; ".join([f"{share} have a partner{ZEROS_APART if ZEROS_APART in sentence else ''}", *twice]))
    group.files.append(part)
    group.joins.append(join)
    group.called.append(dict(zip(raw.header, group.raw.header[before:], strict=True)))


def _dialect(raw: RawTable) -> dict[str, Any]:
    return {} if raw.header_row == 1 else {"header_row": raw.header_row}


# The question -----------------------------------------------------------------------------------------------------------------------------------------------


def _question(con: Any, group: _Together, parts: Sequence[Part]) -> Question:
    """What to ask, with the joins to paste. Columns without a known name stand there as left out, to be named."""
    ours = _meanings(con, group)
    joins = []
    evidence = []
    for part, join, called, matched in zip(group.files, group.joins, group.called, group.matched, strict=True):
        known = {theirs: ours[name] for theirs, name in called.items() if name in ours}
        joins.append(JoinMapping(join.match, join.on, known or join.columns, join.sheet, join.dialect))
        brings = ", ".join(f"{theirs} as {said.replace('_', ' ')}" for theirs, said in known.items()) or "columns that are to be named"
        ((here, there),) = join.on.items()
        evidence.append(f"{_where(part)} by {here} = {there}: {matched}; it brings {brings}")
        evidence += [] if known else [f"    {theirs}: {', '.join(part.sample.values[theirs][:2]) or 'empty'}" for theirs in part.raw.header]
    lines = group.lines
    sheets = [part for part in parts if part.raw.file == lines.raw.file and part is not lines]
    head = FileMapping(
        name_of(lines.raw.file, [part.raw.file for part in parts]), lines.raw.sheet if sheets else "", table=SALE_LINES, dialect=_dialect(lines.raw)
    )
    choices = tuple(_choice(said, head, of, is_known=bool(ours)) for said, of in _ways("join it" if len(joins) == 1 else "join them", joins))
    choices += (_no(group, parts),)
    files = [_where(part) for part in group.files]
    named = files[0] if len(files) == 1 else f"{', '.join(files[:-1])} and {files[-1]}"
    entry = FileMapping(head.match, head.sheet, table=SALE_LINES, dialect=head.dialect, joins=tuple(joins))
    put = "" if ours else ' Their columns have no names that are known: put ours for each "-" that counts.'
    return Question(
        f"join: {head.match}{f', {head.sheet}' if head.sheet else ''}",
        f"{_where(lines)}: its rows find their keys in {named}, and apart they lack what lines need. Are they to be joined?{put}",
        tuple(evidence),
        choices,
        entry_as_toml(entry),
        "If they are, add to the mapping:" if any(part.entry.place for part in parts) else "",
    )


def _no(group: _Together, parts: Sequence[Part]) -> Choice:
    """The answer that nothing is to be joined: the lines are read alone."""
    files = [part.raw.file for part in parts]
    heads = [FileMapping(name_of(part.raw.file, files), part.raw.sheet, table=SALE_LINES) for part in group.files]
    said = f"no: {' and '.join(map(_where, group.files))} {'is' if len(heads) == 1 else 'are'} left out"
    return Choice(said, "left_out = true", "in an entry of its own", {"left_out": True}, tuple((head, {"left_out": True}) for head in heads))


def _ways(said: str, joins: Sequence[JoinMapping]) -> Iterator[tuple[str, list[JoinMapping]]]:
    """The joins as they are; where they bring an exchange rate, once for each way in which it may lead."""
    rate = next((theirs for join in joins for theirs, ours in join.columns.items() if ours == "exchange_rate"), "")
    yield (f"{said}; amounts are multiplied by {rate}" if rate else said), list(joins)
    if rate:
        turned = [replace(join, columns={theirs: INVERSE if ours == "exchange_rate" else ours for theirs, ours in join.columns.items()}) for join in joins]
        yield f"{said}; amounts are divided by {rate}", turned


def _choice(said: str, head: FileMapping, joins: Sequence[JoinMapping], *, is_known: bool) -> Choice:
    settings = {**({"dialect": head.dialect} if head.dialect else {}), "join": tuple(map(_as_settings, joins))}
    return Choice(said, "the lines that begin with [[file.join]] below", settings=settings, changes=((head, settings),) if is_known else ())


def _meanings(con: Any, group: _Together) -> dict[str, str]:
    """Name in the table that the joins make → ours, of what they bring; amounts of a whole document are no amounts of its lines."""
    sample = sampled(con, group.raw)
    brought = {name for called in group.called for name in called.values()}
    keys = [called[there] for join, called in zip(group.joins, group.called, strict=True) for there in join.on.values()]
    keys += [here for join in group.joins for here in join.on if here in brought and not _names_of_keys(here)]
    looked_up = dict.fromkeys(keys, LEFT_OUT)
    try:
        columns = proposed(group.raw, sample, FileMapping(columns=looked_up), SALE_LINES).columns
    except AnswerNeededError:
        columns = _by_names(group, sample)
    if "currency" not in columns.values():
        codes = (name for name in group.raw.header if name in brought and name not in columns and are_codes(sample.values[name]))
        columns = {**columns, **dict.fromkeys(list(codes)[:1], "currency")}
    return {
        name: ours
        for name, ours in columns.items()
        if name in brought and ours != LEFT_OUT and (kind_of(SALE_LINES, ours) != Kind.DECIMAL or ours in _OF_ONE_ROW)
    }


def _by_names(group: _Together, sample: Sample) -> dict[str, str]:
    """What names alone say, the first column of a name counting, where all together leave something open."""
    known = meanings(SALE_LINES)
    found: dict[str, str] = {}
    for name in group.raw.header:
        for meaning in known.get(normalised(name), ())[:1]:
            if meaning.ours not in found.values() and sample.could_be(name, kind_of(SALE_LINES, meaning.ours)):
                found[name] = meaning.ours
    return found


def _where(part: Part) -> str:
    return f"{part.raw.path.name}, sheet {part.raw.sheet}" if part.raw.sheet else part.raw.path.name


def _as_settings(join: JoinMapping) -> dict[str, Any]:
    more = {key: value for key, value in (("sheet", join.sheet), ("dialect", dict(join.dialect))) if value}
    return {"match": join.match, **more, "on": dict(join.on), "columns": dict(join.columns)}

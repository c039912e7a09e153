"""Lists of a million counterparties: pages, filters, sorts and searches, as the head and a manager ask for them, on SQLite and on PostgreSQL."""

from __future__ import annotations

import os
import random
import shutil
import statistics
import sys
import time
import uuid
from contextlib import ExitStack
from datetime import UTC, date, datetime, timedelta
from itertools import accumulate
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))  # the tests' own throw-away PostgreSQL

from tests.installations import DATABASES, point_django_at, postgresql_programs, throwaway_postgresql, url_of

# isort: split
from django.apps import apps
from django.db import connection, connections, transaction

from goodterms.register import models
from goodterms.register.lists import SORTABLE, counted, page
from goodterms.register.search_tables import search_made_afterwards
from goodterms.register.statistics import count_anew
from goodterms.work.installation import init

AT = datetime(2026, 11, 2, 9, 0, tzinfo=UTC)
SEED = 1
MANAGERS = 200
SEGMENTS = 12
TIMES = int(os.environ.get("GOODTERMS_BENCH_TIMES", "200"))
"""How often a kind is asked for."""
AT_ONCE = 20_000
STAGES = ("lead", "prospect", "active", "dormant", "lost")
WEIGHTS = (30, 10, 40, 12, 8)
FORMS = ("Oy", "Ab", "Oyj", "Ky", "Tmi", "GmbH", "AS", "Ltd")
CITIES = ("Helsinki", "Espoo", "Tampere", "Vantaa", "Oulu", "Turku", "Jyväskylä", "Kuopio", "Lahti", "Pori", "Kokkola", "Hämeenlinna", "")
COUNTRIES = ("FI",) * 7 + ("SE", "EE", "")
SYLLABLES = "ka la ma na ra sa ta va ki li mi ni ri si ti vi ko lo mo no ro so to vo hä jä kä lä mä nä pä rä ku lu mu nu pu ru su tu en on in ys".split()  # noqa: SIM905  (easier read so)


def words(chance: random.Random, count: int) -> list[str]:
    """Words as names of companies have them; some are in many names and most in few."""
    return ["".join(chance.choices(SYLLABLES, k=chance.choice((2, 2, 3, 3, 4)))).title() for _ in range(count)]


def fill(size: int) -> None:
    """Write the counterparties with all that a list shows of them, and let the database know how much there is."""
    chance = random.Random(SEED)  # noqa: S311  (the same for everyone)
    known = words(chance, 4_000)
    users = [models.User(email=f"{n}@example.com", name=f"{known[n]} {known[n + 500]}", role="manager") for n in range(MANAGERS)]
    head = models.User(email="head@example.com", name="Head", role="head")
    models.User.objects.bulk_create([*users, head])
    segments = [models.DictionaryValue(dictionary="segment", key=f"S{n}", label_en=known[900 + n]) for n in range(SEGMENTS)]
    models.DictionaryValue.objects.bulk_create(segments)
    run = models.Run.objects.create(
        state="ready", made_by=head, begun_at=AT, facts_version=0, as_of=AT.date(), later="2026", measure="net profit", answer="", stages_set=True
    )
    models.CurrentRun.objects.update(run=run)
    with search_made_afterwards():
        for begin in range(0, size, AT_ONCE):
            numbers = range(begin, min(size, begin + AT_ONCE))
            write_rows(dict(zip(TABLES, rows_of(chance, numbers, known, [user.pk for user in users], [one.pk for one in segments], run.pk), strict=True)))
    count_anew()
    if connection.vendor == "postgresql":
        connection.cursor().execute("VACUUM ANALYZE")  # as PostgreSQL does by itself some time after many rows came


TABLES = {
    "counterparty": "id version name unnamed is_person is_customer is_supplier stage manager_id manager_key segment_id industry country website created_on"
    " kept_fields",
    "sourcekey": "id version kind space key said counterparty_id",
    "identifier": "id version scheme value counterparty_id",
    "address": "id version kind name street postcode city country counterparty_id",
    "counterpartyfigures": "run_id counterparty_id net_sales gross_margin profit orders last_sale stage",
}


def rows_of(chance, numbers, known, managers, segments, run) -> tuple[list, list, list, list, list]:
    """The rows of so many counterparties, table by table."""
    found: tuple[list, list, list, list, list] = ([], [], [], [], [])
    made, keys, identifiers, places, figures = found
    weights = list(accumulate(1 / (place + 10) for place in range(len(known))))

    def a_name():
        return uuid.UUID(int=chance.getrandbits(128))

    for n in numbers:
        one, stage = a_name(), chance.choices(STAGES, WEIGHTS)[0]
        name = " ".join([*chance.choices(known, cum_weights=weights, k=chance.choice((1, 2, 2, 3))), chance.choice(FORMS)])
        manager = chance.choice(managers) if n % 20 else None
        segment = chance.choice(segments) if n % 10 else None
        country, day = chance.choice(COUNTRIES), date(2020, 1, 1) + timedelta(days=chance.randrange(2_400))
        made.append((one, 1, name, False, False, True, False, stage, manager, "", segment, "", country, "", day, "[]"))
        keys.append((a_name(), 1, "customers", "erp", f"{100_000 + n}", "", one))
        if n % 2:
            identifiers.append((a_name(), 1, "business id", f"{n:07d}-{n % 10}", one))
        if city := chance.choice(CITIES):
            places.append((a_name(), 1, "billing", "", "", "", city, "FI", one))
        if stage not in {"lead", "prospect"}:
            amounts = (chance.randrange(10**9), chance.randrange(10**8), chance.randrange(-(10**7), 10**8))
            figures.append(
                (run, one, *(amount * 100 for amount in amounts), chance.randrange(1, 300), date(2024, 1, 1) + timedelta(chance.randrange(1_000)), stage)
            )
    return found


def write_rows(tables: dict[str, list]) -> None:
    """Write rows as each database takes many of them."""
    with transaction.atomic(), connection.cursor() as cursor:
        for table, rows in tables.items():
            columns = TABLES[table].split()
            concrete = apps.get_model("register", table)._meta.concrete_fields  # noqa: SLF001  (Django's own name for it)
            others = [field for field in concrete if not (field.null or field.primary_key or field.column in columns)]
            usual = tuple(field.get_db_prep_save(field.get_default(), connection) for field in others)
            columns += [field.column for field in others]
            rows = [(*row, *usual) for row in rows]  # noqa: PLW2901  (with what is usual in the columns that are not named)
            if connection.vendor == "postgresql":
                with cursor.copy(f"COPY register_{table} ({', '.join(columns)}) FROM STDIN") as copy:
                    for row in rows:
                        copy.write_row(row)
            else:
                plain = ([getattr(value, "hex", value) if isinstance(value, uuid.UUID) else value for value in row] for row in rows)
                cursor.executemany(f"INSERT INTO register_{table} ({', '.join(columns)}) VALUES ({', '.join(['%s'] * len(columns))})", list(plain))


def kinds(chance: random.Random, head, manager, known: list[str]) -> dict[str, list]:
    """What people ask of the list, so many times each: the name of a kind, and functions that ask once."""
    show = ["pk", "name", "city", "stage", "manager__name", "segment__label_en", "net_sales", "profit", "last_sale"]
    mine = ["pk", "name", "city", "stage", "manager__name"]
    managers = list(models.User.objects.filter(role="manager").values_list("pk", flat=True))
    segments = list(models.DictionaryValue.objects.values_list("pk", flat=True))
    keys = [100_000 + chance.randrange(models.Counterparty.objects.count()) for _ in range(TIMES)]

    def deep(order: str):
        """Pages after rows that stand anywhere in the list."""
        places = places_in(chance, order)
        return [lambda place=place: page(head, show=show, order=order, after=place) for place in places]

    def asked(user, shown, count=TIMES, **how):
        return [lambda: page(user, show=shown, **{name: value() for name, value in how.items()}) for _ in range(count)]

    def starts(length: int):
        return lambda: chance.choice([word for word in known if len(word) >= length])[:length]

    def order():
        return f"{chance.choice(('', '-'))}{chance.choice(SORTABLE)}"

    found = {"first page": asked(head, show), "page in the depth, by name": deep("name"), "page in the depth, by net sales": deep("-net_sales")}
    found["filter by manager"] = asked(head, show, where=lambda: {"manager": chance.choice(managers)})
    found["filter by stage"] = asked(head, show, where=lambda: {"stage": chance.choice(STAGES)})
    found["filter by segment"] = asked(head, show, where=lambda: {"segment": chance.choice(segments)})
    found["filter by stage and segment, sort by any column"] = asked(
        head, show, where=lambda: {"stage": chance.choice(STAGES), "segment": chance.choice(segments)}, order=order
    )
    for column in SORTABLE:
        found[f"sort by {column.replace('_', ' ')}"] = asked(head, show, TIMES // 2, order=lambda column=column: f"{chance.choice(('', '-'))}{column}")
    for length in (2, 3, 5, 10):
        found[f"search, {length} letters"] = asked(head, show, search=starts(min(length, 8)))
    found["search, two words"] = asked(head, show, search=lambda: f"{starts(5)()} {starts(3)()}")
    found["search, a key"] = [lambda key=key: page(head, show=show, search=str(key)) for key in keys]
    found["search, 3 letters, sorted by net sales"] = asked(head, show, search=starts(3), order=lambda: "-net_sales")
    found["a manager's first page of own"] = asked(manager, show)
    found["a manager's own, sort by any column"] = asked(manager, show, where=lambda: {"manager": manager.pk}, order=order)
    for length in (2, 3, 5):
        found[f"a manager's search in all, {length} letters"] = asked(manager, mine, search=starts(length))
    found["a manager's search in own, 3 letters"] = asked(manager, show, search=starts(3))
    found["count, bounded"] = [lambda: counted(head, search=starts(3)()) for _ in range(TIMES)]
    return found


def places_in(chance: random.Random, order: str) -> list[tuple]:
    """Where rows stand that are anywhere in a list."""
    by = {"name": "name", "-net_sales": "figures__net_sales"}[order]
    places = []
    while len(places) < TIMES:
        near = models.Counterparty.objects.filter(pk__gt=uuid.UUID(int=chance.getrandbits(128)), **{f"{by}__isnull": False}).order_by("pk")
        places += [(0, value, pk) for value, pk in near.values_list(by, "pk")[:1]]
    return places


def measured(asks: list) -> tuple[float, float, float]:
    """The median, the 95th of a hundred and the longest, in milliseconds."""
    took = []
    for ask in asks:
        begin = time.perf_counter()
        ask()
        took.append((time.perf_counter() - begin) * 1_000)
    took.sort()
    return statistics.median(took), took[int(len(took) * 0.95)], took[-1]


def table_of(size: int) -> list[str]:
    """What each kind takes in the installation that is open, beside one look-up by primary key measured in the same run."""
    chance = random.Random(SEED)  # noqa: S311  (the same for everyone)
    known = words(chance, 4_000)
    head, manager = (models.User.objects.get(email=f"{name}@example.com") for name in ("head", "7"))
    ids = list(models.Counterparty.objects.values_list("pk", flat=True)[:TIMES])
    look_up, *_ = measured([lambda pk=pk: list(models.Counterparty.objects.filter(pk=pk).values("name")) for pk in ids])
    told = [f"### {connection.vendor}, {size:,} counterparties", "", f"One look-up by primary key takes {look_up:.2f} ms (median).", ""]
    told += ["| kind | median, ms | p95, ms | longest, ms | p95, look-ups |", "|---|--:|--:|--:|--:|"]
    for name, asks in kinds(chance, head, manager, known).items():
        median, most, longest = measured(asks)
        told.append(f"| {name} | {median:.1f} | {most:.1f} | {longest:.1f} | {most / look_up:.0f} |")
        print(told[-1], file=sys.stderr)
    return [*told, ""]


def lists(folder: Path, size: int) -> list[str]:
    """Fill an installation on each database and measure it; PostgreSQL where its programs are."""
    told = []
    for database in DATABASES:
        if database == "postgresql" and postgresql_programs() is None:
            continue
        with ExitStack() as stack:
            url = ""
            if database == "postgresql":
                url = url_of(stack.enter_context(throwaway_postgresql()), "postgres")
            home = folder / database
            home.mkdir()
            (home / "goodterms.toml").write_text(f'database = "{url}"\n')
            point_django_at(home)
            shutil.rmtree(home)
            init(home, database=url, at=AT)
            fill(size)
            told += table_of(size)
            connections.close_all()
    return told


def main() -> None:
    """Print the tables; the folder and the size come as arguments."""
    print("\n".join(lists(Path(sys.argv[1]), int(sys.argv[2]))))


if __name__ == "__main__":
    main()

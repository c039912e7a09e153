"""A cast for rights: users of each role, customers of several owners, and a record of each model for each, whatever models there are.

Ann and Bob are Mia's, Fay is Nils' of the same team, Cleo is Otto's of another, Dora nobody's. Eva is Mia's too, but of an import that is not published.
"""

from __future__ import annotations

import uuid
from collections import defaultdict
from datetime import UTC, date, datetime
from decimal import Decimal
from functools import cached_property

from django.apps import apps
from django.db import models as db

from goodterms.register import models
from goodterms.register.access import FIGURES
from goodterms.register.money_field import ExactField, MoneyField

MODELS = sorted(apps.get_app_config("register").get_models(), key=lambda model: model.__name__)
OWNERS = {"Ann": "mia", "Bob": "mia", "Fay": "nils", "Cleo": "otto", "Dora": None, "Eva": "mia"}
VISIBLE = set(OWNERS) - {"Eva"}
OWN = {"mia": {"Ann", "Bob"}, "otto": {"Cleo"}, "dan": {"Ann", "Bob", "Fay"}, "lena": set(), "hea": VISIBLE, "con": VISIBLE, "aud": VISIBLE}
ROLES = {"mia": "manager", "nils": "manager", "otto": "manager", "dan": "director", "lena": "director", "hea": "head", "con": "controller", "aud": "auditor"}
TEAMS = {"mia": "North", "nils": "North", "dan": "North", "otto": "South"}
ALONE = {models.AuditHead, models.CurrentRun, models.Lease, models.Searched}
"""Of these an installation has one row, made with it; or the database itself writes them."""


class Everyone:
    """The cast as it stands in the register: ``users`` by name, and whose each record is."""

    def __init__(self):
        self.whose = defaultdict(dict)
        self.unseen = defaultdict(set)
        self.last = {}
        self.count = 0
        teams = {name: self.make(models.Team, name=name) for name in ("North", "South")}
        self.users = {
            name: self.make(
                models.User, name=name.title(), email=f"{name}@example.com", role=role, team=teams.get(TEAMS.get(name)), is_active=True, is_system=False
            )
            for name, role in ROLES.items()
        }
        self.published, waiting = (self.make(models.Import, state=state, made_by=self.users["con"]) for state in ("published", "waiting"))
        self.product = self.make(models.Product, created_by_import=self.published)
        self.run = self.make(models.Run, state="ready")
        preparing = self.make(models.Run, state="preparing")
        self.unseen[models.Run].add(preparing.pk)
        self.counterparties = {}
        for name, owner in OWNERS.items():
            self._make_counterparty(name, owner, waiting if name == "Eva" else None, preparing)
        for kind, of in (("products", {"product": self.product}), ("managers", {"user": self.users["mia"]})):
            key = self.make(models.SourceKey, kind=kind, **{"counterparty": None, "address": None, "product": None, "user": None} | of)
            self.whose[models.SourceKey][key.pk] = kind
        hidden = self.make(models.Product, created_by_import=waiting)
        price = self.make(models.ProductPrice, product=hidden)
        figures = self.make(models.ProductFigures, run=preparing)
        stated = self.make(models.Stated, of=waiting)
        for record in (hidden, price, figures, stated):
            self.unseen[type(record)].add(record.pk)
        self.last |= {models.Product: self.product, models.Run: self.run, models.Import: self.published}
        for model in MODELS:
            if model not in self.whose and model not in ALONE:
                self.make(model)
        for model in (models.ProductPrice, models.ProductFigures, models.Stated):
            self.make(model)
        models.CurrentRun.objects.update(run=self.run)

    def _make_counterparty(self, name, owner, brought_by, preparing):
        """A counterparty and a record of each model that has a foreign key to one."""
        self.last[models.Run] = self.run
        found = self.make(models.Counterparty, name=name, manager=self.users.get(owner), is_customer=True, created_by_import=brought_by)
        self.counterparties[name] = found
        made = [found]
        made += [self.make(models.Address, counterparty=found, kind=kind, city=f"{kind} city of {name}") for kind in ("billing", "delivery")]
        for model in MODELS:
            links = [f.name for f in model._meta.fields if f.related_model is models.Counterparty]
            if links and model not in {models.Address, models.SourceKey, models.Searched}:
                made.append(self.make(model, **dict.fromkeys(links, found)))
        made.append(self.make(models.CounterpartyFigures, counterparty=found, run=preparing))
        self.unseen[models.CounterpartyFigures].add(made[-1].pk)
        bare = {"product": None, "user": None, "created_by_import": brought_by}
        made.append(self.make(models.SourceKey, kind="customers", counterparty=found, address=None, **bare))
        made.append(self.make(models.SourceKey, kind="places", counterparty=None, address=self.last[models.Address], **bare))
        for record in made:
            self.whose[type(record)][record.pk] = name
            if name == "Eva":
                self.unseen[type(record)].add(record.pk)

    def make(self, model, **values):
        """A record with a value of its own in each field."""
        self.count += 1
        for field in model._meta.concrete_fields:
            if field.name not in values and field.attname not in values and not (field.primary_key and field.has_default()):
                value = self._value(field)
                if value is not None:
                    values[field.name] = value
        record = model(**values)
        record.save(force_insert=True)
        self.whose[model].setdefault(record.pk, None)
        self.last[model] = record
        return record

    def _value(self, field):
        n = self.count
        if field.related_model:
            if field.name in {"created_by_import", "until"}:
                return None
            return self.last.get(field.related_model) or field.related_model._default_manager.first() or self.make(field.related_model)
        if isinstance(field, db.AutoField):
            return None
        if field.choices:
            return list(field.choices)[n % len(field.choices)][0]
        for kind, value in (
            (MoneyField, Decimal(n) / 1000),
            (ExactField, Decimal(n) / 1000),
            (db.JSONField, [n]),
            (db.BooleanField, n % 2 == 0),
            (db.IntegerField, n),
            (db.DateTimeField, datetime(2026, 1, 1, 0, n % 60, n // 60, tzinfo=UTC)),
            (db.DateField, date.fromordinal(date(2026, 1, 1).toordinal() + n)),
            (db.UUIDField, uuid.UUID(int=n)),
            (db.BinaryField, bytes([n % 250])),
        ):
            if isinstance(field, kind):
                return value
        return f"{n}{field.name}"[: field.max_length or 100]

    @cached_property
    def city(self):
        """What is asked of a counterparty and stands on its billing address."""
        return dict(models.Address.objects.filter(kind="billing").values_list("counterparty", "city"))

    def values(self, model, name):
        """What a field holds on each record, by primary key."""
        if (model, name) == (models.Counterparty, "city"):
            return {pk: self.city[pk] for pk in self.whose[model]}
        if model is models.Counterparty and name in FIGURES:
            return dict(models.CounterpartyFigures.objects.filter(run=self.run).values_list("counterparty", name))
        return dict(model._default_manager.values_list("pk", name))

"""Asking the register: what a user sees of it, in lists, searches, counts and totals alike; whoever asks here cannot see more.

A query that shows, filters, sorts, searches or totals by a field that the user sees on records of own counterparties alone runs over those alone.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from typing import Any, TypeAlias

from django.core.exceptions import FieldDoesNotExist, FieldError, ValidationError
from django.db.models import Field, Model, OuterRef, Q, QuerySet, Subquery, Sum

from goodterms.errors import NotAllowedError, UsageError
from goodterms.register.address import Address, AddressKind
from goodterms.register.contact_person import ContactPerson
from goodterms.register.counterparty import Counterparty
from goodterms.register.custom_field import CustomField, CustomValue, FieldObject, FieldType
from goodterms.register.product import Product
from goodterms.register.record import published
from goodterms.register.rights import MAY, OFFICE, RULES, Reason, Rule, Verb
from goodterms.register.run import CounterpartyFigures, CurrentRun
from goodterms.register.searched import asked_in_turn, finds, finds_in_turn, parts_of
from goodterms.register.user import Role, User

Kind: TypeAlias = type[Model]
_CUSTOM = "custom_"
_CUSTOM_OF: Mapping[Kind, FieldObject] = {
    Counterparty: FieldObject.COUNTERPARTY,
    Product: FieldObject.PRODUCT,
    ContactPerson: FieldObject.CONTACT_PERSON,
}
_LOOKUPS = frozenset({"exact", "iexact", "contains", "icontains", "startswith", "istartswith", "endswith", "iendswith"}) | frozenset(
    {"gt", "gte", "lt", "lte", "in", "isnull", "range", "date", "year", "month", "day"}
)
_COLUMN_OF = {FieldType.TEXT: "text", FieldType.CHOICE: "text", FieldType.NUMBER: "number", FieldType.DATE: "date", FieldType.FLAG: "flag"}


class Sight(StrEnum):
    """On which records a user sees a field."""

    ALL = "all"
    OWN = "own"
    """Those of own counterparties."""
    NONE = "none"


def own(user: User) -> QuerySet[Counterparty]:
    """Return the counterparties of which the user sees everything: a manager's own, a director's team's; all for head, controller and auditor.

    Raises
    ------
    NotAllowedError
        There is no user, or one who works here no longer.
    """
    _role(user)
    return Counterparty.objects.filter(published(), _owned(user, ""))


def rows(user: User, model: Kind) -> QuerySet[Any, Any]:
    """Return the primary keys of the records of a model that are there for a user, seen in part or wholly.

    Raises
    ------
    NotAllowedError
        The user may see nothing of them.
    """
    return query(user, model).values_list("pk", flat=True)


def fields(user: User, model: Kind) -> dict[str, Sight]:
    """Return on which records a user sees each field of a model, the company's own fields (``custom_KEY``) included; the unseen are not named.

    Raises
    ------
    NotAllowedError
        There is no user, or the model or one of its fields has no rule.
    """
    role, rule = _role(user), _rule(model)
    found = {name: _sight(role, rule, name) for name in sorted(rule.fields)}
    for own_field in CustomField.objects.filter(object=_CUSTOM_OF.get(model, ""), is_hidden=False).order_by("key"):
        found[f"{_CUSTOM}{own_field.key}"] = _sight_of_custom(role, rule, own_field)
    return {name: sight for name, sight in found.items() if sight != Sight.NONE}


def is_personal(model: Kind, name: str) -> bool:
    """Say whether a field, or a company's own field (``custom_KEY``), holds personal values, which are seen in a look that is written."""
    if name.startswith(_CUSTOM):
        return _custom_field(model, name).is_personal
    return name in _rule(model).personal


def query(
    user: User,
    model: Kind,
    *,
    show: Sequence[str] = ("pk",),
    where: Q | Mapping[str, Any] | None = None,
    search: str = "",
    among: Sequence[str] = (),
    order: Sequence[str] = (),
    total: Sequence[str] = (),
    look: Reason | None = None,
) -> QuerySet[Any, dict[str, Any]]:
    """Return the fields ``show`` of the records that a user may see, find by ``where`` and ``search``, sort by ``order`` and add up by ``total``.

    Fields are named as Django names them, through foreign keys too (``counterparty__segment__key``); ``city`` is a counterparty's, and ``custom_KEY`` a
    company's own field, and ``net_sales``, ``profit`` and the like a counterparty's figures in the current run. Each word of ``search`` stands in one of the
    fields ``among``; counterparties are searched without them too: by name and city, and own ones by their official numbers and keys. ``total`` names what
    :func:`totals` will add up of the same records.
    ``look`` is the reason for which personal values are looked at: only :mod:`goodterms.work.look_at_persons` gives one, and writes it. For *own customer* the
    query runs over the user's own customers alone, whatever the role.

    Raises
    ------
    NotAllowedError
        There is no user, or the user may not see one of the fields at all, or a personal one is asked for without a look.
    UsageError
        There is no such field, or a condition is no plain value.
    """
    found = restricted(user, model, show=show, where=where, search=search, among=among, order=order, total=total, look=look)
    return found.order_by(*order).values(*show)


def totals(
    user: User,
    model: Kind,
    total: Sequence[str],
    *,
    where: Q | Mapping[str, Any] | None = None,
    search: str = "",
    among: Sequence[str] = (),
    look: Reason | None = None,
) -> dict[str, Any]:
    """Return the sums of fields over the records that a user may see them on, None where there are none.

    Raises
    ------
    NotAllowedError
        As :func:`query`.
    UsageError
        As :func:`query`.
    """
    found = restricted(user, model, where=where, search=search, among=among, total=total, look=look)
    sums = found.aggregate(**{f"sum_{place}": Sum(name) for place, name in enumerate(total)})
    return {name: sums[f"sum_{place}"] for place, name in enumerate(total)}


def ensure_may(user: User, verb: Verb, record: Model | None = None) -> None:
    """Make sure that a user may do something, to a record where it is done to one.

    Raises
    ------
    NotAllowedError
        The user's role may not, or the record is of another's counterparty; of what the user does not see, it says no more than that.
    """
    role = _role(user)
    if role not in MAY[verb]:
        who = sorted(MAY[verb] & {Role.HEAD, Role.CONTROLLER, Role.AUDITOR})
        raise NotAllowedError(f"{user.name} is {_a(role)} and may not {verb}: ask {' or '.join(map(_a, who))}.")
    if record is None or role in OFFICE:
        return
    model = type(record)
    rule = _rule(model)
    if rule.of is None or not model._default_manager.filter(_there(user, model, "", own_alone=True), pk=record.pk).exists():  # noqa: SLF001
        raise NotAllowedError(f"{user.name} is {_a(role)} and has no such {_called(model)} to change.")


# How a query is restricted


@dataclass(frozen=True)
class _Use:
    """A field that a query uses: over which records it may run then, and how the field is worked out where it is no column."""

    there: Q
    worked_out: Mapping[str, Subquery]


def restricted(
    user: User,
    model: Kind,
    *,
    where: Q | Mapping[str, Any] | None = None,
    search: str = "",
    among: Sequence[str] = (),
    total: Sequence[str] = (),
    look: Reason | None = None,
    show: Sequence[str] = (),
    order: Sequence[str] = (),
    beside: Sequence[str] = (),
    in_turn: Collection[str] = (),
) -> QuerySet[Any]:
    """Return the records that a user may see and that are found, as :func:`query` says, with what is worked out of them; for lists, which page through it.

    Fields ``beside`` are shown or sorted by in another way, and restrict the records all the same. What ``in_turn`` names, ``where`` or ``search``, is asked of
    one record after another in the order that another index has.
    """
    conditions = where if isinstance(where, Q) else Q(**(where or {}))
    columns = dict.fromkeys(["pk", *show, *(name.removeprefix("-") for name in order), *among, *total])
    uses = [_use(user, model, "", name.split("__"), look=look, is_condition=False) for name in columns]
    uses += [_use(user, model, "", name.split("__"), look=look, is_condition=True) for name in dict.fromkeys(_named_in(conditions))]
    finding = Q()
    if search and not among:
        if model is not Counterparty:
            raise UsageError("A search says among which fields.")
        parts = parts_of(search)
        finding = (finds_in_turn if "search" in in_turn else finds)(parts, _owned(user, "")) if parts else Q()
    for word in search.split() if among else ():
        conditions &= Q(*((f"{name}__icontains", word) for name in among), _connector=Q.OR)
    worked_out = {name: expression for use in uses for name, expression in use.worked_out.items()}
    uses += [_use(user, model, "", name.split("__"), look=look, is_condition=False) for name in beside]
    there = {use.there: None for use in uses}  # once each
    if "where" in in_turn:
        conditions = asked_in_turn(conditions)
    try:
        return model._default_manager.annotate(**worked_out).filter(*there, conditions, finding)  # noqa: SLF001  (Django's own name for it)
    except (FieldError, ValidationError, ValueError, TypeError) as error:
        raise UsageError(f"A {_called(model)} cannot be asked for so: {error}.") from None


def _named_in(conditions: Q) -> Iterator[str]:
    for part in conditions.children:
        if isinstance(part, Q):
            yield from _named_in(part)
            continue
        if not isinstance(part, tuple) or _is_expression(part[1]):
            raise UsageError("A condition is a field and a plain value: an expression or subquery would see what the user may not.")
        yield part[0]


def _is_expression(value: Any) -> bool:
    if isinstance(value, Collection) and not isinstance(value, str | bytes | QuerySet):
        return any(map(_is_expression, value))
    return hasattr(value, "resolve_expression")


def _use(user: User, at: Kind, prefix: str, parts: Sequence[str], *, look: Reason | None, is_condition: bool) -> _Use:
    """What it takes that a query uses a field at the end of a path, each step of which is seen or refused."""
    (part, *rest), role = parts, _role(user)
    sight, is_secret, worked_out, column = _seen(role, at, part, prefix)
    if sight == Sight.NONE:
        raise NotAllowedError(f"{user.name} is {_a(role)} and may not see {part} of {_a(_called(at))}.")
    if is_secret and not isinstance(look, Reason):
        raise NotAllowedError(f"{part} of {_a(_called(at))} is personal: it is seen by a look with its reason, which is written.")
    there = _or_nothing(prefix, _there(user, at, prefix, own_alone=sight == Sight.OWN))
    if is_secret and look is Reason.OWN_CUSTOMER:
        there &= _of_own(_rule(at), prefix, lambda path: _managed(user, path))
    if rest and (target := _next(column, rest[0])) is not None:
        further = _use(user, target, f"{prefix}{part}__", rest, look=look, is_condition=is_condition)
        return _Use(there & further.there, further.worked_out)
    if rest and not (is_condition and _LOOKUPS.issuperset(rest)):
        raise UsageError(f"{_called(at)} has no {'__'.join(parts)}.")
    return _Use(there, {} if worked_out is None else {f"{prefix}{part}": worked_out})


def _next(column: Field[Any, Any] | None, name: str) -> Kind | None:
    """The model that a foreign key leads to, where the name after it is no lookup."""
    target: Any = column.related_model if column is not None and column.is_relation else None
    return target if target is not None and name not in _LOOKUPS else None


def _seen(role: Role, model: Kind, name: str, prefix: str) -> tuple[Sight, bool, Subquery | None, Field[Any, Any] | None]:
    """On which records a role sees a field, whether it is personal, and how it is worked out or which column it is."""
    rule = _rule(model)
    if name.startswith(_CUSTOM):
        custom = _custom_field(model, name)
        values = CustomValue.objects.filter(field=custom, object_id=OuterRef(f"{prefix}pk")).values(_COLUMN_OF[FieldType(custom.type)])
        return _sight_of_custom(role, rule, custom), custom.is_personal, Subquery(values[:1]), None
    if name in _WORKED_OUT.get(model, {}):
        return _sight(role, rule, name), name in rule.personal, _WORKED_OUT[model][name](prefix), None
    column = _column(model, name)
    return _sight(role, rule, column.name), column.name in rule.personal, None, column


def _sight(role: Role, rule: Rule, name: str) -> Sight:
    if name in rule.never:
        return Sight.NONE
    if role in OFFICE or name in rule.always:
        return Sight.ALL
    return Sight.OWN if rule.of is not None and name in rule.own | rule.personal else Sight.NONE


def _sight_of_custom(role: Role, rule: Rule, custom: CustomField) -> Sight:
    """A company's own field is seen by the roles that it names (and the auditor), where they see the details of its record."""
    if custom.seen_by and role not in {*custom.seen_by, Role.AUDITOR}:
        return Sight.NONE
    return Sight.OWN if rule.of is not None and role not in OFFICE else Sight.ALL


def _custom_field(model: Kind, name: str) -> CustomField:
    found = CustomField.objects.filter(object=_CUSTOM_OF.get(model, ""), key=name.removeprefix(_CUSTOM), is_hidden=False).first()
    if found is None:
        raise UsageError(f"{_called(model)} has no {name}.")
    return found


def _column(model: Kind, name: str) -> Field[Any, Any]:
    """A column of a model; what others have of it (an order's lines) is asked of them."""
    try:
        found = model._meta.pk if name == "pk" else model._meta.get_field(name)  # noqa: SLF001
    except FieldDoesNotExist:
        found = None
    if not isinstance(found, Field):
        raise UsageError(f"{_called(model)} has no {name}.")
    return found


def _there(user: User, model: Kind, prefix: str, *, own_alone: bool) -> Q:
    """Which records are there for a user: published, ready, and own or such that others' are seen."""
    rule, role = _rule(model), _role(user)
    there = Q(**{f"{prefix}{name}": value for name, value in rule.ready.items()})
    if "created_by_import" in rule.fields:
        there &= published(prefix)
    for path in rule.part_of:
        there &= published(f"{prefix}{path}__")
    if rule.of is None or role in OFFICE:
        return there
    owned = _of_own(rule, prefix, lambda path: _owned(user, path))
    if own_alone or rule.others is None:
        return there & owned
    others = {f"{prefix}{name}": value for name, value in rule.others.items()}
    return there & (owned | Q(**others)) if others else there


def _owned(user: User, prefix: str) -> Q:
    """Counterparties, at the end of a path, of which the user sees everything."""
    return Q() if _role(user) in OFFICE else _managed(user, prefix)


def _managed(user: User, prefix: str) -> Q:
    """Counterparties, at the end of a path, whose owner the user is, or the owner's director."""
    owned = Q(**{f"{prefix}manager": user.pk})
    return owned | Q(**{f"{prefix}manager__team": user.team_id}) if _role(user) == Role.DIRECTOR and user.team_id else owned


def _of_own(rule: Rule, prefix: str, whose: Callable[[str], Q]) -> Q:
    """Records of such counterparties; what is of no counterparty is of none of them."""
    if rule.of is None:
        return Q(**{f"{prefix}pk__in": []})
    return Q(*(whose(f"{prefix}{path}__" if path else prefix) for path in rule.of), _connector=Q.OR)


def _or_nothing(prefix: str, there: Q) -> Q:
    """A record that names no other is no less seen than one that names one that is there."""
    return there | Q(**{f"{prefix.removesuffix('__')}__isnull": True}) if prefix and there else there


def _role(user: User) -> Role:
    """The role of someone who works here.

    Raises
    ------
    NotAllowedError
        Without a user there is no query.
    """
    if not isinstance(user, User) or user.role not in Role.values:
        raise NotAllowedError("Nobody asks: without a user nothing is shown.")
    if not user.is_active:
        raise NotAllowedError(f"{user.name} works here no longer: nothing is shown.")
    return Role(user.role)


@cache
def _rule(model: Kind) -> Rule:
    """The rule of a model, if it has a word on each of its fields.

    Raises
    ------
    NotAllowedError
        It has not.
    """
    rule = RULES.get(model)
    if rule is None:
        raise NotAllowedError(f"{_called(model)} has no rule of who sees it, so nobody does.")
    unsaid = {field.name for field in model._meta.concrete_fields} ^ (rule.fields - set(_WORKED_OUT.get(model, {})))  # noqa: SLF001
    if unsaid:
        raise NotAllowedError(f"The rule of who sees {_a(_called(model))} and its fields differ in {', '.join(sorted(unsaid))}, so nobody sees any.")
    return rule


@cache
def _city(prefix: str) -> Subquery:
    return Subquery(Address.objects.filter(counterparty=OuterRef(f"{prefix}pk"), kind=AddressKind.BILLING).values("city")[:1])


def _figure(name: str) -> Callable[[str], Subquery]:
    @cache
    def figure(prefix: str) -> Subquery:
        current = CurrentRun.objects.values("run")[:1]
        return Subquery(CounterpartyFigures.objects.filter(counterparty=OuterRef(f"{prefix}pk"), run=Subquery(current), run__state="ready").values(name)[:1])

    return figure


FIGURES = ("net_sales", "net_sales_earlier", "gross_margin", "profit", "profit_earlier", "orders", "last_sale")
"""Of a counterparty in the current run."""
_WORKED_OUT: Mapping[Kind, Mapping[str, Callable[[str], Subquery]]] = {Counterparty: {"city": _city} | {name: _figure(name) for name in FIGURES}}
"""What is asked of a record and stands on another."""


def _called(model: Kind) -> str:
    return str(model._meta.verbose_name)  # noqa: SLF001


def _a(noun: str) -> str:
    return f"{'an' if noun[0] in 'aeio' else 'a'} {noun}"

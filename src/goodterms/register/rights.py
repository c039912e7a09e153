"""Who sees and does what: a rule for each model of the register, each of its fields in one list, and for each thing that people do the roles that may."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from django.db.models import Model

from goodterms.register import models
from goodterms.register.user import Role

OFFICE = frozenset({Role.HEAD, Role.CONTROLLER, Role.AUDITOR})
"""They see everything; who else there is sees of a counterparty's records what follows from whose it is."""
WRITERS = frozenset({Role.HEAD, Role.CONTROLLER})


@dataclass(frozen=True)
class Rule:
    """What is seen of a model's records. A field stands in one list; one that stands in none is seen by nobody, and asking for it is an error."""

    always: frozenset[str] = frozenset()
    """Seen by every role, on every record that is there for it."""
    own: frozenset[str] = frozenset()
    """By managers and directors on records of their own counterparties alone."""
    personal: frozenset[str] = frozenset()
    """Like ``own``, and in a look alone, which is written with its reason."""
    office: frozenset[str] = frozenset()
    """By head, controller and auditor."""
    never: frozenset[str] = frozenset()
    of: tuple[str, ...] | None = None
    """The paths to the counterparty whose record it is; None: it is of none."""
    others: Mapping[str, Any] | None = None
    """Which records of others' counterparties are there, with what is always seen of them; None: none are."""
    ready: Mapping[str, Any] = field(default_factory=dict)
    """Which records are there at all."""
    part_of: tuple[str, ...] = ()
    """Paths to records without which these are not there: an import that is not published may have made them."""

    @property
    def fields(self) -> frozenset[str]:
        """All that the rule has a word on."""
        return self.always | self.own | self.personal | self.office | self.never


def _counterpartys(
    *, always: str = "id", own: str = "", personal: str = "", of: str = "counterparty", others: Mapping[str, Any] | None = None, **ready: Any
) -> Rule:
    """Records of a counterparty: its owner, the owner's director and the office see them."""
    paths = tuple(of.split()) or ("",)
    return Rule(always=_names(always), own=_names(own), personal=_names(personal), of=paths, others=others, ready=ready, part_of=tuple(filter(None, paths)))


def _everyones(always: str, *, office: str = "", never: str = "", part_of: str = "", **ready: Any) -> Rule:
    return Rule(always=_names(always), office=_names(office), never=_names(never), ready=ready, part_of=tuple(part_of.split()))


def _offices(office: str, *, personal: str = "", never: str = "", part_of: str = "", **ready: Any) -> Rule:
    return Rule(office=_names(office), personal=_names(personal), never=_names(never), ready=ready, part_of=tuple(part_of.split()))


def _names(text: str) -> frozenset[str]:
    return frozenset(text.split())


_FIGURES = "run net_sales net_sales_earlier gross_margin profit profit_earlier"
_PRODUCTS = {"kind": "products"}

RULES: Mapping[type[Model], Rule] = {
    # A counterparty and its records. Of a colleague's: name, city, stage and owner, so that doubles are not made, and nothing else.
    models.Counterparty: _counterpartys(
        of="",
        always="id name city stage manager",
        own="version unnamed is_person is_customer is_supplier stage_as_of manager_key segment region size_band acquisition industry country website"
        " created_on created_by_import kept_fields net_sales net_sales_earlier gross_margin profit profit_earlier orders last_sale",
        others={},
    ),
    models.Address: _counterpartys(
        always="id counterparty city",
        own="version kind name street postcode country confirmed_on created_by_import by_import",
        others={"kind": "billing", "city__gt": ""},
    ),
    models.ContactPerson: _counterpartys(own="version counterparty title is_purchasing confirmed_on by_import", personal="name email phone"),
    models.Identifier: _counterpartys(own="version counterparty scheme value by_import"),
    models.Ownership: _counterpartys(own="version counterparty manager since until by_import"),
    models.StageChange: _counterpartys(own="version counterparty before after as_of run"),
    models.Activity: _counterpartys(own="version counterparty kind on minutes user said entered_at"),
    models.Note: _counterpartys(own="version counterparty said user entered_at"),
    models.Terms: _counterpartys(
        own="version counterparty is_purchase valid_from valid_to group price_list discount rebate payment_days delivery minimum_order credit_limit by_import"
    ),
    models.CounterpartyFigures: _counterpartys(own=f"counterparty orders last_sale stage {_FIGURES}", run__state="ready"),
    models.SourceKey: _counterpartys(
        of="counterparty address__counterparty",
        always="id version kind space within key said counterparty product address user created_by_import",
        others=_PRODUCTS,
    ),
    # Products, and the words that records use.
    models.Product: _everyones("id version name unnamed family is_stocked", office="created_by_import kept_fields"),
    models.ProductPrice: _everyones("id version product unit weight units_per_base list_price unit_cost valid_from by_import", part_of="product"),
    models.Family: _everyones("id version name"),
    models.DictionaryValue: _everyones("id version dictionary key label_en label_fi upper_turnover"),
    models.CustomField: _everyones("id version key label_en label_fi object type choices is_personal seen_by is_hidden"),
    models.CustomValue: _offices("", never="id version field object_id text number date flag"),  # asked for as custom_KEY of the record that has it
    models.User: _everyones("id version name role team is_active is_system", office="email last_login", never="password"),
    models.Team: _everyones("id version name"),
    # Figures of the whole company.
    models.ProductFigures: _offices(f"id product {_FIGURES}", run__state="ready"),
    models.Run: _everyones(
        "number state made_by begun_at facts_version as_of earlier later measure currency kept_as stages_set",
        office="key_map policy engine cubes answer",
        state="ready",
    ),
    models.CurrentRun: _everyones("place run"),
    # What was imported, closed and settled, and who did what.
    models.Import: _offices("number state made_by begun_at version undone_in is_settled mapping problems counts"),
    models.ImportedFile: _offices("id of name table sha256 size original rows_read rows_accepted rows_rejected rows_set_aside"),
    models.ImportRows: _offices("id of table month sha256 rows size"),
    models.Stated: _offices("id of object_id kind", never="values", of__state="published"),
    models.FactsVersion: _everyones("number published_at because"),
    models.FactsFile: _offices("id table month sha256 rows size since until"),
    models.ClosedPeriod: _offices("id entity month closed_by closed_at reopened_by reopened_at reason run sums"),
    models.Job: _offices("id what asked_by asked_at state attempt worker beat limit step share_done said"),
    models.Lease: _offices("name holder attempt boot beat"),
    models.CompanyText: _offices("id version kind name number text sha256 saved_by saved_at"),
    models.Source: _offices("id version name table owner folder pattern rhythm_days waits_for_done is_retired"),
    models.AuditEntry: _offices("number at user login verb object object_id fields reason digest"),
    models.AuditValue: _offices("id entry field is_after", personal="value", never="salt"),
    models.AuditHead: _offices("place number digest"),
    models.Searched: _offices("", never="id counterparty seen_by_all whole words name city"),  # asked for by a search alone
}


class Reason(StrEnum):
    """Why someone looks at persons."""

    OWN_CUSTOMER = "own customer"
    """Set by the system: the owner of a customer and the owner's director are not asked."""
    BILLING = "billing"
    COMPLAINT = "complaint"
    STAND_IN = "stand-in"
    OTHER = "other"
    """With words of one's own."""


class Verb(StrEnum):
    """What people do, as a sentence says it."""

    IMPORT = "import files"
    UNDO = "undo imports"
    CLOSE = "close and reopen months"
    RUN = "work out the company's figures"
    POLICY = "change the policy"
    MAPPINGS = "change mappings and sources"
    FIELDS = "change custom fields"
    USERS = "add and change users"
    ERASE = "erase what is kept of a person"
    BACK_UP = "back up and dump the installation"
    CHECK = "check the installation"
    SEE_SETTINGS = "see the policy, mappings, custom fields and sources"
    CHANGE = "change records of a counterparty"
    """Managers and directors: of their own."""


MAY: Mapping[Verb, frozenset[Role]] = dict.fromkeys(Verb, WRITERS) | {
    Verb.CHECK: OFFICE,
    Verb.SEE_SETTINGS: OFFICE,
    Verb.CHANGE: WRITERS | {Role.DIRECTOR, Role.MANAGER},
}

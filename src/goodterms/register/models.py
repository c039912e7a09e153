"""All that the register holds, for Django to find."""

from goodterms.register.activity import Activity, Note
from goodterms.register.address import Address
from goodterms.register.audit import AuditEntry, AuditHead, AuditValue
from goodterms.register.company_text import CompanyText, Source
from goodterms.register.contact_person import ContactPerson
from goodterms.register.counterparty import Counterparty, Ownership, StageChange
from goodterms.register.custom_field import CustomField, CustomValue
from goodterms.register.dictionary import DictionaryValue
from goodterms.register.identifier import Identifier
from goodterms.register.imported import ClosedPeriod, FactsFile, FactsVersion, Import, ImportedFile, ImportRows, Lease, Stated
from goodterms.register.job import Job
from goodterms.register.product import Family, Product, ProductPrice
from goodterms.register.run import CounterpartyFigures, CurrentRun, ProductFigures, Run
from goodterms.register.searched import Searched
from goodterms.register.source_key import SourceKey
from goodterms.register.terms import Terms
from goodterms.register.user import Team, User

__all__ = [
    "Activity",
    "Address",
    "AuditEntry",
    "AuditHead",
    "AuditValue",
    "ClosedPeriod",
    "CompanyText",
    "ContactPerson",
    "Counterparty",
    "CounterpartyFigures",
    "CurrentRun",
    "CustomField",
    "CustomValue",
    "DictionaryValue",
    "FactsFile",
    "FactsVersion",
    "Family",
    "Identifier",
    "Import",
    "ImportRows",
    "ImportedFile",
    "Job",
    "Lease",
    "Note",
    "Ownership",
    "Product",
    "ProductFigures",
    "ProductPrice",
    "Run",
    "Searched",
    "Source",
    "SourceKey",
    "StageChange",
    "Stated",
    "Team",
    "Terms",
    "User",
]

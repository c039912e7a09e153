"""The mapping file: what was understood of each file, as one TOML file that a person can read, mend and pass again."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping as Settings
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from goodterms.errors import MappingError
from goodterms.facts.toml_places import toml_places
from goodterms.intake.mapping.checked import COMPANY_KEYS, checked
from goodterms.intake.mapping.file_mapping import FileMapping
from goodterms.intake.mapping.toml_text import HEAD, as_value, entry_as_toml, quoted, zeros_setting


@dataclass(frozen=True)
class Mapping:
    """What is known of all files, in the order of the mapping file.

    ``reporting_currency`` is the currency that the files' exchange rates lead to, where the files do not tell. ``leading_zeros`` says of a kind of keys
    (``customers``; in a key space ``shop:customers``) whether keys that differ by leading zeros alone are the "same" or "different". ``same_keys`` names
    the kinds whose equal keys are of one counterparty: customers and suppliers. ``company`` are the own
    company's identifiers in documents: VAT id, business id, OVT, GLN; ``accounts`` the numbers of its bank accounts.
    """

    files: tuple[FileMapping, ...] = ()
    reporting_currency: str = ""
    leading_zeros: Settings[str, str] = field(default_factory=dict)
    same_keys: tuple[str, ...] = ()
    company: tuple[str, ...] = ()
    accounts: tuple[str, ...] = ()

    def of(self, file: str, sheet: str = "", table: str = "") -> FileMapping | None:
        """The first entry of the table, or of none, that matches a file and sheet, or the file whose rejected rows it holds; None where none does.

        One that names the sheet goes before those that name none.
        """
        entries = [entry for entry in self.files if not table or not entry.table or entry.table == table]
        by_name = sorted((entry for entry in entries if entry.fits(file, sheet)), key=lambda entry: not entry.sheet)
        named = next((entry for entry in by_name if entry.match in {file, Path(file).name}), None)
        of_origin = (entry for mapped in sorted(entries, key=lambda entry: not entry.sheet) if (entry := mapped.of_rejected(file, sheet)))
        return named or next(of_origin, None) or next(iter(by_name), None)

    def as_toml(self) -> str:
        """The text of a mapping file that, passed again, gives the same reading."""
        reporting = [f"reporting_currency = {quoted(self.reporting_currency)}\n"] if self.reporting_currency else []
        zeros = ["".join(f"{zeros_setting(setting, said)}\n" for setting, said in self.leading_zeros.items())] if self.leading_zeros else []
        known = {key: said for field, key in COMPANY_KEYS.items() if (said := getattr(self, field))}
        company = [f"company = {as_value(known)}\n"] if known else []
        same = [f"same_keys = {as_value(list(self.same_keys))}\n"] if self.same_keys else []
        parts = [HEAD, *reporting, *company, *zeros, *same] + [entry_as_toml(entry) for entry in self.files]
        return "\n".join(parts)

    @classmethod
    def load(cls, given: Path | str | Settings[str, Any] | Mapping | None) -> Mapping:
        """Read a mapping file, or take the same content as plain values.

        Raises
        ------
        MappingError
            For a file that cannot be read, an unknown key (with its line) or a value that is not one the key may have.
        """
        if given is None:
            return cls()
        if isinstance(given, Mapping):
            return given
        if isinstance(given, (str, Path)):
            return cls._from_file(Path(given))
        return cls(**checked("the mapping", given, {}))

    @classmethod
    def _from_file(cls, path: Path) -> Mapping:
        try:
            text = path.read_text(encoding="utf-8-sig")
        except OSError as error:
            raise MappingError(f"The mapping {path} cannot be read: {error.strerror or error}.") from error
        except UnicodeDecodeError as error:
            raise MappingError(f"The mapping {path} is not UTF-8 text: save it as UTF-8.") from error
        return cls.read(text, path.name)

    @classmethod
    def read(cls, text: str, name: str = "the mapping") -> Mapping:
        """Read the text of a mapping; ``name`` is what it is called in messages.

        Raises
        ------
        MappingError
            As :meth:`load` does.
        """
        try:
            content = tomllib.loads(text)
        except tomllib.TOMLDecodeError as error:
            raise MappingError(f"The mapping {name} is not valid TOML: {error}.") from error
        return cls(**checked(name, content, toml_places(text)))

"""What a database's own error means to a person: what was seen, and what to do."""

from __future__ import annotations

import re

_AGAIN = "Nothing was changed; run the command again then."
_SENTENCES = (
    (r"database (?:table )?is locked", f"The register is locked: another program has it open for writing and does not let go. Close or wait for it. {_AGAIN}"),
    (
        r"canceling statement due to lock timeout|deadlock detected",
        f"PostgreSQL did not get a lock: another program holds what is to be written. Close or wait for it. {_AGAIN}",
    ),
    (
        r"attempt to write a readonly database",
        f"The register may not be written: its file or folder is read-only for you. Give permission to write both. {_AGAIN}",
    ),
    (r"unable to open database file", f"The register's file cannot be opened: give permission to read and write it and its folder. {_AGAIN}"),
    (r"file is not a database|disk image is malformed", "The register's file is damaged or no database. Restore the last backup:   goodterms restore"),
    (
        r"password authentication failed|no password supplied|no pg_hba.conf entry|Peer authentication failed",
        "PostgreSQL refuses the user and password that `database` of goodterms.toml names. Mend them there, or let the user in on the server.",
    ),
    (r'database "(?P<name>[^"]+)" does not exist', "PostgreSQL has no database {name}. Make it, or mend `database` of goodterms.toml."),
    (r'role "(?P<name>[^"]+)" does not exist', "PostgreSQL has no user {name}. Make it, or mend `database` of goodterms.toml."),
    (
        r"Connection refused|No such file or directory|could not translate host|failed to resolve host|time[d ]*out|Is the server running",
        "PostgreSQL does not answer where `database` of goodterms.toml says. Start it, or mend the address there.",
    ),
    (
        r"terminating connection|server closed the connection|the connection is lost|connection is closed|not yet accepting connections|shutting down",
        f"PostgreSQL ended the connection: it was stopped, or starts anew. What was not finished was not written. {_AGAIN}",
    ),
    (r"cannot execute .* in a read-only transaction", f"PostgreSQL takes no writing now: it is a read-only copy. Name the server that takes it. {_AGAIN}"),
    (r"permission denied for (?:schema|table|database) (?P<name>\S+)", "PostgreSQL does not let its user write to {name}. Make the user the database's owner."),
)


def sentence_of(error: Exception) -> str | None:
    """Return what a database's error means; None where it is not known, and is a defect.

    >>> sentence_of(Exception('FATAL:  database "base" does not exist'))
    'PostgreSQL has no database base. Make it, or mend `database` of goodterms.toml.'
    """
    for pattern, sentence in _SENTENCES:
        if found := re.search(pattern, str(error)):
            return sentence.format(**found.groupdict())
    return None

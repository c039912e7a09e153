"""What identifies a person becomes no attribute, in whichever language its heading is."""

from __future__ import annotations

import pytest

from goodterms.intake import read


@pytest.mark.parametrize(
    "heading",
    [
        *("E-mail", "Correo", "Courriel", "Telefono", "Téléphone", "Handy", "Mobiltelefon"),
        *("Kontaktperson", "Ansprechpartner", "Contactpersoon", "Persona de contacto", "Interlocuteur"),
        *("First Name (Billing)", "Vorname", "Nachname", "Prénom", "Förnamn", "Efternavn", "Voornaam", "Imię", "Apellidos", "Cognome"),
        *("Lieferadresse", "Anschrift", "Leveransadress", "Laskutusosoite", "Dirección", "Indirizzo"),
    ],
)
def test_what_identifies_a_person_stays_out(write, heading):
    reading = read([write("s.csv", f"Invoice;Date;Customer;{heading};Rush;Net amount\n1;2024-01-05;Acme;Ann;x;10.00\n2;2024-01-06;Acme;Bob;;20.00\n")])
    assert reading.files[0].unmapped == (heading,)
    assert [column for column in reading.facts["sale_lines"].columns if column.startswith("attribute:")] == ["attribute:rush"]

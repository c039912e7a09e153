"""From a file to raw tables: encoding, dialect, header, sheets and rows, as they stand, with every record accounted for."""

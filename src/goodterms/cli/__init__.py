"""Face: the command ``goodterms``. Each command parses, calls the library, and presents what comes back."""

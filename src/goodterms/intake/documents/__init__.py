"""Documents that say in themselves what they mean: e-invoices, bank statements, audit files; each is checked against its own totals."""

"""What one file gives to a table of facts: what its columns mean, and the account of its rows."""

"""The amounts of lines: what a file says of them in its own way, brought to our columns, with the sign of credit notes."""

"""The archive: what a company knows of its counterparties and products, who works with them, and what was imported, worked out and changed."""

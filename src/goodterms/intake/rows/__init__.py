"""The rows of a file: which are facts, which are totals, heads of groups or met before, and which do not fit."""

"""Study: the profit engine. Tables of facts in, tables of results out."""

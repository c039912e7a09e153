"""Foundation: column names and types, periods, money, policy, the engine, and the tables of facts."""

"""What people do with the base: one file a verb. It alone writes the register and publishes facts."""

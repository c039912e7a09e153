"""Where an installation is: its settings, and the way to its database."""

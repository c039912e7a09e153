"""Installations on each database; the folders of tests of the register share it."""

from tests.installed import installation, made, postgresql  # noqa: F401

"""Rejected rows given back in the format of the file that they stood in."""

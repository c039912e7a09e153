"""Files that belong together: how their rows match, and the zeros in front of their keys."""

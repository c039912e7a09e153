"""What tests of intake begin with: a file of a few lines."""

from __future__ import annotations

import pytest


@pytest.fixture
def write(tmp_path):
    """Write a file of text and return its path."""

    def _write(name, text):
        path = tmp_path / name
        path.write_text(text, encoding="utf-8")
        return path

    return _write

"""Originals: what was given comes back, what was altered does not, and what was dropped is gone."""

from __future__ import annotations

import hashlib
import io
import tracemalloc

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from goodterms.errors import UnreadableFileError
from goodterms.facts.originals import Originals
from goodterms.facts.store import CHUNK

SIZES = [0, 1, CHUNK - 1, CHUNK, CHUNK + 1, 3 * CHUNK]


@pytest.fixture(scope="module")
def originals(tmp_path_factory):
    folder = tmp_path_factory.mktemp("installation")
    return Originals(folder / "originals", folder / "keys")


def content_of(size):
    return bytes(range(256)) * (size // 256) + b"x" * (size % 256)


@pytest.mark.parametrize("size", SIZES)
def test_an_original_comes_back_as_it_was_given(originals, size):
    content = content_of(size)
    kept = originals.keep(io.BytesIO(content))
    assert (kept.size, kept.sha256) == (size, hashlib.sha256(content).hexdigest())
    assert b"".join(originals.read(kept.name)) == content
    assert originals.damage_of(kept.name, kept.sha256) == ""
    assert content[:64] == b"" or content[:64] not in originals.path_of(kept.name).read_bytes() or size < 16


def test_the_same_file_twice_has_two_keys(originals):
    first, second = (originals.keep(io.BytesIO(b"Ann buys nails")) for _ in range(2))
    assert originals.key_of(first.name).read_bytes() != originals.key_of(second.name).read_bytes()
    assert originals.path_of(first.name).read_bytes() != originals.path_of(second.name).read_bytes()


@given(place=st.integers(0, 10**9), bit=st.integers(0, 7))
@settings(max_examples=25, deadline=None)
def test_an_altered_bit_is_found(originals, place, bit):
    kept = originals.keep(io.BytesIO(content_of(1_000)))
    file = originals.path_of(kept.name)
    altered = bytearray(file.read_bytes())
    altered[place % len(altered)] ^= 1 << bit
    file.write_bytes(altered)
    with pytest.raises(UnreadableFileError, match="was altered"):
        list(originals.read(kept.name))


@pytest.mark.parametrize("tamper", ["swapped", "cut", "doubled"])
def test_chunks_that_are_moved_or_cut_off_are_found(originals, tamper):
    kept = originals.keep(io.BytesIO(content_of(3 * CHUNK)))
    file = originals.path_of(kept.name)
    stored, sealed = file.read_bytes(), CHUNK + 16
    head = len(stored) - 3 * sealed
    chunks = [stored[head + place * sealed : head + (place + 1) * sealed] for place in range(3)]
    order = {"swapped": (1, 0, 2), "cut": (0, 1), "doubled": (0, 1, 2, 2)}[tamper]
    file.write_bytes(stored[:head] + b"".join(chunks[place] for place in order))
    with pytest.raises(UnreadableFileError, match="was altered"):
        list(originals.read(kept.name))


def test_a_dropped_original_is_gone_with_its_key(originals):
    kept = originals.keep(io.BytesIO(b"Ann buys nails"))
    copy = originals.path_of(kept.name).read_bytes()
    originals.drop(kept.name)
    assert not originals.path_of(kept.name).exists()
    with pytest.raises(UnreadableFileError, match=f"The key of the original {kept.name} has gone"):
        list(originals.read(kept.name))
    originals.path_of(kept.name).write_bytes(copy)
    assert originals.damage_of(kept.name, kept.sha256).startswith("The key of the original")
    originals.drop(kept.name)


def test_a_long_file_is_kept_within_little_memory(originals):
    class Long(io.RawIOBase):
        left = 300

        def read(self, size=-1):
            self.left -= 1
            return b"x" * size if self.left >= 0 else b""

    tracemalloc.start()
    try:
        kept = originals.keep(Long())
        size = sum(len(chunk) for chunk in originals.read(kept.name))
        most = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    originals.drop(kept.name)
    assert size == kept.size == 300 * CHUNK
    assert most < 16 * CHUNK

"""Chance, in streams: each part of the simulated company draws from a stream of its own, so that parts added later leave earlier figures unchanged."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

_WORD = 0xFFFFFFFF
_KEY_LOW, _KEY_HIGH, _FIRST, _SECOND = 2654435761, 2246822519, 2146121005, 2221713035

MACROS = (
    f"CREATE OR REPLACE MACRO draw_spread(low, key) AS ((key & {_WORD}) * {_KEY_LOW} + (key >> 32) * {_KEY_HIGH} + low) & {_WORD}",
    f"CREATE OR REPLACE MACRO draw_first(high, x) AS (xor(xor(x, x >> 15), high) * {_FIRST}) & {_WORD}",
    f"CREATE OR REPLACE MACRO draw_second(x) AS (xor(x, x >> 13) * {_SECOND}) & {_WORD}",
    "CREATE OR REPLACE MACRO draw_last(x) AS (xor(x, x >> 16)::DOUBLE + 0.5::DOUBLE) / 4294967296::DOUBLE",
    "CREATE OR REPLACE MACRO draw(low, high, key) AS draw_last(draw_second(draw_first(high, draw_spread(low, key))))",
    "CREATE OR REPLACE MACRO as_noise(u) AS ln(u / (1::DOUBLE - u)) * 0.5513288954217921::DOUBLE",
)
"""What the engine must know before it can draw. Whole-number arithmetic of our own: the engine's own hash may change with its version, and these do not."""


@dataclass(frozen=True)
class Streams:
    """The streams of one seed.

    A draw depends on the seed, the stream's name and the key, and on nothing else: not on the order of rows, the number of threads or other streams.

    Examples
    --------
    >>> streams = Streams(1)
    >>> round(streams.number("discounts", 12), 6) == round(streams.number("discounts", 12), 6)
    True
    >>> streams.number("discounts", 12) == streams.number("returns", 12)
    False
    """

    seed: int

    def words(self, stream: str) -> tuple[int, int]:
        """The two 32-bit words that stand for a stream: the first 64 bits of the MD5 of ``seed|stream``."""
        first = hashlib.md5(f"{self.seed}|{stream}".encode(), usedforsecurity=False).digest()
        return int.from_bytes(first[:4], "little"), int.from_bytes(first[4:8], "little")

    def draw(self, stream: str, key: str | int = 0) -> str:
        """SQL for a draw, evenly spread over (0, 1); ``key`` is SQL for a whole number from 0 to 2⁶³ − 1."""
        low, high = self.words(stream)
        return f"draw({low}::UBIGINT, {high}::UBIGINT, ({key})::UBIGINT)"

    def noise(self, stream: str, key: str | int = 0) -> str:
        """SQL for a draw around 0 with standard deviation 1 (logistic: bell-shaped, with somewhat heavier ends than the normal)."""
        return f"as_noise({self.draw(stream, key)})"

    def number(self, stream: str, key: int = 0) -> float:
        """The same draw as :meth:`draw`, worked out here: for single figures, and as the definition to check the engine against."""
        low, high = self.words(stream)
        x = ((key & _WORD) * _KEY_LOW + (key >> 32) * _KEY_HIGH + low) & _WORD
        x = ((x ^ (x >> 15) ^ high) * _FIRST) & _WORD
        x = ((x ^ (x >> 13)) * _SECOND) & _WORD
        return ((x ^ (x >> 16)) + 0.5) / 2**32

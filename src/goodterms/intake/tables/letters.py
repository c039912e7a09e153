"""Which letters of Europe single bytes stand for: a text is read in every encoding, and the one counts in which its words look like words of a language."""

from __future__ import annotations

import re
import tomllib
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from functools import cache
from importlib import resources
from itertools import pairwise
from math import log

ENCODINGS = {
    "cp1252": ("Western European, Windows", 0.0),
    "iso-8859-15": ("Western European, ISO", 1.0),
    "cp1250": ("Central European, Windows", 2.5),
    "cp1251": ("Cyrillic, Windows", 2.5),
    "cp1253": ("Greek, Windows", 2.5),
    "cp1254": ("Turkish, Windows", 2.5),
    "cp1257": ("Baltic, Windows", 3.0),
    "iso-8859-2": ("Central European, ISO", 3.0),
    "iso-8859-7": ("Greek, ISO", 3.5),
    "cp850": ("Western European, DOS", 4.0),
    "cp852": ("Central European, DOS", 4.0),
    "cp866": ("Cyrillic, DOS", 4.0),
    "koi8-r": ("Russian, KOI8", 3.5),
    "mac-roman": ("Western European, Macintosh", 4.0),
    "koi8-u": ("Ukrainian, KOI8", 4.0),
    "iso-8859-5": ("Cyrillic, ISO", 4.5),
    "iso-8859-16": ("Romanian, ISO", 5.0),
    "cp437": ("American, DOS", 4.5),
    "cp858": ("Western European with the euro, DOS", 4.5),
    "cp865": ("Nordic, DOS", 5.0),
    "cp861": ("Icelandic, DOS", 5.0),
    "cp775": ("Baltic, DOS", 5.0),
    "cp857": ("Turkish, DOS", 5.0),
    "cp737": ("Greek, DOS", 5.0),
    "cp855": ("Serbian and Bulgarian, DOS", 6.0),
    "mac-latin2": ("Central European, Macintosh", 5.0),
    "mac-cyrillic": ("Cyrillic, Macintosh", 5.0),
    "mac-greek": ("Greek, Macintosh", 8.0),
    "mac-turkish": ("Turkish, Macintosh", 6.0),
    "mac-iceland": ("Icelandic, Macintosh", 6.0),
}
"""Python's name → what it is, and how seldom it is met (as a natural logarithm) beside Windows' for Western Europe."""
SURE = 3.0
"""By so much (a natural logarithm: twenty times as likely) one reading has to be better than another not to be asked about."""
MOST_WORDS = 250
"""Different words that are looked at."""
_ASCII = bytes(range(0x80))
_WORD = re.compile(rb"(?<![0-9A-Za-z])[0-9A-Za-z]*+[\x80-\xff][0-9A-Za-z\x80-\xff]*+")
_OTHER_LANGUAGE = 4.0
"""What a word costs that is of another language than most: customers of all Europe stand in one list."""
_UNKNOWN = -11.0
"""A letter that a language does not have."""
_SELDOM = {"Icelandic": 3.0}
"""What words cost of a language that is met far more seldom than the others, and has letters in the places of theirs."""
_BY_ITSELF = frozenset("àáåäæéèêíîóòôöøúùý")
"""Letters that are words."""
_LONELY = -4.0
_UNLIKE = -9.0
_NO_TEXT = -16.0
_STRENGTH = 4.0
"""As so many letters that were seen, what is known of a letter by itself weighs beside what was seen before and behind another."""
_NBSP = "\N{NO-BREAK SPACE}"
_APOSTROPHES = "\N{LEFT SINGLE QUOTATION MARK}\N{RIGHT SINGLE QUOTATION MARK}\N{ACUTE ACCENT}"
_CONTRACTED = frozenset(["c", "d", "j", "l", "m", "n", "o", "qu", "s", "t"])
_PLACES = (
    ("²³", r"(?:\A|\d)(?:[kcdm]?m|ft|in|yd)|\d", ""),
    ("²", r"\A[A-Z]{1,2}", "[A-Z]?"),
    ("°", r"\A", "[CF]"),
    ("°", r"\d", "[CF]?"),
    ("°º", r"\A[nN]", r"\d*"),
    ("½¼¾", r"\A|\d", ""),
    ("µ", r"\A|\d", "[mglsFAVWHM]?"),
    ("×", r"\A|\d", r"|\d.*"),
    ("±", r"\A", r"|\d.*"),
    ("–—", r"\A|\d", r"|\d.*"),
    ("€£", r"\A|\d", r"|\d.*"),
    ("®", r"[a-zß-ÿ\d]|\A[A-Z]", ""),
    ("™", r"[a-zß-ÿ\d]", ""),
    ("øØ", r"\A", r"\d.*"),
)
"""Where signs of price lists are at home: with what before and behind them in one word."""
_SIGNS = (
    dict.fromkeys("€¥°§®™©£²³½¼¾µª·•×±¿¡º…„“”«»–—№\N{SINGLE LOW-9 QUOTATION MARK}" + _APOSTROPHES, -6.0)
    | dict.fromkeys("€–’" + _NBSP, -5.0)
    | {"\N{ACUTE ACCENT}": -9.0, "…": -8.0}
)
"""Signs that lists hold beside letters; others are seldom."""
_APART = frozenset("–—•±×¿")
"""Signs that stand apart from letters."""
_OPEN = frozenset("„«¡§№©" + _NBSP + _APOSTROPHES)
"""Signs that seldom stand behind a word."""
_CLOSE = frozenset("…½¼¾" + _APOSTROPHES)
"""Signs that seldom stand before one."""
_BEFORE_NUMBERS = frozenset("€£¥№–—±" + _NBSP)
_BEHIND_NUMBERS = frozenset("€£¥°²³½¼¾µ×–—±ªº…®™" + _NBSP)
_DIAMETER = frozenset("øØ")
"""Letters that are signs before a number: ø8."""
_HOME = -4.0
_ALONE = dict.fromkeys("½¼¾•·", -4.9)
"""Signs that stand alone and are at home there; where letters of other encodings stand alone, they may be those."""
_HOMES = {
    sign: [(re.compile(rf"(?:{before})\Z"), re.compile(rf"(?:{behind})\Z")) for signs, before, behind in _PLACES if sign in signs]
    for sign in "".join(signs for signs, _, _ in _PLACES)
}


@dataclass(frozen=True)
class InEncoding:
    """How the words of a text read in one encoding, and how likely (a natural logarithm) they are words."""

    encoding: str
    words: tuple[str, ...]
    score: float

    @property
    def said(self) -> str:
        """What a person calls the encoding."""
        return f"{ENCODINGS[self.encoding][0]} ({self.encoding})"


@dataclass
class Words:
    """Words with bytes beyond ASCII, each with the first line that it stands in: at most ``MOST_WORDS``, but each such byte in one of them."""

    lines: dict[bytes, int] = field(default_factory=dict)
    known: bytes = _ASCII

    def suffice(self, text: bytes) -> bool:
        """Whether a text has nothing that is to be gathered."""
        return len(self.lines) >= MOST_WORDS and not text.translate(None, self.known)

    def gather(self, line: bytes, number: int) -> None:
        """Gather the words of a line."""
        for word in _WORD.findall(line):
            if word not in self.lines and (len(self.lines) < MOST_WORDS or word.translate(None, self.known)):
                self.lines[word] = number
                self.known += word


def readings(words: Sequence[bytes]) -> list[InEncoding]:
    """Read the words in every encoding, the most likely first; of encodings that read them alike only the most usual one is named.

    Examples
    --------
    >>> best = readings(["Łódź".encode("cp1250"), "Gdańsk".encode("cp1250")])[0]
    >>> best.encoding, best.words
    ('cp1250', ('Łódź', 'Gdańsk'))
    """
    found: dict[tuple[str, ...], InEncoding] = {}
    for encoding, (_, seldom) in ENCODINGS.items():
        read = tuple(word.decode(encoding, "replace") for word in words)
        score = _likeliness(read, words) - seldom
        if read not in found or found[read].score < score:
            found[read] = InEncoding(encoding, read, score)
    return sorted(found.values(), key=lambda reading: -reading.score)


def _likeliness(read: Sequence[str], words: Sequence[bytes]) -> float:
    """How likely the words are, in the language that most of them are of; one of another language costs."""
    by_word = []
    plain = 0.0
    for text, word in zip(read, words, strict=True):
        signs, pairs = _parted(text, word)
        plain += signs
        if pairs:
            by_word.append([sum(language[pair] for pair in pairs) for language in _languages().values()])
    best = [max(scores) - _OTHER_LANGUAGE for scores in by_word]
    seldom = [_SELDOM.get(language, 0.0) for language in _languages()]
    return plain + max(sum(map(max, scores, best)) - cost for scores, cost in zip(zip(*by_word, strict=True), seldom, strict=True)) if by_word else plain


def _parted(text: str, word: bytes) -> tuple[float, list[str]]:
    """What the signs in a word and its capitals cost, and the pairs of letters of which one at least is beyond ASCII, with a blank for the word's ends."""
    cost = 0.0
    pairs: list[str] = []
    for place, (sign, byte) in enumerate(zip(text, word, strict=True)):
        if byte < 0x80:
            continue
        before, behind = text[place - 1] if place else " ", text[place + 1] if place + 1 < len(text) else " "
        if not _is_letter(sign) or (sign in _DIAMETER and _is_at_home(text, place)):
            cost += _cost_of_sign(text, place, before, behind)
            continue
        if before.isdigit() or behind.isdigit():
            cost += _UNLIKE
        if word[place - 1] < 0x80 or not place or not _is_letter(before):
            pairs.append(_small(before) + _small(sign))
        pairs.append(_small(sign) + _small(behind))
        cost += _cost_of_capitals(text, place)
        if sign.lower() not in _BY_ITSELF and not _is_letter(before) and not _is_letter(behind):
            cost += _LONELY
    return cost, pairs


def _is_letter(sign: str) -> bool:
    return sign.isalpha() and sign not in _SIGNS


def _small(sign: str) -> str:
    return " " if not _is_letter(sign) else "i" if sign == "İ" else sign.lower()


def _is_contracted(text: str, place: int) -> bool:
    """Whether an apostrophe stands where letters are left out: l'or, Ann's."""
    return text[:place].lower() in _CONTRACTED or text[place + 1 :].lower() in {"s", "t"}


def _is_at_home(text: str, place: int) -> bool:
    return len(text) > 1 and any(before.search(text[:place]) and behind.match(text, place + 1) for before, behind in _HOMES.get(text[place], ()))


def _cost_of_sign(text: str, place: int, before: str, behind: str) -> float:
    sign = text[place]
    if _is_at_home(text, place):
        return _HOME
    if text in _ALONE:
        return _ALONE[text]
    if sign not in _SIGNS:
        return _NO_TEXT if sign.isprintable() else 2 * _NO_TEXT
    return _SIGNS[sign] + _cost_of_place(text, place, before, behind)


def _cost_of_place(text: str, place: int, before: str, behind: str) -> float:
    """What it costs that a sign stands beside letters or numbers where it seldom does."""
    sign = text[place]
    if sign == "–" and place == 1 and before.isupper() and behind.islower():  # K–rauta, T–shirt
        return _UNLIKE / 3
    if sign in _APART and (_is_letter(before) or _is_letter(behind)):
        return _UNLIKE
    if _is_letter(before) and _is_letter(behind):
        return 0.0 if sign == _NBSP or (sign in _APOSTROPHES and _is_contracted(text, place)) else _UNLIKE
    if (_is_letter(before) and sign in _OPEN) or (_is_letter(behind) and sign in _CLOSE):
        return _UNLIKE / 3
    is_unlike = (before.isdigit() and sign not in _BEHIND_NUMBERS) or (behind.isdigit() and not before.isdigit() and sign not in _BEFORE_NUMBERS)
    return _UNLIKE if is_unlike else 0.0


def _cost_of_capitals(text: str, place: int) -> float:
    """No word has a capital behind a small letter, and few have a small letter behind two capitals."""
    around = text[max(place - 1, 0) : place + 2]
    wrong = sum(first.islower() and first not in "ßı" and second.isupper() for first, second in pairwise(around))
    forms = "".join("A" if sign.isupper() else "a" if sign.islower() and sign != "ß" else "." for sign in text[max(place - 2, 0) : place + 3])
    return _UNLIKE * wrong + (_UNLIKE / 2 if "AAa" in forms else 0.0)


class _Pairs(dict[str, float]):
    """How likely a letter stands behind another in one language (a natural logarithm)."""

    def __init__(self, words: Iterable[str]) -> None:
        """Count the pairs in words."""
        super().__init__()
        marked = [f" {word.lower()} " for word in words]
        self.pairs = Counter(first + second for word in marked for first, second in pairwise(word))
        self.firsts = Counter(sign for word in marked for sign in word[:-1])
        self.letters = Counter(sign for word in marked for sign in word[1:])
        if "a" in self.letters:
            self.letters.update("abcdefghijklmnopqrstuvwxyz")
        self.all = self.letters.total()

    def __missing__(self, pair: str) -> float:
        first, second = pair[0], pair[1]
        if second not in self.letters or (first not in self.letters and first != " "):
            likely = _UNKNOWN
        else:
            likely = log((self.pairs[pair] + _STRENGTH * self.letters[second] / self.all) / (self.firsts[first] + _STRENGTH))
        self[pair] = likely
        return likely


@cache
def _languages() -> dict[str, _Pairs]:
    words = tomllib.loads(resources.files(__package__).joinpath("words_of_languages.toml").read_text(encoding="utf-8"))
    return {language: _Pairs(of_language.split()) for language, of_language in words.items()}

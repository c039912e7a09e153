"""Which letters the bytes of a text file stand for: byte order mark, then strict UTF-8, then the one of Europe's encodings in which its words are words."""

from __future__ import annotations

import codecs
import re
from collections.abc import Generator, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from goodterms.errors import AnswerNeededError, MappingError, Question, UnreadableFileError
from goodterms.intake.mapping.answers import choice
from goodterms.intake.tables.letters import SURE, InEncoding, Words, readings
from goodterms.intake.tables.plain_cells import SIGNS
from goodterms.intake.tables.quoting import unwrapped
from goodterms.problems import Origin, Problem, Severity

CHUNK = 1 << 22
LONGEST_LINE = 1 << 22
"""Characters of one line beyond which a file is no table."""
NOT_TEXT = 0.05
"""Share of NUL bytes at the start of a file beyond which it is no text."""
OUTWEIGH = 2
"""A file counts as UTF-8 with damaged lines if, of its lines beyond ASCII, at least so many times more are UTF-8 than are not."""
SAID = 8
"""Line numbers named in a sentence."""

_MARKS = (
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_FOREIGN = {
    b"\x1f\x8b": "is compressed (gzip). Unpack it first: gunzip FILE",
    b"\x28\xb5\x2f\xfd": "is compressed (zstandard). Unpack it first: zstd -d FILE",
    b"BZh": "is compressed (bzip2). Unpack it first: bunzip2 FILE",
    b"\xfd7zXZ": "is compressed (xz). Unpack it first: unxz FILE",
    b"7z\xbc\xaf": "is a 7-Zip archive. Unpack it and name the file inside.",
    b"{\\rtf": "is a formatted text (RTF). Save its table as CSV or XLSX.",
    b"%PDF": "is a PDF. Export the same list as CSV or XLSX.",
    b"SQLite format 3": "is a SQLite database. Export the table as CSV.",
}
_IN_TEXT = bytes({*b"\t\n\r\x01\x1a\x1c\x1d\x1e\x1f", *range(32, 256)})
"""Control characters that text may hold, and all that is above them."""
_WESTERN = frozenset({"cp1252", "iso-8859-15"})
"""What is read without a word on it."""
_MOST_CHOICES = 3
_ASCII = bytes(range(0x80))
_ASCII_IN_LINES = _ASCII.translate(None, b"\r\n")
_MOST_KNOWN = 100_000
"""So many runs of bytes beyond ASCII are kept in mind as UTF-8 or not."""
_CONTROLS = re.compile("[\x80-\x9f]")
_AS_WINDOWS = {code: letter for code in range(0x80, 0xA0) if (letter := bytes([code]).decode("cp1252", "ignore"))}
"""Control characters that no text has, and the letters of Windows-1252 that they were before a file was converted as if it were Latin-1."""
UNDECODABLE = re.compile("[\udc80-\udcff]")
"""A byte that the encoding does not know, as ``surrogateescape`` keeps it."""


@dataclass(frozen=True)
class Decoding:
    """What reading all bytes of a text file once has shown.

    ``lines`` are physical lines, ended by CR, LF or CRLF; ``line_end`` is the one that all have, or ``""`` where they differ;
    ``inner_line_feeds`` says that CRLF and single LF both occur; ``damaged`` that some bytes are not in the encoding, ``nul`` that some are zero,
    ``controls`` that letters of Windows-1252 stand in it as control characters; ``odd_cells`` that it has signs that cells are to be rid of;
    ``wrapped`` that each line stands in quotes as a whole.
    """

    encoding: str
    lines: int
    line_end: str
    inner_line_feeds: bool
    damaged: bool
    nul: bool
    problems: tuple[Problem, ...] = ()
    controls: bool = False
    odd_cells: bool = False
    wrapped: bool = False

    @property
    def is_plain_utf8(self) -> bool:
        """True where the engine's own reader sees the same letters as we do."""
        return self.encoding in {"utf-8", "utf-8-sig"} and not self.damaged and not self.nul and not self.controls and not self.wrapped


def find_encoding(path: Path, file: str, *, wanted: str | None = None) -> Decoding:
    """Read the whole file once and say how it is encoded.

    Raises
    ------
    UnreadableFileError
        The file is empty, no text, or not in the encoding that its mark or the mapping (``wanted``) names.
    AnswerNeededError
        Its words are words in two encodings.
    MappingError
        The mapping names an encoding that does not exist.
    """
    with path.open("rb") as stream:
        start = stream.read(1 << 16)
    if not start.strip(b"\x00\xef\xbb\xbf\xff\xfe \t\r\n"):
        _refuse_nothing(path, file, start)
    for magic, what in _FOREIGN.items():
        if start.startswith(magic):
            raise UnreadableFileError(f"{file} {what}")
    if wanted:
        return _as_wanted(path, file, wanted)
    marked = next((encoding for mark, encoding in _MARKS if start.startswith(mark)), None)
    if marked is None:
        _refuse_binary(file, start)
    if marked in {"utf-16", "utf-32"}:
        return _strict(path, file, marked)
    encoding = marked or "utf-8"
    try:
        return _scan(path, file, encoding, "strict")
    except UnicodeDecodeError:
        return _by_lines(path, file, encoding)


def sample_lines(path: Path, decoding: Decoding, *, characters: int = 1 << 18) -> list[str]:
    """Return the first complete physical lines, ends included, of about so many characters in all; a very long one counts for an eighth of them."""
    lines: list[str] = []
    size = 0
    for line in decoded_lines(path, decoding):
        lines.append(line)
        size += min(len(line), characters // 8)
        if size >= characters:
            break
    return lines


def decoded_lines(path: Path, decoding: Decoding) -> Generator[str]:
    """Yield the physical lines, ends included; a byte that the encoding does not know comes as ``UNDECODABLE``."""
    with path.open(encoding=decoding.encoding, errors=tolerance(decoding.encoding), newline="") as stream:
        lines: Iterator[str] = (line.translate(_AS_WINDOWS) for line in stream) if decoding.controls else stream
        yield from map(unwrapped, lines) if decoding.wrapped else lines


def mended(text: str) -> str:
    r"""Return the text with every undecodable byte read as Windows-1252, which is what it most often is.

    >>> mended(b"H\xe4meenlinna".decode("utf-8", "surrogateescape"))
    'Hämeenlinna'
    """
    return UNDECODABLE.sub(lambda found: bytes([ord(found.group()) - 0xDC00]).decode("cp1252", "replace"), text)


def tolerance(encoding: str) -> str:
    """Return the handler that keeps undecodable bytes apart, for encodings where single bytes can be wrong."""
    return "strict" if codecs.lookup(encoding).name.startswith(("utf-16", "utf-32")) else "surrogateescape"


def write_as_utf8(path: Path, decoding: Decoding, to: Path) -> None:
    """Write the same letters as UTF-8, in bounded memory."""
    with path.open(encoding=decoding.encoding, newline="") as source, to.open("w", encoding="utf-8", newline="") as target:
        if decoding.wrapped:
            target.writelines(decoded_lines(path, decoding))
            return
        while text := source.read(CHUNK):
            target.write(text.translate(_AS_WINDOWS) if decoding.controls else text)


def _refuse_nothing(path: Path, file: str, start: bytes) -> None:
    size = path.stat().st_size
    if size == 0:
        raise UnreadableFileError(f"{file} is empty. Export it again.")
    if size <= len(start):
        what = "NUL bytes" if b"\x00" in start else "blanks and line ends"
        raise UnreadableFileError(f"{file} holds nothing but {what}. Export it again.")


def _refuse_binary(file: str, start: bytes) -> None:
    zeros = start.count(0)
    if len(start.translate(None, _IN_TEXT)) - zeros > NOT_TEXT * len(start):
        raise UnreadableFileError(f"{file} is no text file: it holds bytes that no letter has. Export the list as CSV, XLSX or Parquet.")
    if zeros <= NOT_TEXT * len(start):
        return
    by_place = [start[place::4].count(0) for place in range(4)]
    even, odd = by_place[0] + by_place[2], by_place[1] + by_place[3]
    guess = ""
    if max(even, odd) > 0.8 * zeros and zeros < 0.6 * len(start):
        guess = "utf-16-le" if odd > even else "utf-16-be"
    elif zeros > 0.7 * len(start) and min(by_place[0], by_place[3]) < 0.1 * len(start) / 4:
        guess = "utf-32-le" if by_place[0] < by_place[3] else "utf-32-be"
    if guess:
        looks = f"it looks like {guess[:6].upper()} without its mark"
        raise UnreadableFileError(f'{file} holds NUL bytes: {looks}. If it is, put into the mapping file   dialect = {{ encoding = "{guess}" }}')
    raise UnreadableFileError(f"{file} holds NUL bytes: it is no text file. Export the list as CSV, XLSX or Parquet.")


def _as_wanted(path: Path, file: str, wanted: str) -> Decoding:
    try:
        "".encode(wanted)
        codecs.getincrementaldecoder(wanted)(tolerance(wanted)).decode("1;2".encode(wanted))
    except (LookupError, TypeError, ValueError):
        raise MappingError(
            f'{file}: the mapping names the encoding "{wanted}", which does not exist. Known are for example utf-8, cp1252, iso-8859-15, utf-16.'
        ) from None
    with path.open("rb") as stream:
        marked = stream.read(3) == codecs.BOM_UTF8
    encoding = "utf-8-sig" if marked and codecs.lookup(wanted).name == "utf-8" else wanted
    if tolerance(encoding) == "strict":
        return _strict(path, file, encoding)
    try:
        return _scan(path, file, encoding, "strict")
    except UnicodeError:
        return _scan(path, file, encoding, tolerance(encoding), damaged=True)


def _strict(path: Path, file: str, encoding: str) -> Decoding:
    try:
        return _scan(path, file, encoding, "strict")
    except UnicodeError:
        raise UnreadableFileError(f"{file} is not whole: its bytes are no valid {encoding.upper()}. Export it again, as UTF-8.") from None


def _texts(path: Path, encoding: str, errors: str) -> Iterator[str]:
    decoder = codecs.getincrementaldecoder(encoding)(errors)
    with path.open("rb") as stream:
        while chunk := stream.read(CHUNK):
            yield decoder.decode(chunk)
    yield decoder.decode(b"", final=True)


def _scan(path: Path, file: str, encoding: str, errors: str, *, damaged: bool = False, problems: tuple[Problem, ...] = ()) -> Decoding:
    line_feeds = returns = both = since = controls = 0
    nul = odd_cells = False
    last = ""
    for text in _texts(path, encoding, errors):
        if not text:
            continue
        line_feeds += text.count("\n")
        returns += text.count("\r")
        both += text.count("\r\n") + (last == "\r" and text[0] == "\n")
        nul = nul or "\0" in text
        odd_cells = odd_cells or any(sign in text for sign in SIGNS)
        controls += 0 if text.isascii() else len(_CONTROLS.findall(text))
        end = max(text.rfind("\n"), text.rfind("\r"))
        since = len(text) - end - 1 if end >= 0 else since + len(text)
        _refuse_long(file, since)
        last = text[-1]
    kinds = {"\r\n": both, "\n": line_feeds - both, "\r": returns - both}
    used = [end for end, times in kinds.items() if times]
    return Decoding(
        encoding=encoding,
        lines=sum(kinds.values()) + (last not in {"", "\n", "\r"}),
        line_end=used[0] if len(used) == 1 else "",
        inner_line_feeds=used == ["\r\n", "\n"],
        damaged=damaged,
        nul=nul,
        problems=(*problems, *_said_of_controls(file, controls)),
        controls=controls > 0,
        odd_cells=odd_cells,
    )


def _said_of_controls(file: str, times: int) -> tuple[Problem, ...]:
    """UTF-8 made from Windows-1252 as if that were Latin-1 has control characters where dashes, quotes and euro signs were."""
    if not times:
        return ()
    many = f"{times:,} control characters stand in it where" if times > 1 else "a control character stands in it where"
    sentence = f"{many} Windows has letters such as – ’ €: it was converted wrongly once. They are read as these letters."
    return (Problem("converted-wrongly", Severity.NOTICE, Origin(file), sentence=sentence, action="Look whether names are right."),)


def _by_lines(path: Path, file: str, encoding: str) -> Decoding:
    """Not all of it is UTF-8: another encoding as a whole, or UTF-8 with damaged lines, by which of the two most lines are."""
    wrong, good, words = _lines_by_utf8(path, file)
    if encoding == "utf-8-sig" or good.many >= OUTWEIGH * wrong.many:
        sentence = f"most of the file is UTF-8, but {wrong} not: two encodings are mixed."
        action = "These records are rejected. Export the file in one encoding, or mend the rejected rows."
        problem = Problem("mixed-encodings", Severity.WARNING, Origin(file), sentence=sentence, action=action, rows=wrong.many)
        return _scan(path, file, encoding, "surrogateescape", damaged=True, problems=(problem,))
    read = _by_letters(file, words)
    problems: list[Problem] = []
    if good.many:
        sentence = f"the file is read as {read.said}, but {good} written in UTF-8: two encodings are mixed, and names there look wrong."
        action = "Export the file in one encoding."
        problems.append(Problem("mixed-encodings", Severity.WARNING, Origin(file), sentence=sentence, action=action, rows=good.many))
    if read.encoding not in _WESTERN:
        sentence = f"its letters are read as {read.said}, in which its words are words: {', '.join(read.words[:3])}."
        action = "If they are not, name its encoding in the mapping: dialect = { encoding = … }"
        problems.append(Problem("encoding-by-words", Severity.NOTICE, Origin(file), sentence=sentence, action=action))
    try:
        return _scan(path, file, read.encoding, "strict", problems=tuple(problems))
    except UnicodeDecodeError:
        return _scan(path, file, read.encoding, "surrogateescape", damaged=True, problems=tuple(problems))


def _by_letters(file: str, words: Words) -> InEncoding:
    """The encoding in which the words are words; where that is so in two, the user says which."""
    best, *others = readings(list(words.lines))
    rivals = [reading for reading in others if best.score - reading.score < SURE]
    if not rivals:
        return best
    likely = [best, *rivals][:_MOST_CHOICES]
    evidence = [
        f"line {line:,}: {' or '.join(dict.fromkeys(read))}"
        for line, *read in zip(words.lines.values(), *(reading.words for reading in likely), strict=True)
        if len(set(read)) > 1
    ]
    sentence = f"{file}: its letters can be read in {'two' if len(likely) == 2 else 'three'} ways, and nothing in the file decides."
    choices = [choice(f"{reading.said}, as in {_differing(reading, likely)}", dialect={"encoding": reading.encoding}) for reading in likely]
    raise AnswerNeededError(Question("encoding", sentence, tuple(evidence[:SAID]), tuple(choices)))


def _differing(reading: InEncoding, likely: Sequence[InEncoding]) -> str:
    """The first word that the readings do not read alike."""
    return next(word for word, *read in zip(reading.words, *(one.words for one in likely), strict=True) if len(set(read)) > 1)


@dataclass
class _Lines:
    """How many lines, and the numbers of the first ones."""

    many: int = 0
    first: list[int] = field(default_factory=list)

    def note(self, number: int) -> None:
        self.many += 1
        if len(self.first) < SAID:
            self.first.append(number)

    def __str__(self) -> str:
        named = ", ".join(f"{number:,}" for number in self.first)
        more = f" and {self.many - SAID:,} more" if self.many > SAID else ""
        return f"line {named} is" if self.many == 1 else f"lines {named}{more} are"


def _lines_by_utf8(path: Path, file: str) -> tuple[_Lines, _Lines, Words]:
    """The lines with bytes that are no UTF-8, and those that have letters beyond ASCII and are UTF-8; and the words of the first ones."""
    wrong, good, words = _Lines(), _Lines(), Words()
    before = 0
    is_never: dict[bytes, bool] = {}
    for block in _byte_lines(path, file):
        text = b"".join(block)
        enough = words.suffice(text)
        for place, beyond in enumerate(_beyond_ascii(text, block)):
            if not beyond:
                continue
            if beyond not in is_never:
                is_never[beyond] = not _is_utf8(beyond)
            line = block[place]
            if not is_never[beyond] and _is_utf8(line):
                good.note(before + place + 1)
                continue
            wrong.note(before + place + 1)
            if not enough and not words.suffice(line):
                words.gather(line, before + place + 1)
        before += len(block)
        if len(is_never) > _MOST_KNOWN:
            is_never.clear()
    return wrong, good, words


def _beyond_ascii(text: bytes, lines: Sequence[bytes]) -> Sequence[bytes]:
    """Of each line the bytes beyond ASCII: if these are no UTF-8 one after the other, the line is none."""
    found = text.translate(None, _ASCII_IN_LINES).splitlines() if not text.isascii() else []
    return found if len(found) == len(lines) or not found else [line.translate(None, _ASCII) for line in lines]


def _byte_lines(path: Path, file: str) -> Iterator[list[bytes]]:
    """Yield the lines of the file in blocks; a line that is no end yet waits for the next block."""
    rest = b""
    with path.open("rb") as stream:
        while chunk := stream.read(CHUNK):
            lines = (rest + chunk).splitlines(keepends=True)
            rest = lines.pop()
            _refuse_long(file, len(rest))
            yield lines
    yield [rest] if rest else []


def _refuse_long(file: str, size: int) -> None:
    if size > LONGEST_LINE:
        raise UnreadableFileError(f"{file} has a line of more than {LONGEST_LINE:,} characters: it is no table. Export it again.")


def _is_utf8(line: bytes) -> bool:
    try:
        line.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True

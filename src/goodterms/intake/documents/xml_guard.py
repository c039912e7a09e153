"""XML of strangers, read safely: no document types, no entities, nothing fetched, and no more memory than a file of business needs.

Whatever the encoding, the parser sees UTF-8. A document type that only names an external definition (as Finvoice 1.x does) is blanked out and never
opened; one with declarations of its own is refused.
"""

from __future__ import annotations

import codecs
import re
from collections.abc import Iterable, Iterator
from typing import IO, Any

from lxml import etree

from goodterms.errors import UnreadableFileError

MOST_BYTES = 64 << 20
"""Most bytes of a document that is read whole, and of what stands between two elements of one that is read in passing."""
MOST_NODES = 1_000_000
"""Most elements and attributes there: each takes some 150 bytes of memory, whatever it holds."""
DEEPEST = 64
"""Levels of elements; an invoice has about ten, a signed one twenty."""
LONGEST_PROLOG = 64 << 10
LONGEST_DECLARATION = 1 << 10
CHUNK = 1 << 20
AGAIN = "Export it again, or ask the sender for the original file."

_ENCODINGS = re.compile(r"utf-?8|(us-)?ascii|iso[-_]?8859[-_]?\d{1,2}|latin-?[19]|(windows|cp)-?12[0-9]{2}", re.IGNORECASE)
_UTF_16 = re.compile(r"utf-?16(le|be)?|ucs-?2", re.IGNORECASE)
_DECLARED = re.compile(rb"""<\?xml\s[^>]*?encoding\s*=\s*["']([^"']*)["'][^>]*?\?>""")
_QUOTED = re.compile(rb""""[^"]*"|'[^']*'""")
_PLACE_IN_MESSAGE = re.compile(r", line \d+, column \d+.*$", re.DOTALL)
_SAFE = {
    "resolve_entities": False,
    "no_network": True,
    "load_dtd": False,
    "dtd_validation": False,
    "attribute_defaults": False,
    "remove_comments": True,
    "remove_pis": True,
    "collect_ids": False,
}
_too_deep = etree.XPath(f"boolean({'/*' * (DEEPEST + 1)})")


def parse(data: bytes, name: str, *, most_bytes: int = MOST_BYTES, most_nodes: int = MOST_NODES, lines_above: int = 0) -> Any:
    """Return the root element of an XML document, without comments and processing instructions.

    Parameters
    ----------
    data
        The document.
    name
        What a person calls the file: it stands in every refusal.
    most_bytes, most_nodes
        What is refused beyond.
    lines_above
        How many lines of the file stand above the document: a refusal names the line of the file.

    Raises
    ------
    UnreadableFileError
        It is no XML, is damaged, declares entities, is in an unknown encoding, or is larger or deeper than a document of business is.

    Examples
    --------
    >>> parse("<?xml version='1.0' encoding='ISO-8859-15'?><price>€ 5</price>".encode("iso8859-15"), "price.xml").text
    '€ 5'
    """
    if len(data) > most_bytes:
        raise _too_large(most_bytes, most_nodes, name)
    plain = _without_prolog(_as_utf_8(data, name), name)
    if _nodes(plain) > most_nodes:
        raise _too_large(most_bytes, most_nodes, name)
    try:
        root = etree.fromstring(plain, etree.XMLParser(huge_tree=True, **_SAFE))
    except etree.XMLSyntaxError as error:
        line, column = error.position
        raise _damaged(name, (line + lines_above, column), error.msg) from None
    if _too_deep(root):
        raise _nested(name)
    return root


def iterparse(stream: IO[bytes], name: str, tags: Iterable[str], *, most_bytes: int = MOST_BYTES, most_nodes: int = MOST_NODES) -> Iterator[Any]:
    """Yield the elements of the named tags (without namespace) as they end, each once, however large the document is.

    An element is taken out of the tree when the next one is yielded. What stands before it and around it (a statement's balances, a file's head) stays
    and is reached through ``getparent``; it must not grow beyond ``most_bytes`` and ``most_nodes`` between two elements, so everything that comes in
    thousands is to be named.

    Raises
    ------
    UnreadableFileError
        As :func:`parse`, when the place is reached.

    Examples
    --------
    >>> import io
    >>> [entry.text for entry in iterparse(io.BytesIO(b"<a><e>1</e><skip/><e>2</e></a>"), "a.xml", ["e"])]
    ['1', '2']
    """
    parser = etree.XMLPullParser(events=("end",), tag=[f"{{*}}{tag}" for tag in tags], **_SAFE)
    held = _Held(most_bytes, most_nodes, name)
    last: Any = None
    try:
        for chunk in _chunks_in_utf_8(stream, name):
            held.add(chunk)
            parser.feed(chunk)
            for _, element in parser.read_events():
                if last is None:
                    held.root = element.getroottree().getroot()
                elif last.getparent() is not None:
                    last.getparent().remove(last)
                yield element
                last = element
        parser.close()
    except etree.XMLSyntaxError as error:
        first = next(iter(parser.feed_error_log), None)
        raise _damaged(name, error.position, error.msg) if first is None else _damaged(name, (first.line, first.column), first.message) from None


class _Held:
    """What is kept of a document that is read in passing: an upper bound, measured anew when it reaches the limit."""

    def __init__(self, most_bytes: int, most_nodes: int, name: str) -> None:
        self.most_bytes, self.most_nodes, self.name = most_bytes, most_nodes, name
        self.size = self.nodes = 0
        self.root: Any = None

    def add(self, chunk: bytes) -> None:
        self.size += len(chunk)
        self.nodes += _nodes(chunk)
        if (self.size > self.most_bytes or self.nodes > self.most_nodes) and self.root is not None:
            kept = etree.tostring(self.root)
            self.size, self.nodes = 2 * len(kept), 2 * _nodes(kept)  # twice: so it is measured once for every half of the limit
        if self.size > self.most_bytes or self.nodes > self.most_nodes:
            raise _too_large(self.most_bytes, self.most_nodes, self.name)


def local_name(element: Any) -> str:
    """Return an element's tag without its namespace.

    >>> local_name(parse(b"<x:Invoice xmlns:x='urn:y'/>", "a.xml"))
    'Invoice'
    """
    return str(element.tag).rpartition("}")[2]


def _nodes(text: bytes) -> int:
    """Return no fewer than the elements and attributes that the text makes."""
    return text.count(b"<") - text.count(b"</") + text.count(b"=")


def _too_large(most_bytes: int, most_nodes: int, name: str) -> UnreadableFileError:
    size = f"{most_bytes >> 20:,} MiB" if most_bytes >> 20 else f"{most_bytes:,} bytes"
    said = f"{name} has more than {size} or {most_nodes:,} elements and attributes in one piece"
    return UnreadableFileError(f"{said}, which no document of its kind has. {AGAIN}")


def _nested(name: str) -> UnreadableFileError:
    return UnreadableFileError(f"{name}: its XML is nested more than {DEEPEST} levels deep, which no document of its kind is. {AGAIN}")


def _damaged(name: str, place: tuple[int, int], message: str | None) -> UnreadableFileError:
    if message and message.startswith("Excessive depth"):
        return _nested(name)
    why = _PLACE_IN_MESSAGE.sub("", message or "it is empty").strip().rstrip(".")[:160]
    return UnreadableFileError(f"{name}: its XML is damaged at line {place[0]:,}, column {place[1]:,} ({why}). {AGAIN}")


def _as_utf_8(data: bytes, name: str) -> bytes:
    encoding = _encoding_of(data[:LONGEST_PROLOG], name)
    if encoding == "utf-8":
        return data
    try:
        return data.decode(encoding).encode("utf-8")
    except UnicodeError:
        raise _not_in(encoding, name) from None


def _chunks_in_utf_8(stream: IO[bytes], name: str) -> Iterator[bytes]:
    """Yield the stream as UTF-8 without its prolog."""
    first = stream.read(LONGEST_PROLOG)
    encoding = _encoding_of(first, name)
    decode = None if encoding == "utf-8" else codecs.getincrementaldecoder(encoding)()
    try:
        yield _without_prolog(decode.decode(first).encode() if decode else first, name)
        while chunk := stream.read(CHUNK):
            yield decode.decode(chunk).encode() if decode else chunk
        if decode:
            yield decode.decode(b"", final=True).encode()
    except UnicodeError:
        raise _not_in(encoding, name) from None


def _not_in(encoding: str, name: str) -> UnreadableFileError:
    return UnreadableFileError(f"{name} says that it is written in {encoding}, which it is not. {AGAIN}")


def _encoding_of(start: bytes, name: str) -> str:
    """Return Python's name of the encoding, by the byte order mark, else by what the XML declares."""
    if start.startswith((codecs.BOM_UTF32_LE, codecs.BOM_UTF32_BE)):
        raise UnreadableFileError(f"{name} is written in UTF-32, which is not read. Save it as UTF-8.")
    if start.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return "utf-16"
    for sign, encoding in ((b"<\0?\0", "utf-16-le"), (b"\0<\0?", "utf-16-be")):
        if start.startswith(sign):
            return encoding
    declared = _DECLARED.match(start.removeprefix(codecs.BOM_UTF8).lstrip()[:LONGEST_DECLARATION])
    said = declared[1].decode("latin-1")[:40] if declared and not start.startswith(codecs.BOM_UTF8) else "utf-8"
    if _UTF_16.fullmatch(said):  # the declaration can be read byte by byte, so it is not: a program has saved its text as UTF-8
        said = "utf-8"
    try:
        if _ENCODINGS.fullmatch(said):
            return codecs.lookup(said).name.replace("ascii", "utf-8")
    except LookupError:
        pass
    raise UnreadableFileError(f"{name} says that it is written in {said}, which is not read. Save it as UTF-8.")


def _without_prolog(text: bytes, name: str) -> bytes:
    """Blank out all that stands before the root element (its line and column stay), and refuse a document type with declarations.

    Raises
    ------
    UnreadableFileError
        No root element begins within the first 64 KiB, or entities may be declared.
    """
    text = text.removeprefix(codecs.BOM_UTF8)
    place = 0
    while True:
        place += len(text[place : place + LONGEST_PROLOG]) - len(text[place : place + LONGEST_PROLOG].lstrip())
        end = _end_of_prolog_part(text, place, name)
        if end == place:
            return re.sub(rb"[^\n]", b" ", text[:place]) + text[place:] if place else text
        place = end
        if place > LONGEST_PROLOG:
            raise UnreadableFileError(f"{name}: no XML element begins within its first {LONGEST_PROLOG >> 10} KiB. {AGAIN}")


def _end_of_prolog_part(text: bytes, place: int, name: str) -> int:
    """Return where a comment, instruction or document type ends; the same place where the root element begins."""
    for opens, closes in ((b"<?", b"?>"), (b"<!--", b"-->")):
        if text.startswith(opens, place):
            end = text.find(closes, place + len(opens), place + LONGEST_PROLOG)
            if end < 0:
                raise UnreadableFileError(f"{name}: its XML begins with {opens.decode()} that never ends. {AGAIN}")
            return end + len(closes)
    if text.startswith(b"<!DOCTYPE", place):
        head = text[place : place + LONGEST_PROLOG]
        bare = _QUOTED.sub(lambda quoted: b" " * len(quoted[0]), head)
        end = bare.find(b">")
        if end < 0 or b"[" in bare[:end]:
            raise UnreadableFileError(f"{name} declares a document type with entities of its own, which may be a trap. Ask the sender for the file without it.")
        return place + end + 1
    if not re.match(rb"<[A-Za-z_:\x80-\xff]", text[place : place + 2]):
        what = "is empty" if not text[place : place + 1] else "is no XML"
        raise UnreadableFileError(f"{name} {what}. {AGAIN}")
    return place

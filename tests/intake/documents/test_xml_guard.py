"""XML of strangers is read whatever its encoding, and every trick ends in one sentence."""

from __future__ import annotations

import io
import time
import tracemalloc

import pytest
from hypothesis import given
from hypothesis import strategies as st

from goodterms.errors import UnreadableFileError
from goodterms.intake.documents.xml_guard import DEEPEST, iterparse, local_name, parse


def refusal(data, **limits):
    """What both ways of reading say of a file that they refuse; they say the same."""
    with pytest.raises(UnreadableFileError) as whole:
        parse(data, "a.xml", **limits)
    with pytest.raises(UnreadableFileError) as passing:
        list(iterparse(io.BytesIO(data), "a.xml", ["none"], **limits))
    assert str(whole.value) == str(passing.value)
    return str(whole.value)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "iso-8859-1", "iso-8859-15", "windows-1252"])
def test_xml_is_read_in_the_encoding_that_it_declares(encoding):
    declared = encoding.removesuffix("-sig").removesuffix("-le").removesuffix("-be")
    data = f'<?xml version="1.0" encoding="{declared}"?>\n<nimi>Pöytä &amp; Åke</nimi>'.encode(encoding)
    assert parse(data, "a.xml").text == "Pöytä & Åke"
    assert [element.text for element in iterparse(io.BytesIO(data), "a.xml", ["nimi"])] == ["Pöytä & Åke"]


@given(st.text(st.characters(codec="utf-8", exclude_categories=["C", "Z"])), st.sampled_from(["utf-8", "utf-16", "utf-8-sig"]))
def test_any_text_comes_back(text, encoding):
    escaped = text.replace("&", "&amp;").replace("<", "&lt;").replace("]]>", "]]&gt;")
    data = f"<a><b>{escaped}</b></a>".encode(encoding)
    assert parse(data, "a.xml")[0].text == (text or None)


def test_utf_16_that_was_saved_as_utf_8_is_read():
    assert parse('<?xml version="1.0" encoding="utf-16"?><a>ä</a>'.encode(), "a.xml").text == "ä"


def test_comments_and_instructions_leave_the_text_whole():
    root = parse(b"<!-- head --><?style x?>\n\n<x:a xmlns:x='u'>12<!-- cut -->34<?cut?>5</x:a>", "a.xml")
    assert (root.text, local_name(root), root.sourceline) == ("12345", "a", 3)


def test_a_document_type_that_names_a_file_is_passed_over(tmp_path):
    """Finvoice 1.x names its definition; it is not opened, be it there or not."""
    dtd = tmp_path / "Finvoice.dtd"
    dtd.write_text('<!ENTITY firm "Trap Oy"><!ATTLIST Finvoice Version CDATA "9.9">')
    root = parse(f"<!DOCTYPE Finvoice SYSTEM '{dtd.as_uri()}'>\n<Finvoice/>".encode(), "a.xml")
    assert dict(root.attrib) == {}
    assert "damaged at line 2, column" in refusal(f'<!DOCTYPE Finvoice SYSTEM "{dtd.as_uri()}">\n<Finvoice>&firm;</Finvoice>'.encode())


LAUGHS = b'<!DOCTYPE a [<!ENTITY l "ha">' + b"".join(b'<!ENTITY l%d "%s">' % (n, b"&l%d;" % (n - 1) * 10) for n in range(1, 10)) + b"]><a>&l9;</a>"
FETCH = b'<!DOCTYPE a [<!ENTITY f SYSTEM "file:///etc/hostname">]><a>&f;</a>'
PARAMETER = b'<!DOCTYPE a SYSTEM "x>[" [<!ENTITY % f SYSTEM "http://127.0.0.1:9/x"> %f;]><a/>'


@pytest.mark.parametrize("data", [LAUGHS, FETCH, PARAMETER])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-16"])
def test_entities_are_refused_before_they_are_read(data, encoding):
    said = refusal(data.decode().encode(encoding))
    assert said == "a.xml declares a document type with entities of its own, which may be a trap. Ask the sender for the file without it."


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"", "a.xml is empty."),
        (b"   \n", "a.xml is empty."),
        (b"Invoice;Date\n1;2", "a.xml is no XML."),
        (b"%PDF-1.7", "a.xml is no XML."),
        (b"<", "a.xml is no XML."),
        (b"<!-- never", "a.xml: its XML begins with <!-- that never ends."),
        (b"<a><b></a>", "a.xml: its XML is damaged at line 1, column 11 (Opening and ending tag mismatch: b line 1 and a)."),
        (b"<a>\n<b>", "a.xml: its XML is damaged at line 2, column 4 (Premature end of data in tag b line 2)."),
        (b"<a/><b/>", "a.xml: its XML is damaged at line 1, column 5 (Extra content at the end of the document)."),
        ("<a>ä</a>".encode("latin-1"), "a.xml: its XML is damaged at line 1, column 4 (Invalid bytes in character encoding)."),
        ("<a>ä</a>".encode("utf-32"), "a.xml is written in UTF-32, which is not read."),
        (b"<?xml version='1.0' encoding='UTF-7'?><a>+ADw-</a>", "a.xml says that it is written in UTF-7, which is not read."),
        (b"<?xml version='1.0' encoding='UTF-8-W/O-BOM'?><a/>", "a.xml says that it is written in UTF-8-W/O-BOM, which is not read."),
        (b"<?xml version='1.0' encoding='iso-8859-99'?><a/>", "a.xml says that it is written in iso-8859-99, which is not read."),
        (b"<?xml version='1.0' encoding='windows-1252'?><a>\x81</a>", "a.xml says that it is written in cp1252, which it is not."),
        ("<a>ä</a>".encode("utf-16")[:-1], "a.xml says that it is written in utf-16, which it is not."),
    ],
)
def test_what_is_no_xml_is_refused_in_one_sentence(data, said):
    assert refusal(data).startswith(said)


def test_what_is_too_large_is_refused():
    assert refusal(b"<a>" + b"x" * 200 + b"</a>", most_bytes=100) == (
        "a.xml has more than 100 bytes or 1,000,000 elements and attributes in one piece, which no document of its kind has. "
        "Export it again, or ask the sender for the original file."
    )
    refusal(b"<a>" + b"<b/>" * 200 + b"</a>", most_nodes=100)
    refusal(b"<a " + b" ".join(b"b%d=''" % n for n in range(200)) + b"/>", most_nodes=100)


@pytest.mark.parametrize("levels", [DEEPEST + 1, 1_000, 500_000])
def test_what_is_too_deep_is_refused(levels):
    with pytest.raises(UnreadableFileError, match="nested more than 64 levels deep"):
        parse(b"<a>" * levels + b"</a>" * levels, "a.xml")
    if levels > 256:
        with pytest.raises(UnreadableFileError, match="nested more than 64 levels deep"):
            list(iterparse(io.BytesIO(b"<a>" * levels + b"</a>" * levels), "a.xml", ["b"]))


def test_a_legal_depth_is_read():
    assert local_name(parse(b"<a>" * DEEPEST + b"</a>" * DEEPEST, "a.xml")) == "a"


@pytest.mark.parametrize(
    "data",
    [
        b"<a>" + b"<b c='d'/>" * 330_000 + b"</a>",
        b"<a " + b" ".join(b"b%d=''" % n for n in range(900_000)) + b"/>",
        b"<a " + b" ".join(b"xmlns:b%d='u%d'" % (n, n) for n in range(50_000)) + b">" + b"<b0:c/>" * 400_000 + b"</a>",
        b"<a>" + b"&#65;" * 4_000_000 + b"</a>",
    ],
    ids=["elements", "attributes", "namespaces", "characters"],
)
def test_the_most_that_is_accepted_takes_no_long_time(data):
    started = time.process_time()
    parse(data, "a.xml")
    assert time.process_time() - started < 10


def test_reading_in_passing_keeps_what_is_around_and_lets_go_what_has_been():
    data = b"<s><Bal>7</Bal><e><n>1</n></e>\n<e><n>2</n></e> tail <e><n>3</n></e></s>"
    seen = []
    for entry in iterparse(io.BytesIO(data), "a.xml", ["e", "s"]):
        if local_name(entry) == "e":
            seen.append((entry.findtext("n"), entry.getparent().findtext("Bal")))
        else:
            assert [local_name(child) for child in entry] == ["Bal"]
    assert seen == [("1", "7"), ("2", "7"), ("3", "7")]


class endless(io.RawIOBase):  # noqa: N801
    """A file that is never held in memory: its beginning, its middle many times, its end."""

    def __init__(self, first, middle, times, last):
        self.parts = iter([first, *(middle for _ in range(times)), last])
        self.rest = b""

    def read(self, size=-1):
        while len(self.rest) < size and (part := next(self.parts, b"")):
            self.rest += part
        given, self.rest = self.rest[:size], self.rest[size:]
        return given


def test_a_large_file_is_read_in_little_memory():
    entries = b"<e a='1'><n>1</n></e>" * 300
    tracemalloc.start()
    found = sum(1 for _ in iterparse(endless(b"<s>", entries, 1_000, b"</s>"), "a.xml", ["e"], most_bytes=1 << 20, most_nodes=40_000))
    assert found == 300_000
    assert tracemalloc.get_traced_memory()[1] < 30e6
    tracemalloc.stop()


def test_what_nobody_asked_for_does_not_pile_up():
    """Between wanted elements a little of something else each time: together it is refused."""
    entries = b"<e/><junk a='1'><n>1</n></junk>" * 300
    with pytest.raises(UnreadableFileError, match="in one piece"):
        list(iterparse(endless(b"<s>", entries, 10_000, b"</s>"), "a.xml", ["e"], most_nodes=100_000))

"""Folders and zip files of documents: all in the same order, bounded, and a bad one is a sentence."""

from __future__ import annotations

import io
import os
import pickle
import sys
import zipfile

import pytest
from tests.intake.documents.written import codes, finvoice, finvoice_row, ubl, ubl_line

from goodterms.errors import UnreadableFileError
from goodterms.intake.documents import document_child, document_folder, document_list
from goodterms.intake.documents.document_child import read_place
from goodterms.intake.documents.document_folder import read_documents
from goodterms.intake.documents.document_list import DocumentPlace, list_documents


def invoice(number):
    return ubl([ubl_line(1, "10")], "10", number=str(number))


def packed(path, members, compression=zipfile.ZIP_DEFLATED):
    with zipfile.ZipFile(path, "w", compression) as file:
        for name, content in members:
            file.writestr(name, content)
    return path


@pytest.fixture
def inside(tmp_path, monkeypatch):
    """Names in problems are as the user gave them: here from the folder itself."""
    monkeypatch.chdir(tmp_path)
    return tmp_path


NAMED = "E-invoices end in .xml or .pdf. Name tables by themselves, and not by their folder."


def test_documents_of_a_folder_and_its_zip_files_are_read_in_the_order_of_names(inside):
    folder = inside / "inbox"
    (folder / "b").mkdir(parents=True)
    (folder / "z.XML").write_bytes(invoice(4))
    (folder / "b" / "x.xml").write_bytes(invoice(3))
    packed(folder / "a.zip", [("2/n.xml", invoice(2)), ("1.xml", invoice(1)), ("read me.txt", b"hello"), ("__MACOSX/1.xml", b"x")])
    (folder / "notes.docx").write_bytes(b"x")
    read = read_documents(["inbox"])
    assert [(file.file, [one.number for one in file.invoices]) for file in read.files] == [
        ("inbox/a.zip/1.xml", ["1"]),
        ("inbox/a.zip/2/n.xml", ["2"]),
        ("inbox/b/x.xml", ["3"]),
        ("inbox/z.XML", ["4"]),
    ]
    assert [str(problem) for problem in read.problems] == [
        f"inbox/a.zip: A file is no e-invoice by the name and not read: read me.txt. {NAMED}",
        f"inbox: A file is no e-invoice by the name and not read: notes.docx. {NAMED}",
    ]
    assert len({file.sha256 for file in read.files}) == 4


@pytest.mark.parametrize("processes", [1, 3])
def test_the_order_does_not_depend_on_how_many_read(inside, processes):
    for number in range(40):
        rows = [finvoice_row("1")] * (400 if number % 7 == 0 else 1)
        (inside / f"{number:02}.xml").write_bytes(finvoice(rows, str(len(rows)), number=str(number)))
    told = []
    read = read_documents(["."], processes=processes, progress=lambda what, done: told.append((what, done)))
    assert [one.number for one in read.invoices] == [str(number) for number in range(40)]
    assert read.problems == ()
    assert told[-1] == ("reading 40 e-invoices", 1.0)
    assert [done for _, done in told] == sorted(done for _, done in told)


def test_a_bad_file_keeps_no_other_out(inside):
    (inside / "1.xml").write_bytes(invoice(1))
    (inside / "2.xml").write_bytes(b"<Invoice")
    (inside / "3.pdf").write_bytes(b"%PDF-1.7")
    (inside / "4.xml").write_bytes(invoice(4))
    read = read_documents(["."])
    assert [one.number for one in read.invoices] == ["1", "4"]
    assert codes(read.problems) == [("file-not-read", "rejected"), ("file-not-read", "rejected")]
    assert [str(problem.origin) for problem in read.problems] == ["./2.xml", "./3.pdf"]
    assert [file.refused for file in read.files] == [False, True, True, False]


def test_a_file_that_is_named_is_read_whatever_its_ending(inside):
    (inside / "invoice.txt").write_bytes(invoice(1))
    assert [one.number for one in read_documents(["invoice.txt"]).invoices] == ["1"]


def test_a_file_that_is_named_twice_is_read_once(inside):
    (inside / "1.xml").write_bytes(invoice(1))
    assert [one.file for one in read_documents(["1.xml", "1.xml"]).invoices] == ["1.xml"]


def test_nothing_is_read_of_what_is_not_there():
    with pytest.raises(UnreadableFileError, match="nowhere is not there"):
        read_documents(["nowhere"])


def test_an_empty_folder_has_no_documents(inside):
    assert read_documents(["."]).files == ()


@pytest.mark.skipif(sys.platform == "win32", reason="links and pipes of Unix")
def test_links_to_folders_and_pipes_are_not_followed(inside):
    (inside / "1.xml").write_bytes(invoice(1))
    (inside / "loop").symlink_to(inside)
    os.mkfifo(inside / "pipe.xml")
    assert [place.file for place in list_documents(["."]).places] == ["./1.xml"]


# Traps ------------------------------------------------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["../1.xml", "a/../../1.xml", "/etc/1.xml", "C:\\1.xml", "..\\1.xml"])
def test_a_name_that_leads_out_of_its_zip_is_refused(inside, name):
    packed(inside / "a.zip", [("2.xml", invoice(2)), (name, invoice(1))])
    read = read_documents(["a.zip"])
    assert read.files == ()
    (problem,) = read.problems
    assert str(problem).startswith('a.zip: The file holds a file "')
    assert "whose name leads out of it: that is a trap." in str(problem)


def test_a_zip_that_unpacks_to_too_much_is_refused(inside, monkeypatch):
    packed(inside / "ratio.zip", [("1.xml", b" " * (30 << 20))])
    assert "unpacks from 30.6 kB to 31 MB, which no document does" in str(read_documents(["ratio.zip"]).problems[0])
    packed(inside / "large.zip", [("1.xml", os.urandom(1 << 10) * 66_000)], zipfile.ZIP_STORED)
    assert "of more than 64 MiB" in str(read_documents(["large.zip"]).problems[0])
    packed(inside / "many.zip", [(f"{n}.xml", b"") for n in range(11)])
    monkeypatch.setattr(document_list, "MOST_FILES", 10)
    assert "holds more than 10 files" in str(list_documents(["many.zip"]).problems[0])
    for number in range(11):
        (inside / f"{number}.xml").write_bytes(b"")
    with pytest.raises(UnreadableFileError, match="holds more than 10"):
        list_documents(["."])
    packed(inside / "sum.zip", [("1.xml", b"x" * 600), ("2.xml", b"x" * 600)])
    monkeypatch.setattr(document_list, "MOST_UNZIPPED", 1_000)
    assert "which no invoices of a company need" in str(list_documents(["sum.zip"]).problems[0])


def test_a_zip_in_a_zip_is_named_and_not_opened(inside):
    packed(inside / "a.zip", [("b.zip", packed(inside / "b.zip", [("1.xml", invoice(1))]).read_bytes()), ("2.xml", invoice(2))])
    read = read_documents(["a.zip"])
    assert [one.number for one in read.invoices] == ["2"]
    assert [str(problem) for problem in read.problems] == ["a.zip/b.zip: The file is a zip file in a zip file, which is not opened. Unpack it first."]


def test_two_members_of_one_name_are_two_files(inside):
    with pytest.warns(UserWarning, match="Duplicate name"):
        packed(inside / "a.zip", [("1.xml", invoice(1)), ("1.xml", invoice(2))])
    assert [(one.file, one.number) for one in read_documents(["a.zip"]).invoices] == [("a.zip/1.xml", "1"), ("a.zip/1.xml (2)", "2")]


def test_a_member_that_lies_about_its_size_or_sum_is_a_problem(inside):
    data = bytearray(packed(inside / "a.zip", [("1.xml", invoice(1)), ("2.xml", invoice(2))], zipfile.ZIP_STORED).read_bytes())
    data[data.find(b"<cbc:ID>1<") + 8] = ord("7")
    (inside / "a.zip").write_bytes(data)
    read = read_documents(["a.zip"])
    assert [one.number for one in read.invoices] == ["2"]
    assert [str(problem) for problem in read.problems] == [
        "a.zip/1.xml: The file cannot be opened (Bad CRC-32 for file '1.xml'). Export it again, or ask the sender for the original file."
    ]


def test_a_member_with_a_password_is_a_problem(inside):
    data = bytearray(packed(inside / "a.zip", [("1.xml", invoice(1))]).read_bytes())
    data[data.find(b"PK\x01\x02") + 8] |= 1
    (inside / "a.zip").write_bytes(data)
    assert "cannot be opened (it has a password)" in str(read_documents(["a.zip"]).problems[0])


def test_a_damaged_zip_is_a_problem(inside):
    (inside / "a.zip").write_bytes(packed(inside / "b.zip", [("1.xml", invoice(1))]).read_bytes()[:-30])
    (inside / "b.zip").unlink()
    assert "is a damaged zip file" in str(read_documents(["."]).problems[0])


def test_a_zip_that_changes_while_it_is_read_is_a_problem(inside):
    packed(inside / "a.zip", [("1.xml", invoice(1))])
    place = DocumentPlace("a.zip/2.xml", "a.zip", 0, "2.xml")
    assert "the zip file changed while it was read" in str(read_place(place).problems[0])


def test_a_name_of_signs_that_nobody_sees_is_shown_without_them(inside):
    packed(inside / "a.zip", [("a\x1b[2J\n.xml", invoice(1))])
    assert [file.file for file in read_documents(["a.zip"]).files] == ["a.zip/a?[2J?.xml"]


def test_a_file_that_is_too_large_is_a_problem(inside):
    with (inside / "a.xml").open("wb") as file:
        file.truncate((64 << 20) + 1)
    assert "The file is larger than 64 MiB" in str(read_documents(["a.xml"]).problems[0])


def test_a_file_that_cannot_be_opened_is_a_problem(inside):
    (inside / "a.xml").mkdir()
    assert "The file cannot be opened (" in str(read_place(DocumentPlace("a.xml", "a.xml")).problems[0])


# Children ---------------------------------------------------------------------------------------------------------------------------------------------------


def test_a_child_that_dies_is_a_problem_of_its_file(inside, monkeypatch):
    for number in (1, 2, 3):
        (inside / f"{number}.xml").write_bytes(invoice(number))
    ask = document_folder._ask

    def killed_at_two(child, place):
        if place.file == "./2.xml":
            child.kill()
            child.wait()
        return ask(child, place)

    monkeypatch.setattr(document_folder, "_ask", killed_at_two)
    read = read_documents(["."], processes=1)
    assert [one.number for one in read.invoices] == ["1", "3"]
    assert [str(problem) for problem in read.problems] == [
        "./2.xml: The file takes more memory than an invoice of its size should. Export it again, or ask the sender for the original file."
    ]


def test_a_file_that_takes_too_long_is_a_problem(inside, monkeypatch):
    (inside / "1.xml").write_bytes(invoice(1))
    monkeypatch.setattr(document_folder, "SECONDS", 0.001)
    assert "takes longer than 0.001 seconds" in str(read_documents(["."]).problems[0])


def test_the_most_that_is_accepted_fits_into_a_child(inside):
    lines = 10_000
    (inside / "1.xml").write_bytes(ubl([ubl_line(n, "1") for n in range(lines)], str(lines)))
    read = read_documents(["."])
    assert [len(one.lines) for one in read.invoices] == [lines], [str(problem) for problem in read.problems]


def test_too_much_memory_is_a_sentence(monkeypatch):
    def no_memory(*_):
        raise MemoryError

    monkeypatch.setattr(document_child, "_content", no_memory)
    assert "takes more memory than an invoice" in str(read_place(DocumentPlace("a.xml", "a.xml")).problems[0])


@pytest.mark.parametrize("evil", [os.system, print, zipfile.ZipFile])
def test_a_child_can_say_nothing_but_documents(evil):
    with pytest.raises(pickle.UnpicklingError):
        document_folder._Unpickler(io.BytesIO(pickle.dumps(evil))).load()

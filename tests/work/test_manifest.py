"""The manifest: what the facts are made of, beside the register; it is mended where it lags, and tells where the register was set back."""

from __future__ import annotations

import json

from tests.work.test_side_by_side import ANNS, FIRST, bring

from goodterms.facts.engine import connect
from goodterms.register.audit import AuditEntry, AuditHead
from goodterms.register.imported import FactsFile, FactsVersion
from goodterms.work.check import check
from goodterms.work.installation import acting

ENGINE = connect()


def manifest(home):
    return json.loads((home / "manifest.json").read_text("utf-8"))


def test_the_manifest_names_the_files_of_the_facts_and_the_head_of_the_audit(installation, tmp_path):
    bring(tmp_path, FIRST)
    live, head = FactsFile.objects.get(), AuditHead.objects.get()
    file = {"table": "sale_lines", "month": "2024-01-01", "sha256": live.sha256, "rows": 8}
    assert manifest(installation) == {"version": 1, "files": [file], "audit": {"number": head.number, "digest": head.digest}}


def test_a_manifest_that_lags_or_is_not_whole_is_mended_by_check(installation, tmp_path):
    bring(tmp_path, FIRST)
    before = (installation / "manifest.json").read_bytes()
    bring(tmp_path, ANNS)
    now = manifest(installation)
    for text in (before, b"half", b"{}"):
        (installation / "manifest.json").write_bytes(text)
        assert check(ENGINE, by=acting("")).found == ()
        assert manifest(installation) == now
    (installation / "manifest.json").unlink()
    check(ENGINE, by=acting(""))
    assert manifest(installation) == now


def test_a_register_that_was_set_back_is_found(installation, tmp_path):
    bring(tmp_path, FIRST)
    bring(tmp_path, ANNS)
    ahead = manifest(installation)
    FactsFile.objects.filter(since=2).delete()
    FactsFile.objects.filter(until=2).update(until=None)
    FactsVersion.objects.filter(number=2).delete()
    last = AuditEntry.objects.latest("number")
    last.values.all().delete()
    last.delete()
    before = AuditEntry.objects.latest("number")
    AuditHead.objects.update(number=before.number, digest=before.digest)
    found = check(ENGINE, by=acting("")).found
    assert [sentence.partition(": ")[2].partition(".")[0] for sentence in found[:1]] == ["the register was set back"]
    assert "of the audit, which is not there" in found[1]
    assert manifest(installation) == ahead

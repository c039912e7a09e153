"""What was imported, and which files hold the facts now: rows here publish them, a folder's listing never does."""

from __future__ import annotations

from django.db import models

from goodterms.register.user import User


class ImportState(models.TextChoices):
    """How far an import is."""

    PREPARING = "preparing"
    WAITING = "waiting"
    """Its dry run is ready, and someone has to say yes."""
    PUBLISHED = "published"
    UNDONE = "undone"
    ABANDONED = "abandoned"


class Import(models.Model):
    """One import of one or more files; of two that bring one line, the one with the larger number counts."""

    number = models.BigAutoField(primary_key=True)
    state = models.CharField(max_length=10, choices=ImportState.choices, default=ImportState.PREPARING)
    made_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="imports")
    begun_at = models.DateTimeField()
    version = models.PositiveBigIntegerField(null=True)
    """The version of the facts that it made."""
    undone_in = models.PositiveBigIntegerField(null=True)
    is_settled = models.BooleanField(default=False)
    """What its master files say stands on the records that it names; where a process ended before, the next one goes on."""
    mapping = models.TextField(blank=True)
    problems = models.JSONField(default=list)
    counts = models.JSONField(default=dict)
    """What the dry run showed: rows new, changed, unchanged, met twice, rejected; control totals."""


class ImportedFile(models.Model):
    """One file as someone gave it: what it was called and its content's hash; the content is kept encrypted."""

    of = models.ForeignKey(Import, on_delete=models.CASCADE, related_name="files")
    name = models.CharField(max_length=300)
    table = models.CharField(max_length=40)
    sha256 = models.CharField(max_length=64)
    size = models.PositiveBigIntegerField()
    original = models.UUIDField(null=True)
    """Names its encrypted content and its key."""
    rows_read = models.PositiveBigIntegerField(default=0)
    rows_accepted = models.PositiveBigIntegerField(default=0)
    rows_rejected = models.PositiveBigIntegerField(default=0)
    rows_set_aside = models.PositiveBigIntegerField(default=0)

    class Meta:
        indexes = [models.Index(fields=["sha256"], name="imported_file_by_content")]


class Stated(models.Model):
    """What an import's master files say of one counterparty or product: of several that stand, the latest import's counts, field by field."""

    of = models.ForeignKey(Import, on_delete=models.CASCADE, related_name="stated")
    object_id = models.UUIDField()
    kind = models.CharField(max_length=10)
    values = models.JSONField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["object_id", "kind", "of"], name="stated_once")]


class FactsVersion(models.Model):
    """A state of the facts; a reader takes the files of one version and sees nothing of the next."""

    number = models.PositiveBigIntegerField(primary_key=True)
    published_at = models.DateTimeField()
    because = models.CharField(max_length=200)


class _File(models.Model):
    table = models.CharField(max_length=40)
    month = models.DateField(null=True)
    """The first day of the month of its rows; empty for rows without a day."""
    sha256 = models.CharField(max_length=64)
    rows = models.PositiveBigIntegerField()
    size = models.PositiveBigIntegerField()

    class Meta:
        abstract = True


class ImportRows(_File):
    """The accepted rows that an import brought to a table and month: never changed, kept as long as the facts are."""

    of = models.ForeignKey(Import, on_delete=models.CASCADE, related_name="rows")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["of", "table", "month"], name="one_file_an_import_table_month"),
            models.UniqueConstraint(fields=["of", "table"], condition=models.Q(month=None), name="one_file_an_import_table"),
        ]


class FactsFile(_File):
    """A file of facts that is live from one version of the facts until another retires it."""

    since = models.ForeignKey(FactsVersion, on_delete=models.PROTECT, related_name="added")
    until = models.ForeignKey(FactsVersion, null=True, on_delete=models.PROTECT, related_name="retired")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["table", "month"], condition=models.Q(until=None), name="one_live_file_a_table_month"),
            models.UniqueConstraint(fields=["table"], condition=models.Q(until=None, month=None), name="one_live_file_a_table"),
        ]
        indexes = [models.Index(fields=["sha256"], name="facts_file_by_content")]


class ClosedPeriod(models.Model):
    """A month that is closed for one company of the group (empty: for all): with what its facts came to, so that a change is seen."""

    entity = models.CharField(max_length=100, blank=True)
    month = models.DateField()
    closed_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="closed_periods")
    closed_at = models.DateTimeField()
    reopened_by = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="reopened_periods")
    reopened_at = models.DateTimeField(null=True)
    reason = models.CharField(max_length=500, blank=True)
    run = models.ForeignKey("register.Run", null=True, on_delete=models.PROTECT, related_name="closed_periods")
    """The figures that were shown when it was closed: they stay."""
    sums = models.JSONField(default=dict)
    """Per table its rows, sums per currency, and the hash of its file."""

    class Meta:
        constraints = [models.UniqueConstraint(fields=["entity", "month"], condition=models.Q(reopened_at=None), name="closed_once")]


class Lease(models.Model):
    """Who may publish now: imports, undo, closing, sweeping and restoring take turns."""

    name = models.CharField(max_length=40, primary_key=True)
    holder = models.CharField(max_length=100, blank=True)
    attempt = models.PositiveBigIntegerField(default=0)
    boot = models.CharField(max_length=64, blank=True)
    beat = models.PositiveBigIntegerField(default=0)
    """Raised by the holder every few seconds; readers judge silence by their own clock."""

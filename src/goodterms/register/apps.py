"""The register as Django knows it."""

from django.apps import AppConfig
from django.db.models.signals import post_migrate


class RegisterConfig(AppConfig):
    """The one application that has tables."""

    name = "goodterms.register"
    label = "register"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Let the search be made anew with the tables."""
        from goodterms.register.search_tables import make_search_tables  # noqa: PLC0415  (after Django is set up)

        post_migrate.connect(make_search_tables, sender=self)

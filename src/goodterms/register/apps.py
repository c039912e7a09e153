"""The register as Django knows it."""

from django.apps import AppConfig


class RegisterConfig(AppConfig):
    """The one application that has tables."""

    name = "goodterms.register"
    label = "register"
    default_auto_field = "django.db.models.BigAutoField"

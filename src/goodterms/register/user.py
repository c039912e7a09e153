"""Who works with the base: users, their teams and roles."""

from __future__ import annotations

from django.contrib.auth.base_user import AbstractBaseUser
from django.contrib.auth.models import UserManager
from django.db import models

from goodterms.register.record import Record


class Role(models.TextChoices):
    """What a user may see and do; :mod:`goodterms.register.access` has the rules."""

    HEAD = "head"
    DIRECTOR = "director"
    MANAGER = "manager"
    CONTROLLER = "controller"
    AUDITOR = "auditor"


class Team(Record):
    """Managers who work together, and the director who answers for them."""

    name = models.CharField(max_length=200, unique=True)


class Users(UserManager["User"]):
    """Users, found by their e-mail address."""

    def get_by_natural_key(self, username: str | None) -> User:
        """The user of an e-mail address, in whatever case it is written."""
        return self.get(email__iexact=username)


class User(AbstractBaseUser, Record):
    """A person who signs in, or the system user *operator* who acts where a command names nobody."""

    email = models.EmailField(unique=True)
    name = models.CharField(max_length=200)
    role = models.CharField(max_length=20, choices=Role.choices)
    team = models.ForeignKey(Team, null=True, blank=True, on_delete=models.PROTECT, related_name="users")
    is_active = models.BooleanField(default=True)
    is_system = models.BooleanField(default=False)
    """Signs in nowhere."""

    objects = Users()
    USERNAME_FIELD = "email"
    REQUIRED_FIELDS = ["name"]

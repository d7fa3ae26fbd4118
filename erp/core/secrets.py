"""Credentials, encrypted at rest and read at the moment of use; they never travel through a log, an event or a task's arguments."""

import json
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager

from django.db import connection
from django.utils.translation import gettext as _

from erp.core import clock
from erp.core.models import Secret
from erp.core.refusals import Refused
from erp.core.transactions import forbid_transaction


def store_secret(name: str, value: Mapping[str, str]) -> None:
    Secret.objects.update_or_create(name=name, defaults={"value": json.dumps(dict(value)), "changed_at": clock.now()})


class Credentials:
    """What a connector is given instead of keys: it asks for the current ones each time it signs a call."""

    def __init__(self, name: str) -> None:
        self.name = name

    def current(self) -> dict[str, str]:
        """Raises Refused when nothing was stored under the name."""
        secret = Secret.objects.filter(name=self.name).order_by("pk").first()
        if secret is None:
            raise Refused(_("No credentials are stored for “%(name)s”. Enter its keys first.") % {"name": self.name}, code="no_credentials")
        value: dict[str, str] = json.loads(secret.value)
        return value

    def refresh(self, *, if_still: str, fetch: Callable[[], Mapping[str, str]]) -> dict[str, str]:
        """Replace an `access_token` that is no longer accepted; returns the keys that hold now.

        One worker fetches, under a lock that is no transaction because `fetch` calls the other side; a worker that comes later finds that
        the token is not `if_still` any more and takes the new one, so a refresh token is spent once.
        """
        forbid_transaction("refreshing credentials")
        with _alone(self.name):
            keys = self.current()
            if keys.get("access_token") != if_still:
                return keys
            keys = {**keys, **fetch()}
            store_secret(self.name, keys)
            return keys


@contextmanager
def _alone(name: str) -> Iterator[None]:
    """A lock of the database session: it goes with the connection when its worker dies."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_lock(hashtextextended(%s, 0))", [f"secret:{name}"])
        try:
            yield
        finally:
            cursor.execute("SELECT pg_advisory_unlock(hashtextextended(%s, 0))", [f"secret:{name}"])

"""The exceptions that are meant for people. Everything else is a bug."""

from django.db.models import Model
from django.utils.functional import Promise
from django.utils.translation import gettext as _


class Refused(Exception):
    """Something was refused; the message is a whole sentence that says what happened, why, and what to do."""

    def __init__(self, message: str | Promise, *, code: str = "refused") -> None:
        super().__init__(message)
        self.code = code


class Conflict(Refused):
    """Somebody else changed the document in between; nothing of ours was written."""

    def __init__(self, document: Model) -> None:
        super().__init__(
            _("%(document)s was changed by somebody else in the meantime. Reload it and try again.") % {"document": document},
            code="conflict",
        )

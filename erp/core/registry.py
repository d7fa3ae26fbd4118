"""A register of named things (connectors, carriers): one line there adds one, an unknown name is refused in words."""

from typing import Generic, TypeVar

from django.utils.translation import gettext as _

from erp.core.refusals import Refused

Thing = TypeVar("Thing")


class Registry(Generic[Thing]):
    def __init__(self, what: str) -> None:
        self._what = what
        self._things: dict[str, Thing] = {}

    def register(self, code: str, thing: Thing) -> Thing:
        if code in self._things:
            raise RuntimeError(f"{self._what} {code!r} is registered twice")
        self._things[code] = thing
        return thing

    def get(self, code: str) -> Thing:
        if code not in self._things:
            raise Refused(
                _("There is no %(what)s called “%(code)s”. Known are: %(known)s.")
                % {"what": self._what, "code": code, "known": ", ".join(self.codes())},
                code="unknown",
            )
        return self._things[code]

    def codes(self) -> list[str]:
        return sorted(self._things)

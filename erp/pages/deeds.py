"""Deeds that staff do from a page: who may, what a form may say, and what comes of it on the page of one thing."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Generic, Protocol, TypeVar

from django.contrib import messages
from django.contrib.auth.models import User
from django.core.exceptions import BadRequest, PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect
from django.utils.translation import gettext

from erp.core.refusals import Refused
from erp.pages.access import member_of_staff
from erp.pages.bulk import first_press


class Guarded(Protocol):
    @property
    def permission(self) -> str: ...


Thing = TypeVar("Thing")
AnyDeed = TypeVar("AnyDeed", bound=Guarded)


@dataclass(frozen=True)
class Done:
    """What is said after a deed, and the page to go to; "" is the page of the thing."""

    said: str = ""
    url: str = ""


@dataclass(frozen=True)
class Deed(Generic[Thing]):
    """`work` calls one service with what the form says, and answers with what is said afterwards."""

    permission: str
    work: Callable[[Thing, User, QueryDict], str | Done]


def allowed_deed(request: HttpRequest, deeds: Mapping[str, AnyDeed], name: str) -> AnyDeed:
    """The deed of this name. Raises Http404 where there is none, PermissionDenied where this person may not do it."""
    deed = deeds.get(name)
    if deed is None:
        raise Http404
    if not request.user.has_perm(deed.permission):
        raise PermissionDenied(gettext("Your role may not do this. Ask a colleague who may."))
    return deed


def refuse_nul(*texts: object) -> None:
    """Raises BadRequest: the database keeps no NUL in a text, and no form of ours sends one."""
    if any("\x00" in str(text) for text in texts):
        raise BadRequest("a NUL")


def do_deed(request: HttpRequest, deed: Deed[Thing], thing: Thing, *, page: str) -> HttpResponse:
    """Do one deed with a thing and show its `page`. A form pressed twice does it once; a refusal is a sentence above the page."""
    try:
        with first_press(request) as is_first:
            done = deed.work(thing, member_of_staff(request), request.POST) if is_first else Done()
    except Refused as refusal:
        messages.error(request, str(refusal))
        return redirect(page)
    if isinstance(done, str):
        done = Done(done)
    if done.said:
        messages.success(request, done.said)
    return redirect(done.url or page)

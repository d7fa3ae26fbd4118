"""Who may open a page: staff that are signed in, with the page's permission where it has one."""

from collections.abc import Callable
from functools import wraps
from typing import Concatenate, ParamSpec, cast

from django.contrib.auth.decorators import login_required
from django.contrib.auth.models import User
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.utils.translation import gettext as _

Given = ParamSpec("Given")
View = Callable[Concatenate[HttpRequest, Given], HttpResponseBase]


def staff_page(permission: str = "") -> Callable[[View[Given]], View[Given]]:
    """Send strangers to the sign-in page, and refuse in words who is no staff or lacks the permission."""

    def decorate(view: View[Given]) -> View[Given]:
        @wraps(view)
        def guarded(request: HttpRequest, *args: Given.args, **kwargs: Given.kwargs) -> HttpResponseBase:
            user = request.user
            if not user.is_staff:
                raise PermissionDenied(_("This account is no staff account. The owner can change that in Administration, Users."))
            if permission and not user.has_perm(permission):
                raise PermissionDenied
            return view(request, *args, **kwargs)

        return cast(View[Given], login_required(guarded))

    return decorate


def member_of_staff(request: HttpRequest) -> User:
    """Who is at the page; behind `staff_page` it is always a user."""
    if not isinstance(request.user, User):
        raise PermissionDenied
    return request.user


def person_of(user: User) -> str:
    return user.get_full_name() or user.get_username()

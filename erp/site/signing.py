"""Who is signed in: read together with what they may do, because every page asks for both."""

from typing import Any

from allauth.account.auth_backends import AuthenticationBackend
from django.contrib.auth.models import Permission, User
from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import OuterRef, QuerySet, Value
from django.db.models.functions import Concat


class StaffBackend(AuthenticationBackend):  # type: ignore[misc]
    """Signs in by user name or e-mail. One statement a page for the person and the permissions, instead of three."""

    def get_user(self, user_id: int) -> User | None:
        user = User.objects.annotate(
            own=_names(Permission.objects.filter(user=OuterRef("pk"))),
            of_roles=_names(Permission.objects.filter(group__user=OuterRef("pk"))),
        )
        found = user.filter(pk=user_id).first()
        if found is None or not self.user_can_authenticate(found):
            return None
        found.granted = frozenset(found.own) | frozenset(found.of_roles)  # type: ignore[attr-defined]
        return found

    def get_all_permissions(self, user_obj: Any, obj: object = None) -> Any:
        if obj is None and user_obj.is_active and not user_obj.is_superuser and hasattr(user_obj, "granted"):
            return user_obj.granted
        return super().get_all_permissions(user_obj, obj)


def _names(permissions: QuerySet[Permission]) -> ArraySubquery:
    return ArraySubquery(permissions.order_by().values(name_=Concat("content_type__app_label", Value("."), "codename")))

"""The admin base for master data whose forms write through services."""

from typing import Any, cast

from django.contrib.auth.models import User
from django.db.models import Model
from django.forms import BaseModelFormSet, ModelForm
from django.http import HttpRequest

from erp.core.admin import MasterAdmin


def user_of(request: HttpRequest) -> User:
    """Who acts: behind the administration's door it is always a user."""
    return cast(User, request.user)


class ServiceAdmin(MasterAdmin):
    """A form hands its fields to `create_row` or `change_row`, an inline its rows to `save_rows`; each calls one service.

    A refusal comes back on the form, and nothing of it is written (MasterAdmin).
    """

    def create_row(self, request: HttpRequest, fields: dict[str, Any]) -> int:
        """Returns the key. Only called where staff may add."""
        raise NotAddable(type(self).__name__)

    def change_row(self, request: HttpRequest, pk: int, fields: dict[str, Any]) -> None:
        """Only called where staff may change."""
        raise NotAddable(type(self).__name__)

    def save_rows(self, request: HttpRequest, parent: Model, formset: "BaseModelFormSet[Any, Any]") -> None:
        """Only called with inlines that can be edited; see `kept_forms` and `formset.deleted_objects`."""

    def save_model(self, request: HttpRequest, obj: Model, form: "ModelForm[Any]", change: bool) -> None:
        fields = {name: form.cleaned_data[name] for name in form.fields if name in form.cleaned_data}
        if change:
            self.change_row(request, obj.pk, fields)
        else:
            obj.pk = self.create_row(request, fields)
            obj._state.adding = False

    def save_formset(self, request: HttpRequest, form: "ModelForm[Any]", formset: "BaseModelFormSet[Any, Any]", change: bool) -> None:
        formset.save(commit=False)
        if formset.has_changed():
            self.save_rows(request, form.instance, formset)


class NotAddable(TypeError):
    """A form was opened for writing whose admin names no service: a mistake in the admin, not of the person."""


def kept_forms(formset: "BaseModelFormSet[Any, Any]") -> "list[ModelForm[Any]]":
    """The rows of an inline that are there after the form, changed or not."""
    return [form for form in formset.forms if form.cleaned_data and form not in formset.deleted_forms]

"""Members of staff."""

from itertools import count

from django.contrib.auth.models import User

_numbers = count(1)


def make_user(name: str = "", *, is_owner: bool = False) -> User:
    """A colleague; `is_owner` may do everything."""
    return User.objects.create(username=name or f"anna{next(_numbers):06}", is_staff=True, is_superuser=is_owner)

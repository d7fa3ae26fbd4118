import pytest
from django.test import Client

from tests.pages.seeding import make_staff


@pytest.fixture
def owner(client: Client, db: None) -> Client:
    """Signed in with every permission, reading English."""
    client.force_login(make_staff(is_superuser=True))
    client.cookies["django_language"] = "en"
    return client

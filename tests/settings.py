"""Settings of the tests: the real settings on embedded servers that this run alone owns (xdist workers inherit them)."""

import os

from tests import servers

servers.start()
servers.take_own_redis()

from erp.settings import *  # noqa: E402, F403

PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
}
WHITENOISE_USE_FINDERS = False  # the live server has its own way to static files; no client need look through all of them first
MEDIA_ROOT = servers.home() / "media"
CACHES = {"default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}}
os.environ.setdefault("DJANGO_ALLOW_ASYNC_UNSAFE", "true")

"""Settings, all from the environment: DATABASE_URL, REDIS_URL, SECRET_KEY and REGIA_*. Every default is one that a demo can run with."""

import os
from pathlib import Path

import environ
from csp.constants import NONE, SELF
from django.utils.translation import gettext_lazy as _

from erp.site.theme import UNFOLD as UNFOLD

BASE_DIR = Path(__file__).resolve().parent.parent
env = environ.Env()

DEBUG = env.bool("REGIA_DEBUG", default=False)
SECRET_KEY = env.str("SECRET_KEY", default="only-for-the-demo-on-this-machine-set-SECRET_KEY-elsewhere")
SECRET_KEY_FALLBACKS = env.list("SECRET_KEY_FALLBACKS", default=[])
SALT_KEY = env.list("REGIA_SALT_KEY", default=["regia"])
ALLOWED_HOSTS = env.list("REGIA_HOSTS", default=["127.0.0.1", "localhost", "[::1]"])
CSRF_TRUSTED_ORIGINS = env.list("REGIA_ORIGINS", default=[])

INSTALLED_APPS = [
    "unfold.apps.BasicAppConfig",
    "erp.site.apps.SiteConfig",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.postgres",
    "allauth",
    "allauth.account",
    "simple_history",
    "tree_queries",
    "phonenumber_field",
    "django_countries",
    "django_celery_beat",
    "csp",
    "erp.core",
    "catalog",
    "crm",
    "inventory",
    "inventory.shipping",
    "orders",
    "orders.invoices",
    "channels",
    "erp.practice",
    "erp.pages",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "simple_history.middleware.HistoryRequestMiddleware",
    "csp.middleware.CSPMiddleware",
    "erp.core.replaying.ReplayMiddleware",
]

ROOT_URLCONF = "erp.urls"
WSGI_APPLICATION = "erp.wsgi.application"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.template.context_processors.i18n",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
            ],
        },
    }
]

DATABASES = {"default": env.db("DATABASE_URL", default="postgresql://postgres:@/regia?host=/var/run/postgresql")}
DATABASES["default"] |= {"ENGINE": "django.db.backends.postgresql", "CONN_MAX_AGE": 600, "CONN_HEALTH_CHECKS": True}
# Only statements of erp.core.prepared are prepared; the ORM's carry their values in their text.
DATABASES["default"].setdefault("OPTIONS", {}).update({"prepare_threshold": 1, "options": "-c plan_cache_mode=force_generic_plan"})
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

REDIS_URL = env.str("REDIS_URL", default="redis://127.0.0.1:6379/0")
CACHES = {
    "default": {
        "BACKEND": "erp.core.forgetful_cache.ForgetfulRedisCache",
        "LOCATION": REDIS_URL,
        "KEY_PREFIX": "regia",
        "OPTIONS": {"socket_timeout": 1, "socket_connect_timeout": 1},
    }
}

CELERY_BROKER_URL = REDIS_URL
CELERY_BEAT_SCHEDULER = "django_celery_beat.schedulers:DatabaseScheduler"
CELERY_BEAT_MAX_LOOP_INTERVAL = 1
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_REJECT_ON_WORKER_LOST = True
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_TASK_TIME_LIMIT = 600
CELERY_TASK_DEFAULT_QUEUE = "backlog"
CELERY_TIMEZONE = "UTC"
# The visibility outlasts every task's time limit, or a task at work would be given to a second worker.
CELERY_BROKER_TRANSPORT_OPTIONS = {
    "socket_timeout": 3,
    "socket_connect_timeout": 1,
    "visibility_timeout": 4500,
    # A wake-up that finds no broker gives up at once: the webhook that it belongs to must be answered while the shop still listens.
    "max_retries": 1,
    "interval_start": 0,
    "interval_step": 0.1,
    "interval_max": 0.1,
}
CELERY_TASK_PUBLISH_RETRY = False
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_WORKER_HIJACK_ROOT_LOGGER = False

PASSWORD_HASHERS = ["django.contrib.auth.hashers.Argon2PasswordHasher", "django.contrib.auth.hashers.PBKDF2PasswordHasher"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": f"django.contrib.auth.password_validation.{name}"}
    for name in ("UserAttributeSimilarityValidator", "MinimumLengthValidator", "CommonPasswordValidator", "NumericPasswordValidator")
]
AUTHENTICATION_BACKENDS = ["erp.site.signing.StaffBackend"]
ACCOUNT_LOGIN_METHODS = {"username", "email"}
ACCOUNT_SIGNUP_FIELDS = ["username*", "password1*"]
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_ADAPTER = "erp.site.doors.StaffAccountAdapter"
LOGIN_REDIRECT_URL = "/"
LOGIN_URL = "account_login"

LANGUAGE_CODE = "it"
LANGUAGES = [("it", _("Italian")), ("en", _("English"))]
LOCALE_PATHS = [BASE_DIR / "locale"]
FORMAT_MODULE_PATH = ["erp.site.formats"]
TIME_ZONE = "Europe/Rome"
USE_TZ = True
USE_I18N = True

STATIC_URL = "static/"
STATICFILES_DIRS = [BASE_DIR / "static"]
STATIC_ROOT = env.str("REGIA_STATIC_ROOT", default="") or None
if STATIC_ROOT:  # gathered by collectstatic: under names that change with the content, kept by browsers for ever, compressed
    STORAGES = {
        "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
        "staticfiles": {"BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"},
    }
MEDIA_URL = "media/"
MEDIA_ROOT = Path(env.str("REGIA_MEDIA", default=str(BASE_DIR / "media")))
WHITENOISE_USE_FINDERS = not STATIC_ROOT  # without it they are served straight from the sources
WHITENOISE_AUTOREFRESH = DEBUG

CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [SELF],
        "img-src": [SELF, "data:"],
        "object-src": [NONE],
        "base-uri": [SELF],
        "form-action": [SELF],
        "frame-ancestors": [NONE],
    },
}
SECURE_CONTENT_TYPE_NOSNIFF = True
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = env.bool("REGIA_HTTPS", default=False)  # a proxy in front ends TLS and says so in the header
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if SESSION_COOKIE_SECURE else None
DATA_UPLOAD_MAX_MEMORY_SIZE = 5 * 1024 * 1024
SILENCED_SYSTEM_CHECKS: list[str] = []

REGIA_PUBLIC_URL = env.str("REGIA_PUBLIC_URL", default="http://127.0.0.1:8000")
"""The address under which shops reach our webhook door, without a slash at the end."""

EMAIL_URL = env.str("EMAIL_URL", default="")
"""Where mail goes out: smtp://host:port, smtp+tls:// or smtp+ssl:// with user:password@. Empty: nothing is sent, and a card says so."""
if EMAIL_URL:
    vars().update(env.email_url_config(EMAIL_URL))
REGIA_MAIL_FROM = env.str("REGIA_MAIL_FROM", default="")
"""The sender's address; empty takes the company's own."""
REGIA_MAIL_SECONDS = env.int("REGIA_MAIL_SECONDS", default=20)

# Reading the shops: how often, how far back, how much at a time. Schedules take these as their defaults and stay editable.
REGIA_POLL_SECONDS = env.int("REGIA_POLL_SECONDS", default=60)
REGIA_SWEEP_SECONDS = env.int("REGIA_SWEEP_SECONDS", default=2)
REGIA_WATCH_SECONDS = env.int("REGIA_WATCH_SECONDS", default=15)
REGIA_HOOKS_SECONDS = env.int("REGIA_HOOKS_SECONDS", default=300)
REGIA_HISTORY_DAYS = env.int("REGIA_HISTORY_DAYS", default=60)
REGIA_PAGE_ORDERS = env.int("REGIA_PAGE_ORDERS", default=50)
REGIA_WEBHOOK_BYTES = env.int("REGIA_WEBHOOK_BYTES", default=DATA_UPLOAD_MAX_MEMORY_SIZE)

# The house's printers, as CUPS names them; empty: papers are opened and printed from the browser. Labels go out as pdf or zpl.
REGIA_PRINTER = env.str("REGIA_PRINTER", default="")
REGIA_LABEL_PRINTER = env.str("REGIA_LABEL_PRINTER", default="")
REGIA_LABEL_FORMAT = env.str("REGIA_LABEL_FORMAT", default="pdf")

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"format": "%(asctime)s %(levelname)s %(name)s %(message)s"}},
    "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["stderr"], "level": os.environ.get("REGIA_LOG", "WARNING")},
}

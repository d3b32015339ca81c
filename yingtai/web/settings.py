"""Django's settings: the same in development and production; differences are environment variables."""

from datetime import timedelta
from pathlib import Path
from urllib.parse import unquote, urlsplit

from csp.constants import NONE, SELF
from django.utils.translation import gettext_lazy as _
from psycopg.conninfo import conninfo_to_dict

from yingtai.kernel.env import dsn, env, secret

ENV = env()
ROOT = Path(__file__).resolve().parents[2]

SECRET_KEY = secret("django.key")
DEBUG = ENV.debug
ALLOWED_HOSTS = ["*"] if ENV.debug else ["127.0.0.1", "localhost", "[::1]", *ENV.hosts]
CSRF_TRUSTED_ORIGINS = [ENV.web_url]
ROOT_URLCONF = "yingtai.web.urls"
WSGI_APPLICATION = "yingtai.web.wsgi.application"

MODULES = [
    "organization",
    "compliance",
    "collect",
    "customers",
    "audiences",
    "insights",
    "content",
    "campaigns",
]
INSTALLED_APPS = [
    "yingtai.ui",  # before allauth, whose pages it dresses, and before all whose words it says better
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "procrastinate.contrib.django",
    "ninja",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "axes",
    "csp",
    "template_partials.apps.SimpleAppConfig",
    *[f"yingtai.{module}" for module in MODULES if (ROOT / "yingtai" / module / "apps.py").exists()],
    *(["yingtai.sample"] if (ROOT / "yingtai" / "sample").exists() else []),
    "yingtai.web",
    "yingtai.kernel",
]
MIDDLEWARE = [
    "yingtai.web.health.answer_first",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "csp.middleware.CSPMiddleware",
    "yingtai.kernel.http.without_odd_cookies",
    "yingtai.kernel.reloads.back_from_posts",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "axes.middleware.AxesMiddleware",
    "yingtai.organization.middleware.ActingMiddleware",
    "yingtai.kernel.http.ProblemMiddleware",
]
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.template.context_processors.i18n",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
            ],
            "builtins": [
                "template_partials.templatetags.partials",
                "yingtai.ui.templatetags.ui",
                "yingtai.ui.templatetags.lists",
            ],
            "loaders": [
                (
                    "template_partials.loader.Loader",
                    [
                        (
                            "django.template.loaders.cached.Loader",
                            ["django.template.loaders.app_directories.Loader"],
                        )
                    ],
                )
            ],
        },
    }
]

_books = conninfo_to_dict(dsn(ENV.role))
DATABASES = {
    "default": {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": _books.pop("dbname"),
        "USER": _books.pop("user"),
        "PASSWORD": _books.pop("password"),
        "HOST": _books.pop("host", ""),
        "PORT": _books.pop("port", ""),
        "OPTIONS": _books,
        "CONN_MAX_AGE": None,
        "CONN_HEALTH_CHECKS": True,
        "DISABLE_SERVER_SIDE_CURSORS": True,
    }
}
# The default is shared by all processes, for the limits of the sign-in pages; nothing large goes there.
CACHES = {
    "default": {
        "BACKEND": "django.core.cache.backends.db.DatabaseCache",
        "LOCATION": "kernel_sharedvalue",
        "OPTIONS": {"MAX_ENTRIES": 100_000},
    },
    "near": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache", "OPTIONS": {"MAX_ENTRIES": 2_000}},
}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

AUTH_USER_MODEL = "organization.Staff"
AUTHENTICATION_BACKENDS = [
    "axes.backends.AxesStandaloneBackend",
    "allauth.account.auth_backends.AuthenticationBackend",
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 12}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]
PASSWORD_HASHERS = ["django.contrib.auth.hashers.Argon2PasswordHasher"]
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*"]
ACCOUNT_ADAPTER = "yingtai.organization.signing_in.StaffAdapter"
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_FORMS = {
    "login": "yingtai.organization.account_forms.SignInForm",
    "reset_password": "yingtai.organization.account_forms.ForgottenForm",
}
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_LOGOUT_ON_GET = False
# A link ends with the password, the sign-in and the address it was made for; the worker that makes it writes nothing.
ACCOUNT_PASSWORD_RESET_TOKEN_GENERATOR = "django.contrib.auth.tokens.PasswordResetTokenGenerator"  # noqa: S105 - a path
# For devices that never signed in to the account; those that did are not held up (organization/signing_in.py), so the
# limits on all sign-ins of an address, which know neither devices nor accounts, are off. So is that on forgotten
# passwords: an account gets one mail in minutes (organization/forgotten.py).
ACCOUNT_RATE_LIMITS = {"login": None, "login_failed": "50/h/key", "reset_password": None}
MFA_SUPPORTED_TYPES = ["totp", "recovery_codes"]
MFA_TOTP_ISSUER = "Yingtai"
MFA_ADAPTER = "yingtai.organization.second_factor.SealingAdapter"
LOGIN_REDIRECT_URL = "/"
LOGIN_URL = "account_login"
AXES_FAILURE_LIMIT = 10
AXES_COOLOFF_TIME = timedelta(minutes=15)
AXES_LOCKOUT_PARAMETERS = [["username", "ip_address"]]
AXES_RESET_ON_SUCCESS = True
AXES_USERNAME_CALLABLE = "yingtai.organization.signing_in.account_of"
AXES_CLIENT_IP_CALLABLE = "yingtai.organization.signing_in.counted_address_of"
AXES_WHITELIST_CALLABLE = "yingtai.organization.signing_in.is_known_device"
AXES_LOCKOUT_TEMPLATE = "account/locked.html"
SILENCED_SYSTEM_CHECKS = ["axes.W001", "axes.W006"]
SESSION_COOKIE_AGE = 12 * 3600
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = ENV.web_url.startswith("https://")
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [SELF],
        "img-src": [SELF, "data:"],
        "font-src": [SELF, "data:"],
        "style-src": [SELF],
        "script-src": [SELF],
        "object-src": [NONE],
        "base-uri": [SELF],
        "form-action": [SELF],
        "frame-ancestors": [NONE],
    }
}

LANGUAGE_CODE = "en"
LANGUAGES = [("en", _("English")), ("zh-hans", _("Simplified Chinese"))]
# Their problems are shown to people, but they are no Django applications.
LOCALE_PATHS = [ROOT / "yingtai" / module / "locale" for module in ("lake", "vault")]
USE_TZ = True
TIME_ZONE = "UTC"

STATIC_URL = "/static/"
STATIC_ROOT = ENV.home / "static"
STATICFILES_FINDERS = [
    "django.contrib.staticfiles.finders.AppDirectoriesFinder",
    "yingtai.ui.front_end.PackageFinder",
]
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "yingtai.ui.front_end.HashedStorage"},
}
WHITENOISE_MAX_AGE = 3600
DATA_UPLOAD_MAX_MEMORY_SIZE = 2 * 1024 * 1024
# Of a file only the beginning is kept, in memory: pages that take large ones bring a handler of their own.
FILE_UPLOAD_HANDLERS = ["yingtai.kernel.small_files.SmallFileHandler"]
PROCRASTINATE_AUTODISCOVER_MODULE_NAME = None
EMAIL_BACKEND = (
    "django.core.mail.backends.smtp.EmailBackend" if ENV.smtp_url else "yingtai.web.account_post.EmailBackend"
)
_post = urlsplit(ENV.smtp_url or f"smtp://{ENV.host}:{ENV.port + 2}")
EMAIL_HOST, EMAIL_PORT = _post.hostname or ENV.host, _post.port or (465 if _post.scheme == "smtps" else 25)
EMAIL_HOST_USER, EMAIL_HOST_PASSWORD = unquote(_post.username or ""), unquote(_post.password or "")
EMAIL_USE_SSL = _post.scheme == "smtps"
EMAIL_USE_TLS = bool(EMAIL_HOST_USER) and not EMAIL_USE_SSL
EMAIL_TIMEOUT = 10
DEFAULT_FROM_EMAIL = f"Yingtai <no-reply@{urlsplit(ENV.web_url).hostname or 'localhost'}>"

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"format": "%(asctime)s %(levelname)s %(name)s %(message)s"}},
    "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["stderr"], "level": "INFO" if ENV.debug else "WARNING"},
    # What anybody can send (addresses of nothing, forms without a token, hosts that are not ours) is answered and not
    # noted: it would push the errors of ours out of the log. A bug has a line of its own, with its reference.
    "loggers": {"django.request": {"level": "ERROR"}, "django.security": {"level": "CRITICAL"}},
}

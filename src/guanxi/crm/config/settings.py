"""All settings, read from the environment. ``docs/settings.md`` says what each variable does; a test holds it to this.

Importing this module starts nothing: without ``DATABASE_URL`` the command line (or the tests' set-up) has started the
embedded PostgreSQL and set the variable before Django is loaded.
"""

from __future__ import annotations

import contextlib
import os
import shlex
from datetime import time, timedelta
from pathlib import Path
from urllib.parse import parse_qs, unquote, urlsplit

from django.templatetags.static import static
from django.urls import reverse_lazy
from django.utils.csp import CSP
from django.utils.translation import gettext_lazy as _

from guanxi.crm.config.directories import LDAP, OIDC, SOCIALACCOUNT_PROVIDERS  # noqa: F401
from guanxi.crm.config.outgoing import DEFAULT_FROM_EMAIL, MAILERS, PUSH_CONTACT, PUSH_HOSTS, SITE_URL  # noqa: F401

ROOT = Path(os.environ.get("GUANXI_ROOT") or Path(__file__).resolve().parents[4])
VAR = Path(os.environ.get("GUANXI_VAR") or ROOT / "var").resolve()
FRONTEND = Path(os.environ.get("GUANXI_FRONTEND") or ROOT / "frontend" / "node_modules")

DEBUG = os.environ.get("GUANXI_DEBUG", "") == "1"
TIME_ZONE = os.environ.get("GUANXI_TIME_ZONE", "Asia/Shanghai")
BANK_NAME = os.environ.get("GUANXI_BANK_NAME", "")
ALLOWED_HOSTS = os.environ.get("GUANXI_ALLOWED_HOSTS", "localhost,127.0.0.1,[::1]").split(",")
CSRF_TRUSTED_ORIGINS = [origin for origin in os.environ.get("GUANXI_TRUSTED_ORIGINS", "").split(",") if origin]
HTTPS = os.environ.get("GUANXI_HTTPS", "") == "1"


def secret(variable: str, name: str) -> str:
    """A key: from the environment, from a file it names, or one made for this machine as ``var/<name>``."""
    if key := os.environ.get(variable):
        return key
    file = Path(os.environ.get(f"{variable}_FILE") or VAR / name)
    if not file.exists():
        from django.core.management.utils import get_random_secret_key

        file.parent.mkdir(parents=True, exist_ok=True)
        aside = file.with_suffix(f".{os.getpid()}")
        aside.touch(mode=0o600)
        aside.write_text(get_random_secret_key())
        with contextlib.suppress(FileExistsError):
            os.link(aside, file)  # whoever is first decides; the others read what it wrote
        aside.unlink()
    return file.read_text().strip()


def database(url: str) -> dict[str, object]:
    """A libpq URL as Django's database settings."""
    parts = urlsplit(url)
    options = {name: values[-1] for name, values in parse_qs(parts.query).items()}
    host = options.pop("host", None) or unquote(parts.hostname or "")
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": parts.path.lstrip("/"),
        "USER": unquote(parts.username or ""),
        "PASSWORD": unquote(parts.password or ""),
        "HOST": host,
        "PORT": str(parts.port or ""),
        "CONN_MAX_AGE": 600,
        "CONN_HEALTH_CHECKS": True,
        "OPTIONS": options,
    }


SECRET_KEY = secret("GUANXI_SECRET_KEY", "secret-key")
# The log of who did what is proved with a key of its own, which outlives the one that signs sessions.
AUDIT_KEY = secret("GUANXI_AUDIT_KEY", "audit-key")
AUDIT_HEADS = Path(os.environ.get("GUANXI_AUDIT_HEADS") or VAR / "audit").resolve()
# How many proxies stand before the site: each adds the address it was asked from, the last of ours is believed.
PROXIES = int(os.environ.get("GUANXI_PROXIES") or (1 if HTTPS else 0))
DATABASES = {"default": database(os.environ.get("DATABASE_URL", "postgresql:///guanxi"))}
# `guanxi serve` and `guanxi worker` connect as a role that sees only what the scope of who asks reaches
# (guanxi.crm.kernel.protection); where a role is only assumed, the connection is given back after each request.
ROW_SECURITY = os.environ.get("GUANXI_ROW_SECURITY", "") == "1"
ASSUME_ROLE = False
# Written by the night's job alone: the site only reads them.
PUBLISHED_APPS = ("party", "holding", "insight")
PUBLISHED_TABLES = (
    "org_institution",
    "identity_record",
    "identity_pair",
    "identity_field",
    "identity_threshold_count",
    "identity_threshold_sample",
    "identity_measure",
    "identity_mend",
    "rulings_night",
)
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

INSTALLED_APPS = [
    "unfold.apps.BasicAppConfig",
    "guanxi.crm.kernel.administration_app.AdministrationConfig",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.humanize",
    "django.contrib.postgres",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.socialaccount",
    "allauth.socialaccount.providers.openid_connect",
    "pgtrigger",
    "pghistory",
    "procrastinate.contrib.django",
    "guanxi.crm.kernel",
    "guanxi.crm.audit",
    "guanxi.crm.org",
    "guanxi.crm.workdays",
    "guanxi.crm.party",
    "guanxi.crm.holding",
    "guanxi.crm.insight",
    "guanxi.crm.notices",
    "guanxi.crm.quality",
    "guanxi.crm.identity",
    "guanxi.crm.handover",
    "guanxi.crm.consent",
    "guanxi.crm.bulletin",
    "guanxi.crm.contact",
    "guanxi.crm.sales",
    "guanxi.crm.watch",
    "guanxi.crm.rulings",
    "guanxi.crm.effort",
    "guanxi.crm.web",
    "guanxi.crm.api",
]

MIDDLEWARE = [
    # Every request has a number and an address from its first moment: whatever it leaves behind bears them.
    "guanxi.crm.web.tracing.TraceMiddleware",
    "guanxi.crm.web.headers.HeadersMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "guanxi.crm.web.notices.pulse.PulseMiddleware",
    "django.middleware.gzip.GZipMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "guanxi.crm.web.signin.gate.SessionStaffMiddleware",
    # The API knows callers by a token instead of a session; what follows treats both alike.
    "guanxi.crm.api.middleware.ApiMiddleware",
    "guanxi.crm.web.middleware.StaffMiddleware",
    "django.contrib.auth.middleware.LoginRequiredMiddleware",
    "guanxi.crm.web.plain.PlainTextMiddleware",
    "guanxi.crm.web.limits.LimitsMiddleware",
    "guanxi.crm.web.signin.gate.SecondFactorMiddleware",
    "guanxi.crm.web.keys.DataKeysMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    # Whatever a request changes is recorded by triggers together with who asked for it.
    "guanxi.crm.web.tracing.HistoryMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django.middleware.csp.ContentSecurityPolicyMiddleware",
]

ROOT_URLCONF = "guanxi.crm.config.urls"
WSGI_APPLICATION = "guanxi.crm.config.wsgi.application"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "guanxi.crm.web.context.shell",
            ],
        },
    },
]

SILENCED_SYSTEM_CHECKS = ["mail.W001"]  # a bank without outgoing e-mail is none to warn of
AUTH_USER_MODEL = "org.Staff"
SOCIALACCOUNT_ADAPTER = "guanxi.crm.web.signin.provider.ProviderAdapter"
SOCIALACCOUNT_LOGIN_ON_GET = True  # the policy lets no form lead to another site
AUTHENTICATION_BACKENDS = ["guanxi.crm.org.signing.LockingBackend"]
if LDAP["url"]:
    AUTHENTICATION_BACKENDS.insert(0, "guanxi.crm.org.ldap_signin.DirectoryBackend")
CSRF_FAILURE_VIEW = "guanxi.crm.web.errors.expired"
LOGIN_URL = "sign-in"
LOGIN_REDIRECT_URL = "home"
LOGOUT_REDIRECT_URL = "sign-in"
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 10}},
    {"NAME": "guanxi.crm.org.passwords.SimilarityValidator"},
    {"NAME": "guanxi.crm.org.passwords.BankNameValidator"},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "guanxi.crm.org.passwords.BreachedPasswordValidator"},
]
BREACHED_PASSWORDS = os.environ.get("GUANXI_BREACHED_PASSWORDS", "")

# Who must sign in with a second factor: whoever sees the whole bank or administers, unless the bank says otherwise.
MFA_ROLES = frozenset(
    os.environ.get(
        "GUANXI_MFA_ROLES", "administrator,auditor,officer,steward,head_office,analyst,service_agent,linkage"
    )
    .replace(" ", "")
    .split(",")
) - {""}
MFA_ADAPTER = "guanxi.crm.org.second_factor_adapter.StaffMFAAdapter"
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
ACCOUNT_ADAPTER = "guanxi.crm.org.account_adapter.StaffAccountAdapter"
ACCOUNT_USER_MODEL_USERNAME_FIELD = "id"
ACCOUNT_LOGIN_METHODS = {"username"}
ACCOUNT_SIGNUP_FIELDS = ["username*", "password1*"]
ACCOUNT_EMAIL_VERIFICATION = "none"

# Sessions lie in the database alone, so that ending one ends it for every process.
SESSION_ENGINE = "guanxi.crm.org.sessions"
SESSION_IDLE = timedelta(minutes=int(os.environ.get("GUANXI_SESSION_IDLE_MINUTES", "30")))
SESSION_ABSOLUTE = timedelta(hours=float(os.environ.get("GUANXI_SESSION_HOURS", "12")))
SESSION_COOKIE_AGE = int(SESSION_ABSOLUTE.total_seconds())
# How long after a proof of who one is a reveal or an export asks for no other.
CONFIRM_WITHIN = timedelta(minutes=int(os.environ.get("GUANXI_CONFIRM_MINUTES", "15")))
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = LANGUAGE_COOKIE_SECURE = HTTPS
CSRF_COOKIE_HTTPONLY = LANGUAGE_COOKIE_HTTPONLY = True
LANGUAGE_COOKIE_SAMESITE = "Lax"
if HTTPS:
    # Browsers take these names from this very host over https alone: no neighbour can plant a session.
    SESSION_COOKIE_NAME = "__Host-sessionid"
    CSRF_COOKIE_NAME = "__Host-csrftoken"
    LANGUAGE_COOKIE_NAME = "__Host-language"
SECURE_SSL_REDIRECT = HTTPS
SECURE_HSTS_SECONDS = 31536000 if HTTPS else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = HTTPS
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if HTTPS else None
X_FRAME_OPTIONS = "DENY"
SECURE_REFERRER_POLICY = "same-origin"

# Everything comes from the bank's own machine; no inline script, no inline style, no eval.
SECURE_CSP = {
    "default-src": [CSP.SELF],
    "script-src": [CSP.SELF],
    "style-src": [CSP.SELF],
    "img-src": [CSP.SELF, "data:", "blob:"],
    "font-src": [CSP.SELF],
    "connect-src": [CSP.SELF],
    "object-src": [CSP.NONE],
    "base-uri": [CSP.NONE],
    "form-action": [CSP.SELF],
    "frame-ancestors": [CSP.NONE],
}

# The site's key for push services (crm/notices).
PUSH_KEY = secret("GUANXI_PUSH_KEY", "push-key")

# What looks for malware in files that come in (kernel/scanning): clamd's socket, or a command.
SCAN_CLAMD = os.environ.get("GUANXI_SCAN_CLAMD", "")
SCAN_COMMAND = shlex.split(os.environ.get("GUANXI_SCAN_COMMAND", ""))

# Taking data out as a file (web/exports).
EXPORT_APPROVAL_ROWS = int(os.environ.get("GUANXI_EXPORT_APPROVAL_ROWS", "500"))
EXPORT_APPROVAL_ROWS_A_DAY = int(os.environ.get("GUANXI_EXPORT_APPROVAL_ROWS_A_DAY", "2000"))
# How long a hand-over can be undone.
HANDOVER_UNDO_HOURS = int(os.environ.get("GUANXI_HANDOVER_UNDO_HOURS", "72"))
EXPORT_KEPT_HOURS = int(os.environ.get("GUANXI_EXPORT_KEPT_HOURS", "72"))
EXPORT_FETCHES = int(os.environ.get("GUANXI_EXPORT_FETCHES", "5"))

# How many masked values somebody may have shown a day, by role ("*": any other), and for how many seconds each.
REVEALS_A_DAY = {
    role.strip(): int(most)
    for role, _colon, most in (
        one.partition(":")
        for one in os.environ.get(
            "GUANXI_REVEALS_A_DAY", "rm:30,branch_manager:50,service_agent:100,steward:50,*:20"
        ).split(",")
    )
    if most.strip().isdigit()
}
# Outside of these hours, and on weekends, what somebody does counts as done at an odd hour.
WORKING_HOURS = tuple(
    time.fromisoformat(one) for one in os.environ.get("GUANXI_WORKING_HOURS", "07:30-19:30").split("-")
)
REVEAL_SECONDS = int(os.environ.get("GUANXI_REVEAL_SECONDS", "60"))
# The API: for how many days a token may be valid.
API_TOKEN_DAYS = int(os.environ.get("GUANXI_API_TOKEN_DAYS", "90"))

WATERMARK = os.environ.get("GUANXI_WATERMARK", "1") == "1"
RATE_LIMITS = os.environ.get("GUANXI_RATE_LIMITS", "1") == "1"
# The largest thing taken in are files of mended rows, of ten megabytes.
LARGEST_REQUEST = 12_000_000
# Kept in memory: what comes in never lies in a temporary file.
FILE_UPLOAD_HANDLERS = ["django.core.files.uploadhandler.MemoryFileUploadHandler"]
FILE_UPLOAD_MAX_MEMORY_SIZE = LARGEST_REQUEST

USE_TZ = True
LANGUAGE_CODE = "zh-hans"
LANGUAGES = [("zh-hans", _("Simplified Chinese")), ("en", _("English"))]
# Dates in the administration as everywhere on the site.
FORMAT_MODULE_PATH = "guanxi.crm.config.formats"
LOCALE_PATHS = [Path(__file__).resolve().parent.parent / "locale"]

STATIC_URL = "/static/"
STATIC_ROOT = VAR / "static"
# Only the files that pages name are taken from the front-end packages (see guanxi.assets).
STATICFILES_DIRS = [("vendor", VAR / "vendor")]
STORAGES = {
    "default": {"BACKEND": "guanxi.crm.kernel.storage.SealedStorage"},
    "staticfiles": {"BACKEND": "guanxi.crm.web.storage.HashedFiles"},
}
WHITENOISE_MAX_AGE = 600
MEDIA_ROOT = VAR / "media"
ENCRYPT_FILES = os.environ.get("GUANXI_ENCRYPT_FILES", "1") != "0"

CACHES = {"default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}}

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "filters": {"private": {"()": "guanxi.crm.kernel.logs.Private"}},
    "formatters": {"line": {"format": "%(asctime)s %(levelname)s %(name)s %(message)s"}},
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "line", "filters": ["private"]}},
    "root": {"handlers": ["console"], "level": os.environ.get("GUANXI_LOG_LEVEL", "WARNING")},
}


def _page(title: object, icon: str, name: str) -> dict[str, object]:
    return {"title": title, "icon": icon, "link": reverse_lazy(f"admin:{name}")}


# The administration (django-unfold): colours of the site, one sidebar in the order of the work.
UNFOLD = {
    "SITE_TITLE": _("Guanxi administration"),
    "SITE_HEADER": _("Administration"),
    "SITE_SUBHEADER": BANK_NAME or _("Guanxi"),
    "SITE_SYMBOL": "handshake",
    "SITE_FAVICONS": [{"rel": "icon", "type": "image/svg+xml", "href": lambda request: static("web/logo.svg")}],
    "SITE_URL": "/",
    "SHOW_HISTORY": False,
    "SHOW_VIEW_ON_SITE": True,
    "SHOW_LANGUAGES": False,
    "STYLES": [lambda request: static("web/watermark.css")] if WATERMARK else [],
    "COMMAND": {"search_models": False, "show_history": False},
    "COLORS": {
        "primary": {
            "50": "#eff5ff",
            "100": "#dbe8fe",
            "200": "#bfd7fe",
            "300": "#93bbfd",
            "400": "#6097fa",
            "500": "#3b76f6",
            "600": "#2560d8",
            "700": "#1d4eb0",
            "800": "#1e438f",
            "900": "#1e3a71",
            "950": "#172545",
        },
    },
    "SIDEBAR": {
        "show_search": False,
        "show_all_applications": False,
        "navigation": [
            {
                "title": _("Institutions and staff"),
                "items": [
                    _page(_("Staff"), "badge", "org_staff_changelist"),
                    _page(_("Posts"), "assignment_ind", "org_post_changelist"),
                    _page(_("Institutions"), "account_tree", "org_institution_changelist"),
                    _page(_("Locked addresses"), "lock_clock", "org_addresslock_changelist"),
                    _page(_("Holidays and working days"), "event", "workdays_specialday_changelist"),
                    _page(_("API tokens"), "key", "org_apitoken_changelist"),
                ],
            },
            {
                "title": _("Published data"),
                "separator": True,
                "items": [
                    _page(_("Customers"), "group", "party_party_changelist"),
                    _page(_("Agreement lookup"), "contract", "holding_agreement_changelist"),
                    _page(_("Products and rates"), "inventory_2", "holding_product_changelist"),
                    _page(_("Assumptions"), "function", "assumptions"),
                    _page(_("Publications"), "event_available", "insight_publication_changelist"),
                ],
            },
            {
                "title": _("Personal data"),
                "separator": True,
                "items": [
                    _page(_("Consent texts"), "contract_edit", "consent_consenttext_changelist"),
                    _page(_("Rules of retention"), "auto_delete", "consent_retentionrule_changelist"),
                ],
            },
            {
                "title": _("Activities and tasks"),
                "separator": True,
                "items": [
                    _page(_("Outcomes"), "rule", "contact_outcome_changelist"),
                    _page(_("Templates"), "note_stack", "contact_activitytemplate_changelist"),
                    _page(_("Rooms and cars"), "meeting_room", "contact_resource_changelist"),
                ],
            },
            {
                "title": _("Data quality"),
                "separator": True,
                "items": [
                    _page(_("Nightly runs"), "bedtime", "quality_run_changelist"),
                    _page(_("Starts of the night's job"), "play_circle", "quality_nightrequest_changelist"),
                    _page(_("Data tests"), "checklist", "quality_testresult_changelist"),
                    _page(_("Rows kept aside"), "filter_alt", "quality_quarantinedrow_changelist"),
                    _page(_("Imports of mended rows"), "upload_file", "quality_mendingimport_changelist"),
                ],
            },
        ],
    },
}

# Reading leaves no history, so it need not say who reads.
PGHISTORY_MIDDLEWARE_METHODS = ("POST", "PUT", "PATCH", "DELETE")

# The night's job: where the bank puts its files, where the warehouse keeps its own.
INBOX = Path(os.environ.get("GUANXI_INBOX") or VAR / "inbox").resolve()
WAREHOUSE = Path(os.environ.get("GUANXI_WAREHOUSE") or VAR / "warehouse").resolve()
EVENTS_KEPT_DAYS = int(os.environ.get("GUANXI_EVENTS_KEPT_DAYS", "400"))

# The rights of the person: working days for an answer, counted from the day after the request came in.
RIGHTS_WORKING_DAYS = int(os.environ.get("GUANXI_RIGHTS_WORKING_DAYS", "15"))

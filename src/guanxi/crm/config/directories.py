"""Settings of where else the bank keeps its staff's passwords: a directory (LDAP), a provider (OpenID Connect)."""

from __future__ import annotations

import os
from typing import Any

from guanxi.crm.config.reading import from_file

# The bank's directory, where one is named: it decides about passwords first.
LDAP = {
    "url": os.environ.get("GUANXI_LDAP_URL", ""),
    "base": os.environ.get("GUANXI_LDAP_BASE", ""),
    "filter": os.environ.get("GUANXI_LDAP_FILTER", "(uid={number})"),
    "bind_dn": os.environ.get("GUANXI_LDAP_BIND_DN", ""),
    "bind_password": from_file("GUANXI_LDAP_BIND_PASSWORD_FILE"),
    "ca_file": os.environ.get("GUANXI_LDAP_CA_FILE", ""),
    "starttls": os.environ.get("GUANXI_LDAP_STARTTLS", "1") != "0",
}
# The bank's own provider (OpenID Connect), where one is named.
OIDC = {
    "url": os.environ.get("GUANXI_OIDC_URL", ""),
    "name": os.environ.get("GUANXI_OIDC_NAME", ""),
    "claim": os.environ.get("GUANXI_OIDC_CLAIM", "preferred_username"),
    "second_factor": os.environ.get("GUANXI_OIDC_SECOND_FACTOR", "") == "1",
}
SOCIALACCOUNT_PROVIDERS: dict[str, Any] = {
    "openid_connect": {
        "OAUTH_PKCE_ENABLED": True,
        "APPS": [
            {
                "provider_id": "bank",
                "name": OIDC["name"],
                "client_id": os.environ.get("GUANXI_OIDC_CLIENT_ID", ""),
                "secret": from_file("GUANXI_OIDC_CLIENT_SECRET_FILE"),
                "settings": {"server_url": OIDC["url"]},
            }
        ]
        if OIDC["url"]
        else [],
    }
}

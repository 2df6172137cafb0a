"""Signing in with the bank's directory (LDAP, Active Directory): the directory says whether the password is right.

Who somebody is and what they may do stays the staff file's word: a person of the directory who is in no staff file does
not get in, and nobody is created. Where the directory does not answer, passwords set here still work, so that an
administrator gets in.
"""

from __future__ import annotations

import logging
import ssl
from typing import Any

from django.conf import settings
from django.contrib.auth.backends import ModelBackend
from django.http import HttpRequest
from ldap3 import AUTO_BIND_NONE, NONE, SUBTREE, Connection, Server, Tls
from ldap3.core.exceptions import LDAPException
from ldap3.utils.conv import escape_filter_chars

from guanxi.crm.audit.context import current
from guanxi.crm.org.models import Staff
from guanxi.crm.org.signing import locked_until

logger = logging.getLogger(__name__)
SECONDS = 5


class DirectoryBackend(ModelBackend):
    """Asks the directory that ``settings.LDAP`` names. Comes before the local passwords, which count refusals."""

    def authenticate(
        self, request: HttpRequest | None, username: str | None = None, password: str | None = None, **kwargs: Any
    ) -> Any:
        """The member of staff whose number and password the directory knows; else None, also where it is not there."""
        number = username or ""
        # A directory takes an empty password for a wish to remain unknown, and says yes.
        if not number or not password or "\x00" in number + password or locked_until(number, current().address):
            return None
        staff = Staff.objects.filter(pk=number, is_active=True).first()
        if staff is None:
            return None
        try:
            return staff if directory_accepts(number, password) else None
        except (LDAPException, OSError) as error:
            logger.error("the directory at %s does not answer: %s", settings.LDAP["url"], type(error).__name__)
            return None


def directory_accepts(number: str, password: str) -> bool:
    """Whether the directory has exactly one entry for a number, and its password is this one.

    Raises ``LDAPException`` where the directory does not answer, its certificate is not good, or the search is refused.
    """
    wanted = settings.LDAP["filter"].replace("{number}", escape_filter_chars(number))
    searching = _connection(settings.LDAP["bind_dn"], settings.LDAP["bind_password"])
    if not searching.bind():
        raise LDAPException(f"the directory refuses the searching account: {searching.result['description']}")
    try:
        searching.search(settings.LDAP["base"], wanted, SUBTREE, attributes=[], size_limit=2)
        found = [entry["dn"] for entry in searching.response or [] if entry.get("type") == "searchResEntry"]
    finally:
        searching.unbind()
    if len(found) != 1:
        return False
    proving = _connection(found[0], password)
    try:
        return bool(proving.bind())
    finally:
        proving.unbind()


def _connection(user: str, password: str) -> Connection:
    url = settings.LDAP["url"]
    tls = Tls(validate=ssl.CERT_REQUIRED, ca_certs_file=settings.LDAP["ca_file"] or None)
    server = Server(url, tls=tls, get_info=NONE, connect_timeout=SECONDS)
    connection = Connection(
        server, user=user or None, password=password or None, auto_bind=AUTO_BIND_NONE, receive_timeout=SECONDS
    )
    connection.open()
    # Passwords never cross the network in the clear.
    if not url.startswith("ldaps://") and settings.LDAP["starttls"]:
        connection.start_tls()
    return connection

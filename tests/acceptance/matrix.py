"""Every address of the site, one line each: who may enter, whose record it names, which verb it takes.

**A new address needs a line here** (``test_access_matrix.py`` says so when one lacks it), and a form in
``matrix_forms.py`` where it takes POST. From these lines tests drive every address as every role, for a record inside
and outside of what the role reaches: page, fragment, files, and what a refused POST left unchanged.

Who may enter is written down here on its own, from what the roles are for, not read from the code under test.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from fnmatch import fnmatchcase
from typing import Any

from django.urls import URLPattern, URLResolver, get_resolver

from guanxi.crm.kernel.verbs import Verb
from tests.acceptance.matrix_row import (
    ADMINISTRATORS,
    ADMITTED,
    ANYBODY,
    APPROVERS,
    ASKERS,
    ASSIGNERS,
    EXPORTERS,
    HANDERS,
    HISTORIANS,
    LOOKERS,
    MENDERS,
    NOBODY,
    OFFICERS,
    READERS,
    RECORDERS,
    REVEALERS,
    SEERS,
    TAKERS,
    WATCHERS,
    WORKERS,
    Row,
)
from tests.acceptance.matrix_rules import BY_TOPIC

# What a name in an address stands for: a record of a customer, of one person, of somebody's colleague, of the house.
KWARGS = {
    name: record
    for record, names in {
        "customer": (
            "party_id agreement_id assignment_id support_id number package_id activity_id attachment_id task_id "
            "appointment_id opportunity_id move_id approval_id lead_id referral_id accepted_referral_id "
            "left_record right_record decision_id merge_id lead_activity_id lead_attachment_id"
        ),
        "person": (
            "invited_appointment_id leave_id lead_import_id export_id handover_id draft_handover_id "
            "done_handover_id notice_id device_id session_id token_id passkey import_id "
            "merge_file_id applied_merge_file_id asked_decision_id version_id"
        ),
        "house": (
            "sent_version_id announcement_id file_id material_id run_id row_id entry_id staff_id product_id period "
            "provider_id app_label object_id id content_type_id url"
        ),
        "colleague": "cover_id",
    }.items()
    for name in names.split()
}


SEE, EDIT, ASSIGN, EXPORT, REVEAL, APPROVE = Verb
LIST = {"name": "customers"}
DRAFT = {"handover_id": "draft_handover_id"}
ACCEPTED = {"referral_id": "accepted_referral_id"}
OF_LEAD = {"activity_id": "lead_activity_id"}
ADMIN_OBJECT = {"object_id": "admin_object_id"}

ROWS: tuple[Row, ...] = (
    # The shell, and signing in
    Row("home", ANYBODY),
    Row("watermark", ANYBODY),
    Row("search", SEERS, part=True),
    Row("sign-in", ANYBODY, ANYBODY, public=True, changes=False),
    Row("sign-in-second", ANYBODY, ANYBODY, public=True, changes=False),
    Row("sign-in-passkey", None, ANYBODY, public=True, changes=False),
    Row("passkey-options", None, ANYBODY, public=True, changes=False),
    Row("openid_connect_login", ANYBODY, ANYBODY, given={"provider_id": "bank"}, public=True, driven="provider"),
    Row("openid_connect_callback", ANYBODY, ANYBODY, given={"provider_id": "bank"}, public=True, driven="provider"),
    Row("sign-out", None, ANYBODY, changes=False, leaves=True),
    Row("confirm", ANYBODY, ANYBODY, changes=False),
    Row("confirm-passkey", None, ANYBODY, changes=False),
    Row("language", None, ANYBODY, public=True),
    Row("preferences", ANYBODY, ANYBODY),
    Row("list-columns", None, ANYBODY, given=LIST),
    # One's own sign-in
    Row("security", ANYBODY),
    Row("second-factor", ANYBODY, ANYBODY, changes=False, answer=422),
    Row("second-factor-remove", None, ANYBODY, changes=False),
    Row("recovery-codes", ANYBODY, ANYBODY),
    Row("recovery-codes-file", ANYBODY, answer=404),
    Row("passkey-add-options", None, ANYBODY, changes=False),
    Row("passkey-add", None, ANYBODY, changes=False),
    Row("passkey-remove", None, ANYBODY, ends=302),
    Row("password", ANYBODY, ANYBODY),
    Row("sessions-end", None, ANYBODY, changes=False),
    Row("session-end", None, ANYBODY, changes=False),
    # Customers
    Row("customers", SEERS, part=True, export="customers"),
    Row("customer", SEERS, part=True),
    Row("customer-holdings", SEERS, part=True),
    Row("customer-value", SEERS, part=True),
    Row("customer-balances", SEERS),
    Row("customer-contribution", SEERS, part=True),
    Row("customer-formula", SEERS, part=True),
    Row("customer-events", SEERS, part=True, export="events"),
    Row("customer-relations", SEERS, part=True),
    Row("customer-network", SEERS),
    Row("customer-circle", SEERS),
    Row("customer-linkage", SEERS, part=True, whose="organisation"),
    # Beside the companies of the stage stands nobody who is no customer.
    Row("customer-linkage-leads", None, WORKERS, verb=EDIT, changes=False),
    Row("customer-group", SEERS, part=True, whose="organisation"),
    Row("customer-tiers", SEERS, part=True),
    Row("customer-identity", SEERS, part=True),
    Row("customer-consents", SEERS, RECORDERS & SEERS, part=True, post_verb=EDIT),
    Row(
        "reveal",
        REVEALERS,
        REVEALERS,
        verb=REVEAL,
        given={"what": "contact", "key": "mobile-1"},
        part=True,
        changes=False,  # but for its entry in the log
    ),
    Row("customer-access", ASKERS, part=True),
    Row("customer-support", None, ASSIGNERS, post_verb=ASSIGN),
    Row("customer-support-end", None, ASSIGNERS, post_verb=ASSIGN),
    Row("products", ANYBODY, part=True),
    Row("industries", SEERS, part=True, export="industries"),
    Row("product", ANYBODY),
    Row("product-holders", SEERS),
    # What is done with customers and what is to be done
    Row("customer-activities", SEERS, part=True),
    Row("customer-activity-new", WORKERS, WORKERS, verb=EDIT, given={"kind": "call"}),
    Row("customer-activity", SEERS, WORKERS, post_verb=EDIT),
    Row("customer-attach", None, WORKERS, post_verb=EDIT),
    Row("customer-attachment", SEERS),
    Row("customer-task-new", WORKERS, WORKERS, verb=EDIT),
    Row("referrals", WORKERS, part=True, export="referrals"),
    Row("referral-new", WORKERS, WORKERS),
    Row("league", WORKERS, part=True),
    Row("referral", WORKERS),
    Row("referral-answer", None, WORKERS, post_verb=EDIT),
    Row("referral-pass", None, WORKERS, post_verb=EDIT),
    Row("referral-end", None, WORKERS, post_verb=EDIT, takes=ACCEPTED),
    Row("referral-opportunity", None, WORKERS, post_verb=EDIT, takes=ACCEPTED),
    Row("tasks", WORKERS, part=True, export="tasks"),
    Row("task", WORKERS, WORKERS, post_verb=EDIT),
    Row("task-new", WORKERS, WORKERS),
    Row("task-done", None, WORKERS),
    Row("task-snooze", None, WORKERS),
    Row("task-reassign", None, WORKERS, changes=False),  # one's own task without a customer is given to nobody
    Row("task-undo", None, WORKERS, changes=False),
    Row("calendar", WORKERS),
    Row("calendar-entries", WORKERS),
    Row("calendar-team", WORKERS),
    Row("calendar-new", WORKERS, WORKERS),
    Row("calendar-undo", None, WORKERS, changes=False),
    Row("calendar-hours", WORKERS, WORKERS),
    Row("calendar-leave", None, WORKERS),
    Row("calendar-leave-end", None, WORKERS),
    Row("calendar-feed", WORKERS),
    Row("calendar-feed-make", None, WORKERS),
    Row("calendar-feed-revoke", None, WORKERS),
    Row("calendar-ics", ANYBODY, given={"secret": "none"}, public=True, answer=404),
    Row("calendar-import", None, WORKERS, changes=False),
    Row("calendar-import-take", None, WORKERS, answer=422, changes=False),
    Row("plan", WORKERS),
    Row("plan-board", WORKERS),
    Row("plan-route", None, WORKERS, changes=False),
    Row("plan-goal", None, WORKERS),
    Row("plan-visit", WORKERS, WORKERS, verb=EDIT),
    Row("customer-appointment-new", WORKERS, WORKERS, verb=EDIT),
    Row("appointment", WORKERS, WORKERS, post_verb=EDIT),
    Row("appointment-move", None, WORKERS, post_verb=EDIT),
    Row("appointment-cancel", None, WORKERS, post_verb=EDIT),
    Row("appointment-answer", None, WORKERS, takes={"appointment_id": "invited_appointment_id"}),
    Row("morning", WORKERS, part=True),
    Row("morning-said", None, WORKERS, post_verb=EDIT, given={"verdict": "done"}),
    Row("morning-undo", None, WORKERS, changes=False),
    Row("customer-brief", SEERS),
    Row("customer-brief-file", EXPORTERS, verb=EXPORT),
    Row("work-log", WORKERS, WORKERS),
    Row("work-log-add", None, WORKERS),
    # What one is told
    Row("notices", ANYBODY),
    Row("notice", ANYBODY),
    Row("notices-pulse", ANYBODY),
    Row("notices-latest", ANYBODY),
    Row("notices-read", None, ANYBODY),
    Row("notices-unread", None, ANYBODY),
    Row("notices-wishes", ANYBODY, ANYBODY),
    Row("device-add", None, ANYBODY, answer=409, changes=False),  # push is off without a contact of the bank
    Row("device-remove", None, ANYBODY),
    Row("push-worker", ANYBODY, public=True),
    # Opportunities
    Row("customer-opportunities", SEERS, part=True),
    Row("customer-opportunity-new", WORKERS, WORKERS, verb=EDIT),
    Row("opportunities", SEERS, part=True, export="opportunities"),
    Row("opportunity-put-off", None, WORKERS, changes=False),  # which ones stands in the form
    Row("opportunity-give", None, WORKERS, changes=False),
    Row("opportunity", SEERS),
    Row("opportunity-edit", WORKERS, WORKERS, verb=EDIT),
    Row("opportunity-move", None, WORKERS, post_verb=EDIT),
    Row("opportunity-undo", None, WORKERS, post_verb=EDIT, changes=False),  # a move of somebody else's
    Row("opportunity-products", WORKERS, WORKERS, verb=EDIT),
    Row("opportunity-team", WORKERS, WORKERS, verb=EDIT),
    Row("opportunity-competitors", WORKERS, WORKERS, verb=EDIT),
    Row("opportunity-activity", WORKERS, WORKERS, verb=EDIT),
    Row("opportunity-price", None, WORKERS, post_verb=EDIT),
    Row("opportunity-price-decide", None, APPROVERS, post_verb=APPROVE),
    Row("pipeline", SEERS, part=True),
    Row("forecast", SEERS, part=True),
    Row("prices", APPROVERS),
    # Leads: a record of its own, with its own place and manager
    Row("leads", WORKERS, part=True, export="leads"),
    Row("lead-new", WORKERS, WORKERS),
    Row("lead", WORKERS, WORKERS, post_verb=EDIT),
    Row("lead-accept", None, WORKERS, changes=False),
    Row("lead-assign", None, ASSIGNERS),
    Row("lead-act", None, WORKERS, post_verb=EDIT),
    Row("lead-convert", WORKERS, WORKERS, verb=EDIT, post_verb=EDIT),
    Row("lead-activity-new", WORKERS, WORKERS, verb=EDIT, given={"kind": "call"}),
    Row("lead-activity", WORKERS, WORKERS, post_verb=EDIT, takes=OF_LEAD),
    Row("lead-attach", None, WORKERS, post_verb=EDIT, takes=OF_LEAD),
    Row("lead-attachment", WORKERS, takes={**OF_LEAD, "attachment_id": "lead_attachment_id"}),
    Row("lead-task-new", WORKERS, WORKERS, verb=EDIT),
    Row("lead-appointment-new", WORKERS, WORKERS, verb=EDIT),
    Row("lead-reveal", WORKERS & REVEALERS, WORKERS & REVEALERS, verb=REVEAL, given={"what": "phone"}, changes=False),
    Row("lead-rules", WORKERS),
    Row("lead-imports", WORKERS, WORKERS),
    Row("lead-import", WORKERS, part=True),
    Row("lead-import-check", None, WORKERS),
    Row("lead-import-take", None, WORKERS, changes=False),
    Row("lead-import-take-back", None, WORKERS, changes=False),
    Row("lead-import-errors", WORKERS),
    Row("apply", ANYBODY, ANYBODY, public=True),
    Row("apply-thanks", ANYBODY, public=True),
    # What institutions announce and share with their staff
    Row("bulletin", ANYBODY),
    Row("bulletin-new", ASSIGNERS, ASSIGNERS),
    Row("bulletin-one", ANYBODY),
    Row("bulletin-change", driven="test_bulletin.py: only for institutions that one answers for"),
    Row("bulletin-withdraw", driven="test_bulletin.py: only for institutions that one answers for"),
    Row("bulletin-file", ANYBODY),
    Row("materials", ANYBODY),
    Row("material-new", ASSIGNERS, ASSIGNERS),
    Row("material", ANYBODY),  # who answers for its institution adds versions: test_bulletin.py
    Row("material-withdraw", driven="test_bulletin.py: only for institutions that one answers for"),
    Row("material-file", ANYBODY, given={"version": "1"}),
    # Requests of persons
    Row("rights", LOOKERS, part=True),
    Row("rights-case", (LOOKERS | RECORDERS) & SEERS),
    Row("rights-receipt", (LOOKERS | RECORDERS) & SEERS),
    Row("rights-package", LOOKERS),
    Row("rights-package-file", OFFICERS),
    Row("rights-act", None, OFFICERS, given={"name": "take"}),
    Row("rights-receive", RECORDERS & SEERS, RECORDERS & SEERS, verb=EDIT),
    # Those one is responsible for
    Row("team", ASSIGNERS),
    Row("board", ASSIGNERS, export="team-week"),
    Row("board-person", ASSIGNERS, takes={"staff_id": "colleague_id"}),
    Row("board-hand-over", None, ASSIGNERS, takes={"staff_id": "colleague_id"}, changes=False),
    Row("team-cover", None, ASSIGNERS),
    Row("team-cover-end", None, ASSIGNERS, post_verb=ASSIGN),
    # Hand-overs: a draft is its arranger's, the rest is for whom it concerns
    Row("handovers", HANDERS),
    Row("handover-new", ASSIGNERS, ASSIGNERS),
    Row("handover", HANDERS, part=True),
    Row("handover-who", ASSIGNERS, ASSIGNERS, takes=DRAFT),
    Row("handover-what", ASSIGNERS, ASSIGNERS, takes=DRAFT),
    Row("handover-to", ASSIGNERS, ASSIGNERS, takes=DRAFT),
    Row("handover-preview", ASSIGNERS, ASSIGNERS, takes=DRAFT),
    Row("handover-sign", None, HANDERS),
    Row("handover-refuse", None, HANDERS),
    Row("handover-take-back", None, HANDERS),
    Row("handover-undo", None, HANDERS, takes={"handover_id": "done_handover_id"}),
    Row("team-sight", ASSIGNERS | ADMITTED, takes={"staff_id": "colleague_id"}),
    Row("pool", HANDERS),
    Row("pool-claim", None, HANDERS, answer=422, changes=False),
    Row("pool-give-back", None, HANDERS, answer=422, changes=False),
    Row("pool-rules", ASSIGNERS, ASSIGNERS),
    # Taking out
    Row("exports", TAKERS),
    Row("export-ask", EXPORTERS, EXPORTERS, given=LIST),
    Row("export", TAKERS, part=True),
    Row("export-decide", None, APPROVERS, post_verb=APPROVE, takes={"export_id": "asked_export_id"}),
    Row("export-take-back", None, TAKERS),
    Row("export-file", EXPORTERS, takes={"export_id": "written_export_id"}),
    *BY_TOPIC,
    # Nights, quality, rows kept aside
    Row("runs", READERS, part=True),
    Row("run-start", None, MENDERS),
    Row("run", READERS, part=True),
    Row("quality", READERS),
    Row("quality-rules", READERS),
    Row("quality-model", READERS, given={"name": "core_party"}),
    Row("quality-test", READERS, given={"name": "balance_not_negative"}),
    Row("quality-documentation", READERS),
    Row("quality-documentation-site", READERS),
    Row("quarantine", READERS, part=True, export="quarantine"),
    Row("quarantined-row", READERS, MENDERS, changes=False, answer=422),
    Row("quarantine-dismiss", None, MENDERS),
    Row("quarantine-restore", None, MENDERS),
    Row("quarantine-import", READERS, MENDERS),
    Row("quarantine-preview", READERS),
    Row("quarantine-apply", None, MENDERS),
    Row("quarantine-replay", READERS, part=True),
    # The log, and the history of rows
    Row("audit", WATCHERS, part=True, export="audit"),
    Row("proof", WATCHERS),
    Row("proof-verify", None, WATCHERS),
    Row("audit-entry", WATCHERS),
    Row("audit-customer", WATCHERS),
    Row("audit-person", WATCHERS),
    Row("unusual", WATCHERS, export="unusual"),
    Row("unusual-person", WATCHERS),
    Row("unusual-note", None, WATCHERS),
    Row("history", HISTORIANS, given={"kind": "cover"}, takes={"key": "cover_key"}),
    Row("history-restore", None, ADMINISTRATORS, given={"kind": "cover"}, takes={"key": "cover_key"}),
    # The API; its writes take JSON and are driven by test_access_api.py
    Row("api-documentation", ANYBODY),
    Row("api-v1:customers", SEERS),
    Row("api-v1:search", SEERS, answer=422),
    Row("api-v1:customer", SEERS),
    Row("api-v1:customer-holdings", SEERS),
    Row("api-v1:customer-relations", SEERS),
    Row("api-v1:customer-value", SEERS),
    Row("api-v1:customer-tiers", SEERS),
    Row("api-v1:customer-events", SEERS),
    Row("api-v1:customer-consents", SEERS),
    Row("api-v1:customer-may-contact", driven="test_access_api.py, which knows what to ask"),
    Row("api-v1:customer-requests", (LOOKERS | RECORDERS) & SEERS),
    Row("api-v1:customer-supports", ASSIGNERS, verb=ASSIGN),
    Row("api-v1:customer-support"),
    Row("api-v1:lead", WORKERS),
    Row("api-v1:leads"),
    Row("api-v1:opportunities", SEERS),
    Row("api-v1:pipelines", SEERS),
    Row("api-v1:opportunity", SEERS),
    Row("api-v1:opportunity-new"),
    Row("api-v1:opportunity-move"),
    Row("api-v1:covers", ASSIGNERS),
    Row("api-v1:cover"),
    Row("api-v1:me", ANYBODY),
    Row("api-v1:publication", ANYBODY),
    Row("api-v1:institutions", ANYBODY),
    Row("api-v1:staff", ANYBODY),
    Row("api-v1:products", ANYBODY),
    Row("api-v1:product", ANYBODY),
    Row("api-v1:openapi-json", ANYBODY),
    Row("api-v1:api-root", driven="it is not found"),
    Row("tokens", ANYBODY),
    Row("token-new", ANYBODY, ANYBODY),
    Row("token-end", None, ANYBODY),
    # The administration: what it generates for each model
    Row("admin:index", ADMITTED),
    Row("admin:app_list", ADMITTED, given={"app_label": "org"}),
    Row("admin:search", ADMITTED),
    Row("admin:jsi18n", ADMITTED),
    Row("admin:autocomplete", NOBODY),
    Row("admin:view_on_site", ADMITTED, given={"content_type_id": "1", "object_id": "1"}, answer=404),
    Row("admin:login", ADMITTED, public=True),
    Row("admin:logout", None, ADMITTED, changes=False, leaves=True),
    Row("admin:password_change", ADMITTED),
    Row("admin:password_change_done", ADMITTED),
    Row("admin:assumptions", ADMITTED),
    Row("admin:auth_user_password_change", ADMINISTRATORS, ADMINISTRATORS, takes={"id": "staff_id"}),
    Row("admin:party_party_change", ADMITTED & SEERS, takes={"object_id": "party_id"}, ends=302),
    Row("admin:holding_agreement_change", ADMITTED & SEERS, takes={"object_id": "agreement_id"}, ends=302),
    Row("admin:party_party_history", ADMITTED & SEERS, takes={"object_id": "party_id"}, ends=302),
    Row("admin:holding_agreement_history", ADMITTED & SEERS, takes={"object_id": "agreement_id"}, ends=302),
    Row("admin:org_staff_change", ADMITTED, ADMINISTRATORS, takes={"object_id": "staff_id"}),
    Row("admin:consent_retentionrule_change", ADMITTED, ADMINISTRATORS, takes=ADMIN_OBJECT),
    Row("admin:consent_consenttext_add", ADMINISTRATORS, ADMINISTRATORS),
    Row("admin:contact_reasonsetting_add", ADMINISTRATORS, ADMINISTRATORS),
    Row("admin:contact_outcome_add", ADMINISTRATORS, ADMINISTRATORS),
    Row("admin:contact_outcome_change", ADMITTED, ADMINISTRATORS, takes=ADMIN_OBJECT),
    Row("admin:contact_activitytemplate_add", ADMINISTRATORS, ADMINISTRATORS),
    Row("admin:contact_activitytemplate_change", ADMITTED, ADMINISTRATORS, takes=ADMIN_OBJECT),
    Row("admin:contact_resource_add", ADMINISTRATORS, ADMINISTRATORS),
    Row("admin:contact_resource_change", ADMITTED, ADMINISTRATORS, takes=ADMIN_OBJECT),
    Row("admin:sales_pipeline_change", ADMITTED, ADMINISTRATORS, takes=ADMIN_OBJECT),
    Row("admin:sales_closereason_add", ADMINISTRATORS, ADMINISTRATORS),
    Row("admin:sales_closereason_change", ADMITTED, ADMINISTRATORS, takes=ADMIN_OBJECT),
    Row("admin:sales_scoringrule_add", ADMINISTRATORS, ADMINISTRATORS),
    Row("admin:sales_scoringrule_change", ADMITTED, ADMINISTRATORS, takes=ADMIN_OBJECT),
    Row("admin:sales_assignmentrule_add", ADMINISTRATORS, ADMINISTRATORS),
    Row("admin:sales_assignmentrule_change", ADMITTED, ADMINISTRATORS, takes=ADMIN_OBJECT),
    Row("admin:sales_leadsetup_change", ADMITTED, ADMINISTRATORS, takes=ADMIN_OBJECT),
    Row("admin:workdays_specialday_add", ADMINISTRATORS, ADMINISTRATORS),
    Row("admin:workdays_specialday_change", ADMITTED, ADMINISTRATORS, takes=ADMIN_OBJECT),
    Row("admin:workdays_specialday_delete", ADMINISTRATORS, ADMINISTRATORS, takes=ADMIN_OBJECT),
    Row("admin:org_addresslock_delete", ADMINISTRATORS, ADMINISTRATORS, takes=ADMIN_OBJECT),
    Row("admin:org_apitoken_delete", ADMINISTRATORS, ADMINISTRATORS, takes=ADMIN_OBJECT),
    Row("admin:*_changelist", ADMITTED),
    Row("admin:*_change", ADMITTED, NOBODY, takes=ADMIN_OBJECT),
    Row("admin:*_history", ADMITTED, takes=ADMIN_OBJECT),
    Row("admin:*_add", NOBODY, NOBODY),
    Row("admin:*_delete", NOBODY, NOBODY, takes=ADMIN_OBJECT),
    Row("admin:?", ADMITTED, driven="it leads to a page that has a line, or to nothing"),
)


@dataclass(frozen=True, slots=True)
class Address:
    """One address of the URLconf: its name with namespaces (``?`` where it has none), route, and names in it."""

    name: str
    route: str
    kwargs: tuple[str, ...]
    model: Any = None


def addresses() -> Iterator[Address]:
    """Every address of the URLconf."""
    yield from _walk(get_resolver().url_patterns, "", (), ())


def _walk(patterns: list[Any], route: str, kwargs: tuple[str, ...], spaces: tuple[str, ...]) -> Iterator[Address]:
    for one in patterns:
        here, names = route + str(one.pattern), (*kwargs, *one.pattern.regex.groupindex)
        if isinstance(one, URLResolver):
            yield from _walk(one.url_patterns, here, names, (*spaces, one.namespace) if one.namespace else spaces)
        elif isinstance(one, URLPattern):
            admin = getattr(one.callback, "model_admin", None)
            yield Address(":".join([*spaces, one.name or "?"]), here, names, admin and admin.model)


def row_of(name: str) -> Row | None:
    """The line for an address: its own, else the first pattern that fits."""
    own = next((row for row in ROWS if row.name == name), None)
    return own or next((row for row in ROWS if "*" in row.name and fnmatchcase(name, row.name)), None)


def driven_rows() -> Iterator[tuple[Address, Row]]:
    """Every address with its line, but for those that another test drives."""
    for address in addresses():
        row = row_of(address.name)
        if row is not None and not row.driven:
            yield address, row

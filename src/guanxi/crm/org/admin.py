"""Institutions, staff and posts in the administration.

All three come from the bank's files every night, so what the files say is only shown; what a person decides (whether
somebody may sign in, may administer, and with which password) is changed here.
"""

from __future__ import annotations

from typing import Any, ClassVar

from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.socialaccount.models import SocialAccount, SocialApp, SocialToken
from django import forms
from django.contrib import admin
from django.contrib.auth.admin import UserAdmin
from django.contrib.auth.models import Group
from django.db.models import QuerySet
from django.http import HttpRequest
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from procrastinate.contrib.django.models import ProcrastinateJob
from unfold.admin import ModelAdmin, TabularInline
from unfold.forms import AdminPasswordChangeForm
from unfold.widgets import UnfoldBooleanSwitchWidget

from guanxi.crm.audit.models import Action
from guanxi.crm.audit.services import record
from guanxi.crm.kernel.administration import ReadOnlyAdmin
from guanxi.crm.org.administration import LooksMixin, administers, does_everything, may_look
from guanxi.crm.org.history import staff_changes
from guanxi.crm.org.models import AddressLock, ApiToken, Institution, Post, Staff
from guanxi.crm.org.second_factor import factors_of, remove_all
from guanxi.crm.org.sessions import end_sessions, sessions_of
from guanxi.crm.org.signing import locked_until, unlock

# Roles come from the bank's posts, not from groups; jobs are watched on the runs page; secrets of second factors and
# addresses nobody uses are no lists to look at.
for unused in (Group, ProcrastinateJob, EmailAddress, Authenticator, SocialAccount, SocialApp, SocialToken):
    if admin.site.is_registered(unused):
        admin.site.unregister(unused)


@admin.register(Institution)
class InstitutionAdmin(LooksMixin, ReadOnlyAdmin):
    """The institution tree, as the bank's file states it."""

    list_display = ("name", "id", "kind", "above", "city", "status")
    list_filter = ("kind", "status")
    search_fields = ("id__startswith", "name")
    ordering = ("path",)
    list_select_related = ("parent",)
    fields = ("id", "name", "name_en", "kind", "parent", "path", "city", "opened_on", "status")

    @admin.display(description=_("institution above"))
    def above(self, institution: Institution) -> str:
        """The name of the institution above."""
        return institution.parent.name if institution.parent else "–"


class PostInline(TabularInline):
    """The posts of a member of staff."""

    model = Post
    extra = 0
    can_delete = False
    fields = ("institution", "role", "line", "valid_from", "valid_to")
    readonly_fields = fields
    tab = True

    def get_queryset(self, request: HttpRequest) -> QuerySet[Post]:
        """With the institutions' names."""
        return super().get_queryset(request).select_related("institution")

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Whoever may look."""
        return may_look(request)

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Posts come from the bank's files."""
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Posts come from the bank's files."""
        return False


class StaffForm(forms.ModelForm):
    """What an administrator decides about a member of staff."""

    asking: Staff
    unlock = forms.BooleanField(
        label=_("unlock"),
        required=False,
        widget=UnfoldBooleanSwitchWidget,
        help_text=_("after too many wrong passwords the number is locked for a while"),
    )
    end_sessions = forms.BooleanField(
        label=_("end all sessions"),
        required=False,
        widget=UnfoldBooleanSwitchWidget,
        help_text=_("signs the person out everywhere, at once"),
    )
    remove_factors = forms.BooleanField(
        label=_("remove the second factor"),
        required=False,
        widget=UnfoldBooleanSwitchWidget,
        help_text=_("for somebody who lost phone and recovery codes; ends their sessions too"),
    )

    class Meta:
        model = Staff
        fields: ClassVar = ["is_active", "is_staff", "is_superuser"]

    def clean(self) -> dict[str, Any]:
        """Nobody may lock themselves out."""
        cleaned = super().clean() or {}
        if self.instance.pk == self.asking.pk:
            for name in ("is_active", "is_staff", "is_superuser"):
                if name in self.changed_data and not cleaned.get(name):
                    self.add_error(name, forms.ValidationError(gettext("You cannot take this right from yourself.")))
        return cleaned


@admin.register(Staff)
class StaffAdmin(LooksMixin, UserAdmin, ModelAdmin):
    """Members of staff: they come and go with the bank's files; here they get a password and the right to sign in."""

    form = StaffForm
    change_password_form = AdminPasswordChangeForm
    list_display = ("name", "id", "institution_name", "role", "is_active", "is_staff", "last_login")
    list_display_links = ("name", "id")
    list_filter = ("is_active", "is_staff", "role", "line")
    list_filter_submit = True
    search_fields = ("id__startswith", "name")
    search_help_text = _("Name, or the beginning of the number")
    ordering = ("id",)
    list_select_related = ("institution",)
    show_full_result_count = False
    filter_horizontal = ()
    inlines = (PostInline,)
    actions = None
    warn_unsaved_form = True
    from_the_bank = ("id", "name", "institution", "role", "line", "phone", "email", "joined_on", "left_on")
    readonly_fields = (
        *from_the_bank,
        "sight",
        "password_state",
        "factor_state",
        "session_state",
        "last_login",
        "changes",
    )
    fieldsets: ClassVar = (
        (
            _("Signing in"),
            {
                "fields": (
                    "sight",
                    "password_state",
                    "factor_state",
                    "remove_factors",
                    "session_state",
                    "end_sessions",
                    "is_active",
                    "unlock",
                    "is_staff",
                    "is_superuser",
                    "last_login",
                )
            },
        ),
        (
            _("From the bank's files"),
            {"fields": from_the_bank, "description": _("The night's job writes these; they are not changed here.")},
        ),
        (_("What was changed"), {"fields": ("changes",)}),
    )
    add_fieldsets = ()

    @admin.display(description=_("institution"))
    def institution_name(self, staff: Staff) -> str:
        """The name of the institution."""
        return staff.institution.name if staff.institution else "–"

    @admin.display(description=_("reach"))
    def sight(self, staff: Staff) -> SafeString:
        """The way to all that the person can see."""
        return format_html(
            '<a class="text-primary-600 dark:text-primary-500" href="{}">{}</a>',
            reverse("team-sight", args=[staff.pk]),
            _("What this person can see"),
        )

    @admin.display(description=_("password"))
    def password_state(self, staff: Staff) -> SafeString:
        """Whether there is one, and the way to set another; nothing of the password itself is shown."""
        return format_html(
            '{} <a class="ml-4 text-primary-600 dark:text-primary-500" href="{}">{}</a>',
            _("set") if staff.has_usable_password() and staff.password else _("none yet: cannot sign in"),
            reverse("admin:auth_user_password_change", args=[staff.pk]),
            _("Set a new password"),
        )

    @admin.display(description=_("second factor"))
    def factor_state(self, staff: Staff) -> str:
        """What the person has to prove themselves with besides the password."""
        factors = factors_of(staff)
        names = [gettext("authenticator app")] if factors.app else []
        names += [gettext("%(number)s passkeys") % {"number": len(factors.passkeys)}] if factors.passkeys else []
        return ", ".join(names) or gettext("none")

    @admin.display(description=_("open sessions"))
    def session_state(self, staff: Staff) -> str:
        """How many sessions the person has."""
        return str(len(sessions_of(staff, this=None)))

    @admin.display(description=_("What was changed"))
    def changes(self, staff: Staff) -> SafeString:
        """The last changes with who made them."""
        return render_to_string("org/staff_changes.html", {"changes": staff_changes(staff)})

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> Any:
        """Unlocking, ending sessions and removing factors are offered only where there is what they end."""
        hidden = {"unlock", "end_sessions", "remove_factors"}
        if obj is not None and self.has_change_permission(request, obj):
            hidden -= {"unlock"} if locked_until(obj.pk) else set()
            hidden -= {"end_sessions"} if sessions_of(obj, this=None) else set()
            hidden -= {"remove_factors"} if factors_of(obj).any else set()
        return [
            (name, {**options, "fields": tuple(field for field in options["fields"] if field not in hidden)})
            for name, options in super().get_fieldsets(request, obj)
        ]

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: Any) -> None:
        """Also unlocks, ends sessions and removes factors, where that was asked for."""
        super().save_model(request, obj, form, change)
        changed = {name: [form.initial.get(name), form.cleaned_data.get(name)] for name in form.changed_data}
        record(action=Action.PERMISSION, kind="staff", object_id=obj.pk, detail={"changed": changed})
        if form.cleaned_data.get("unlock"):
            unlock(obj.pk)
        if form.cleaned_data.get("remove_factors"):
            remove_all(staff=obj)
        if form.cleaned_data.get("end_sessions") or form.cleaned_data.get("remove_factors"):
            end_sessions(staff_id=obj.pk, but=request.session.session_key)

    def user_change_password(self, request: HttpRequest, id: str, form_url: str = "") -> Any:  # noqa: A002
        """As Django's; whoever has a new password may try it at once, and nobody stays in with the old one."""
        response = super().user_change_password(request, id, form_url)
        if request.method == "POST" and response.status_code == 302:
            unlock(id)
            record(action=Action.PERMISSION, kind="staff", object_id=id, detail={"changed": {"password": "set"}})
            end_sessions(staff_id=id, but=request.session.session_key)
        return response

    def get_form(self, request: HttpRequest, obj: Any = None, change: bool = False, **kwargs: Any) -> Any:
        """The form, which knows who asks."""
        form = super().get_form(request, obj, change=change, **kwargs)
        form.asking = request.user
        return form

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        """Only one who may do everything may let others do so."""
        fields = tuple(super().get_readonly_fields(request, obj))
        return fields if does_everything(request) else (*fields, "is_superuser")

    def has_add_permission(self, request: HttpRequest) -> bool:
        """Staff come with the bank's files."""
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """What somebody did must keep their name."""
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Administrators; one who may do everything only by their like."""
        return administers(request) and (obj is None or not obj.is_superuser or does_everything(request))


@admin.register(Post)
class PostAdmin(LooksMixin, ReadOnlyAdmin):
    """Who holds which post from when to when."""

    list_display = ("staff", "institution", "role", "line", "valid_from", "valid_to")
    list_filter = ("role", "line")
    search_fields = ("staff__id__startswith", "staff__name", "institution__id__startswith")
    ordering = ("staff_id", "id")
    list_select_related = ("staff", "institution")
    fields = ("staff", "institution", "role", "line", "valid_from", "valid_to")


@admin.register(AddressLock)
class AddressLockAdmin(LooksMixin, ReadOnlyAdmin):
    """Addresses from which signing in was refused lately; deleting one unlocks it."""

    list_display = ("address", "locked_until", "refusals", "rounds", "refused_at")
    ordering = ("-refused_at",)
    search_fields = ("address__startswith",)
    fields = ("address", "locked_until", "refusals", "rounds", "refused_at")

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Administrators unlock an address by deleting its lock."""
        return administers(request)


@admin.register(ApiToken)
class ApiTokenAdmin(LooksMixin, ReadOnlyAdmin):
    """Every token by which programs act in somebody's name; deleting one ends it at once."""

    list_display = ("name", "staff", "made_at", "expires_at", "used_at", "used_from", "rows_a_day")
    list_select_related = ("staff",)
    search_fields = ("staff__id__startswith", "staff__name", "name")
    ordering = ("-made_at",)
    fields = ("name", "staff", "abilities", "strong", "rows_a_day", "made_at", "expires_at", "used_at", "used_from")

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Administrators end a token by deleting it."""
        return administers(request)

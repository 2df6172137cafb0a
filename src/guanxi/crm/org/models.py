"""Institutions, staff and their posts. Institutions, staff and posts come from the bank's files every night."""

from __future__ import annotations

from typing import Any, ClassVar

import pghistory
import pgtrigger
from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.contrib.auth.models import PermissionsMixin
from django.db import models
from django.utils.translation import gettext_lazy as _

from guanxi.crm.kernel.sealed import SealedCharField


class Institution(models.Model):
    """Grain: one row an institution. ``path`` is the numbers from the topmost down, each followed by ``/``."""

    class Kind(models.TextChoices):
        UNION = "union", _("Provincial union")
        BANK = "bank", _("Head office")
        BRANCH = "branch", _("Branch")
        SUB_BRANCH = "sub_branch", _("Sub-branch")
        TEAM = "team", _("Team")
        OFFICE = "office", _("Office")

    id = models.CharField(_("institution number"), max_length=32, primary_key=True)
    name = models.CharField(_("name"), max_length=120)
    name_en = models.CharField(_("name in English"), max_length=200, default="", blank=True)
    parent = models.ForeignKey(
        "self",
        models.PROTECT,
        null=True,
        blank=True,
        db_constraint=False,
        related_name="children",
        verbose_name=_("institution above"),
    )
    kind = models.CharField(_("kind"), max_length=16, choices=Kind.choices)
    path = models.CharField(_("path"), max_length=500)
    depth = models.PositiveSmallIntegerField(_("depth"), default=0)
    city = models.CharField(_("city"), max_length=60, default="", blank=True)
    opened_on = models.DateField(_("opened on"), null=True, blank=True)
    status = models.CharField(_("status"), max_length=8, default="open")

    class Meta:
        verbose_name = _("institution")
        verbose_name_plural = _("institutions")
        indexes: ClassVar = [models.Index(fields=["path"], name="institution_path")]

    def __str__(self) -> str:
        return self.name


class Role(models.TextChoices):
    """What a post is; it decides how far its holder sees."""

    RM = "rm", _("Relationship manager")
    BRANCH_MANAGER = "branch_manager", _("Branch manager")
    HEAD_OFFICE = "head_office", _("Head office")
    ANALYST = "analyst", _("Analyst")
    STEWARD = "steward", _("Data steward")
    SERVICE_AGENT = "service_agent", _("Service agent")
    AUDITOR = "auditor", _("Auditor")
    LINKAGE = "linkage", _("Corporate-retail linkage")
    OFFICER = "officer", _("Data-protection officer")
    ADMINISTRATOR = "administrator", _("Administrator")
    SYSTEM = "system", _("System of the bank")
    OTHER = "other", _("Other")


class Line(models.TextChoices):
    RETAIL = "retail", _("Retail")
    CORPORATE = "corporate", _("Corporate")
    BOTH = "both", _("Retail and corporate")


class StaffManager(BaseUserManager["Staff"]):
    """Creates members of staff who sign in with their number."""

    def create_user(self, id: str, password: str | None = None, **fields: Any) -> Staff:  # noqa: A002
        """A member of staff; without a password they cannot sign in until one is set."""
        staff = self.model(id=id, **fields)
        staff.set_password(password)
        staff.save(using=self._db)
        return staff

    def create_superuser(self, id: str, password: str | None = None, **fields: Any) -> Staff:  # noqa: A002
        """A member of staff who may do everything in the administration."""
        return self.create_user(
            id, password, **{"is_staff": True, "is_superuser": True, "name": id, "role": Role.ADMINISTRATOR, **fields}
        )


@pghistory.track(
    # What stood there before each change: what it became is the next change's row, or the row of today.
    pghistory.UpdateEvent(row=pghistory.Old),
    exclude=["password", "last_login", "preferences"],
    obj_field=pghistory.ObjForeignKey(related_name="history"),
    model_name="StaffEvent",
    meta={"verbose_name": _("change of a member of staff")},
)
class Staff(AbstractBaseUser, PermissionsMixin):
    """Grain: one row a member of staff, who is also the person that signs in."""

    # The bank numbers its staff with words; Django's own annotations expect a number.
    id = models.CharField(_("staff number"), max_length=32, primary_key=True)  # pyrefly: ignore[bad-override-mutable-attribute]
    name = models.CharField(_("name"), max_length=120)
    institution = models.ForeignKey(
        Institution,
        models.PROTECT,
        null=True,
        blank=True,
        db_constraint=False,
        related_name="staff",
        verbose_name=_("institution"),
    )
    role = models.CharField(_("role"), max_length=16, choices=Role.choices, default=Role.OTHER)
    line = models.CharField(_("line of business"), max_length=16, choices=Line.choices, default=Line.BOTH)
    phone = SealedCharField(_("phone"), max_length=32, default="", blank=True, label="org_staff.phone", key=("id",))
    email = models.CharField(_("e-mail"), max_length=120, default="", blank=True)
    joined_on = models.DateField(_("joined on"), null=True, blank=True)
    left_on = models.DateField(_("left on"), null=True, blank=True)
    is_active = models.BooleanField(_("may sign in"), default=True)
    is_staff = models.BooleanField(_("may use the administration"), default=False)
    preferences = models.JSONField(_("preferences"), default=dict, blank=True)

    objects = StaffManager()
    USERNAME_FIELD = "id"
    REQUIRED_FIELDS: ClassVar[list[str]] = ["name"]

    class Meta:
        verbose_name = _("member of staff")
        verbose_name_plural = _("staff")
        triggers: ClassVar = [
            # Whoever may not sign in any more has no open session, whatever wrote so: a page, the night, SQL.
            pgtrigger.Trigger(
                name="leaver_has_no_session",
                operation=pgtrigger.Update,
                when=pgtrigger.After,
                condition=pgtrigger.Q(old__is_active=True, new__is_active=False),
                func="DELETE FROM org_staffsession WHERE staff_id = NEW.id; RETURN NULL;",
            ),
            # No program goes on in the name of somebody who left.
            pgtrigger.Trigger(
                name="leaver_has_no_token",
                operation=pgtrigger.Update,
                when=pgtrigger.After,
                condition=pgtrigger.Q(old__is_active=True, new__is_active=False),
                func="DELETE FROM org_apitoken WHERE staff_id = NEW.id; RETURN NULL;",
            ),
        ]

    def __str__(self) -> str:
        return self.name

    def get_full_name(self) -> str:
        """The name, where Django's own pages ask for it."""
        return self.name


@pghistory.track(
    pghistory.InsertEvent(),
    pghistory.UpdateEvent(row=pghistory.Old),
    pghistory.DeleteEvent(row=pghistory.Old),
    obj_field=pghistory.ObjForeignKey(related_name="history"),
    model_name="PostEvent",
    meta={"verbose_name": _("change of a post")},
)
class Post(models.Model):
    """Grain: one row a member of staff, institution and role, for a period. Several at a time are allowed."""

    staff = models.ForeignKey(Staff, models.CASCADE, related_name="posts", db_constraint=False, verbose_name=_("staff"))
    institution = models.ForeignKey(
        Institution, models.PROTECT, db_constraint=False, related_name="posts", verbose_name=_("institution")
    )
    role = models.CharField(_("role"), max_length=16, choices=Role.choices)
    line = models.CharField(_("line of business"), max_length=16, choices=Line.choices, default=Line.BOTH)
    valid_from = models.DateField(_("from"), null=True, blank=True)
    valid_to = models.DateField(_("to"), null=True, blank=True)

    class Meta:
        verbose_name = _("post")
        verbose_name_plural = _("posts")
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["staff", "institution", "role"],
                name="post_once",
                violation_error_message=_("This person holds that post already."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.staff_id} {self.role} {self.institution_id}"


@pghistory.track(
    pghistory.InsertEvent(),
    pghistory.UpdateEvent(row=pghistory.Old),
    pghistory.DeleteEvent(row=pghistory.Old),
    obj_field=pghistory.ObjForeignKey(related_name="history"),
    model_name="CoverEvent",
    meta={"verbose_name": _("change of a cover")},
)
class Cover(models.Model):
    """Grain: one row a period in which somebody looks after another's customers: leave, illness, a vacant desk.

    It ends by itself: after ``valid_to`` (the last day) nothing of the other's book is seen any more.
    """

    staff = models.ForeignKey(
        Staff, models.CASCADE, related_name="covered", db_constraint=False, verbose_name=_("covered")
    )
    substitute = models.ForeignKey(
        Staff, models.CASCADE, related_name="covering", db_constraint=False, verbose_name=_("substitute")
    )
    valid_from = models.DateField(_("from"))
    valid_to = models.DateField(_("to"))
    reason = models.CharField(_("reason"), max_length=200, default="", blank=True)
    made_by = models.ForeignKey(
        Staff, models.PROTECT, related_name="+", db_constraint=False, null=True, verbose_name=_("arranged by")
    )
    made_at = models.DateTimeField(_("arranged"), auto_now_add=True)

    class Meta:
        verbose_name = _("cover")
        verbose_name_plural = _("covers")
        indexes: ClassVar = [models.Index(fields=["substitute", "valid_to"], name="cover_substitute")]
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=models.Q(valid_to__gte=models.F("valid_from")),
                name="cover_ends_after_it_begins",
                violation_error_message=_("The last day lies before the first."),
            ),
            models.CheckConstraint(
                condition=~models.Q(staff=models.F("substitute")),
                name="cover_by_somebody_else",
                violation_error_message=_("Nobody covers for themselves."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.substitute_id} → {self.staff_id}"


@pghistory.track(
    pghistory.InsertEvent(),
    pghistory.UpdateEvent(row=pghistory.Old),
    pghistory.DeleteEvent(row=pghistory.Old),
    obj_field=pghistory.ObjForeignKey(related_name="history"),
    model_name="AssignmentEvent",
    meta={"verbose_name": _("change of an assignment")},
)
class Assignment(models.Model):
    """Grain: one row a customer, member of staff and period: who looks after whom besides what the bank's file says.

    ``lead`` stands instead of the manager of the bank's file while it is open, ``staff`` empty for nobody;
    ``support`` lets somebody see and serve a customer whom another leads. ``party_id`` is a customer number; the
    published tables carry no foreign keys. Of a lead, ``instead_of`` is whom the bank's file named at that time,
    ``ended`` says why it ended, ``handover`` is the number of the hand-over that made it (a room above).
    """

    class Kind(models.TextChoices):
        LEAD = "lead", _("Lead")
        SUPPORT = "support", _("Support")

    class Ended(models.TextChoices):
        MOVED = "moved", _("handed on")
        AGREES = "agrees", _("the bank's file says the same")
        OVERRIDES = "overrides", _("the bank's file named somebody else")

    party_id = models.CharField(_("customer number"), max_length=32)
    staff = models.ForeignKey(
        Staff,
        models.CASCADE,
        null=True,
        blank=True,
        related_name="assignments",
        db_constraint=False,
        verbose_name=_("staff"),
    )
    kind = models.CharField(_("kind"), max_length=8, choices=Kind.choices)
    valid_from = models.DateField(_("from"))
    valid_to = models.DateField(_("to"), null=True, blank=True)
    reason = models.CharField(_("reason"), max_length=200, default="", blank=True)
    made_by = models.ForeignKey(
        Staff, models.PROTECT, related_name="+", db_constraint=False, null=True, verbose_name=_("arranged by")
    )
    made_at = models.DateTimeField(_("arranged"), auto_now_add=True)
    instead_of = models.CharField(_("in the bank's file then"), max_length=32, default="", blank=True)
    ended = models.CharField(_("ended because"), max_length=10, choices=Ended.choices, default="", blank=True)
    handover = models.BigIntegerField(_("hand-over"), null=True, blank=True)

    class Meta:
        verbose_name = _("assignment")
        verbose_name_plural = _("assignments")
        indexes: ClassVar = [
            models.Index(fields=["staff", "kind", "party_id"], name="assignment_staff"),
            models.Index(fields=["party_id", "kind"], name="assignment_party"),
        ]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["party_id"],
                condition=models.Q(kind="lead", valid_to__isnull=True),
                name="assignment_one_lead",
                violation_error_message=_("This customer has a lead manager already."),
            ),
            models.CheckConstraint(
                condition=models.Q(kind="lead") | models.Q(staff__isnull=False),
                name="assignment_of_somebody",
                violation_error_message=_("Say who supports the customer."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.staff_id} {self.kind} {self.party_id}"


class SignInLock(models.Model):
    """Grain: one row a staff number that was refused at the sign-in page lately, whether anybody has it or not."""

    number = models.CharField(_("staff number"), max_length=32, primary_key=True)
    refusals = models.PositiveSmallIntegerField(_("refusals"), default=0)
    rounds = models.PositiveSmallIntegerField(_("times locked"), default=0)
    refused_at = models.DateTimeField(_("refused"))
    locked_until = models.DateTimeField(_("locked until"), null=True)

    class Meta:
        verbose_name = _("sign-in lock")
        verbose_name_plural = _("sign-in locks")
        indexes: ClassVar = [models.Index(fields=["refused_at"], name="sign_in_lock_refused")]

    def __str__(self) -> str:
        return self.number


from guanxi.crm.org.door_models import AddressLock, StaffSession  # noqa: E402
from guanxi.crm.org.token_models import ApiToken  # noqa: E402

__all__ = [
    "AddressLock",
    "ApiToken",
    "Institution",
    "Line",
    "Post",
    "Role",
    "SignInLock",
    "Staff",
    "StaffManager",
    "StaffSession",
]

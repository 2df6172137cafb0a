from django.db import migrations, models

import guanxi.crm.kernel.sealed
from guanxi.crm.kernel.sealing_migration import seal_columns


class Migration(migrations.Migration):
    dependencies = [("consent", "0002_first_texts")]

    operations = [
        migrations.RemoveConstraint(model_name="rightscase", name="rights_case_closed_with_outcome"),
        seal_columns("consent_rightscase", "proof_reference", "details", "outcome", key=("number",)),
        seal_columns("consent_casestep", "note", key=("case_id",)),
        seal_columns("consent_correction", "old_value", "new_value", key=("case_id", "field")),
        seal_columns("consent_consentevent", "note", key=("party_id",)),
        migrations.SeparateDatabaseAndState(
            state_operations=[
                migrations.AlterField(
                    model_name="casestep",
                    name="note",
                    field=guanxi.crm.kernel.sealed.SealedTextField(
                        blank=True, default="", key=("case_id",), label="consent_casestep.note", verbose_name="note"
                    ),
                ),
                migrations.AlterField(
                    model_name="consentevent",
                    name="note",
                    field=guanxi.crm.kernel.sealed.SealedCharField(
                        blank=True,
                        default="",
                        key=("party_id",),
                        label="consent_consentevent.note",
                        max_length=300,
                        verbose_name="note",
                    ),
                ),
                migrations.AlterField(
                    model_name="correction",
                    name="new_value",
                    field=guanxi.crm.kernel.sealed.SealedCharField(
                        key=("case_id", "field"),
                        label="consent_correction.new_value",
                        max_length=300,
                        verbose_name="right value",
                    ),
                ),
                migrations.AlterField(
                    model_name="correction",
                    name="old_value",
                    field=guanxi.crm.kernel.sealed.SealedCharField(
                        blank=True,
                        default="",
                        key=("case_id", "field"),
                        label="consent_correction.old_value",
                        max_length=300,
                        verbose_name="value on file",
                    ),
                ),
                migrations.AlterField(
                    model_name="rightscase",
                    name="details",
                    field=guanxi.crm.kernel.sealed.SealedTextField(
                        blank=True,
                        default="",
                        key=("number",),
                        label="consent_rightscase.details",
                        verbose_name="what is asked",
                    ),
                ),
                migrations.AlterField(
                    model_name="rightscase",
                    name="outcome",
                    field=guanxi.crm.kernel.sealed.SealedTextField(
                        blank=True,
                        default="",
                        key=("number",),
                        label="consent_rightscase.outcome",
                        verbose_name="answer to the customer",
                    ),
                ),
                migrations.AlterField(
                    model_name="rightscase",
                    name="proof_reference",
                    field=guanxi.crm.kernel.sealed.SealedCharField(
                        key=("number",),
                        label="consent_rightscase.proof_reference",
                        max_length=120,
                        verbose_name="reference of the proof",
                    ),
                ),
            ]
        ),
        migrations.AddConstraint(
            model_name="rightscase",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("closed_at__isnull", True), ("status__in", ("received", "working", "waiting"))),
                    models.Q(
                        models.Q(("status__in", ("received", "working", "waiting")), _negated=True),
                        ("closed_at__isnull", False),
                        models.Q(("outcome", ""), _negated=True),
                    ),
                    _connector="OR",
                ),
                name="rights_case_closed_with_outcome",
                violation_error_message="A request is closed with an answer to the customer.",
            ),
        ),
    ]

from django.db import migrations

import guanxi.crm.kernel.sealed
from guanxi.crm.kernel.sealing_migration import seal_columns


class Migration(migrations.Migration):
    dependencies = [("org", "0011_leads")]

    operations = [
        seal_columns("org_staff", "phone", key=("id",)),
        seal_columns("org_staffevent", "phone", key=("id",), of="org_staff"),
        migrations.SeparateDatabaseAndState(
            state_operations=[
                migrations.AlterField(
                    model_name="staff",
                    name="phone",
                    field=guanxi.crm.kernel.sealed.SealedCharField(
                        blank=True,
                        default="",
                        key=("id",),
                        label="org_staff.phone",
                        max_length=32,
                        verbose_name="phone",
                    ),
                ),
                migrations.AlterField(
                    model_name="staffevent",
                    name="phone",
                    field=guanxi.crm.kernel.sealed.SealedCharField(
                        blank=True,
                        default="",
                        key=("id",),
                        label="org_staff.phone",
                        max_length=32,
                        verbose_name="phone",
                    ),
                ),
            ]
        ),
    ]

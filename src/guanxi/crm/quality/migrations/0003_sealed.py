from django.db import migrations

import guanxi.crm.kernel.sealed
from guanxi.crm.kernel.sealing_migration import seal_columns


class Migration(migrations.Migration):
    dependencies = [("quality", "0002_mending_and_requests")]

    operations = [
        seal_columns("quality_quarantinedrow", "raw", "mended", "message", key=("business_date", "table", "line")),
        seal_columns(
            "quality_quarantinedrowevent", "mended", key=("business_date", "table", "line"), of="quality_quarantinedrow"
        ),
        seal_columns("quality_mendingimport", "rows", key=("sha256",)),
        migrations.SeparateDatabaseAndState(
            state_operations=[
                migrations.AlterField(
                    model_name="mendingimport",
                    name="rows",
                    field=guanxi.crm.kernel.sealed.SealedJSONField(
                        default=list, key=("sha256",), label="quality_mendingimport.rows"
                    ),
                ),
                migrations.AlterField(
                    model_name="quarantinedrow",
                    name="mended",
                    field=guanxi.crm.kernel.sealed.SealedTextField(
                        blank=True,
                        default="",
                        key=("business_date", "table", "line"),
                        label="quality_quarantinedrow.mended",
                        verbose_name="mended row",
                    ),
                ),
                migrations.AlterField(
                    model_name="quarantinedrow",
                    name="message",
                    field=guanxi.crm.kernel.sealed.SealedCharField(
                        key=("business_date", "table", "line"),
                        label="quality_quarantinedrow.message",
                        max_length=500,
                        verbose_name="what is wrong",
                    ),
                ),
                migrations.AlterField(
                    model_name="quarantinedrow",
                    name="raw",
                    field=guanxi.crm.kernel.sealed.SealedBinaryField(
                        key=("business_date", "table", "line"),
                        label="quality_quarantinedrow.raw",
                        verbose_name="raw bytes",
                    ),
                ),
                migrations.AlterField(
                    model_name="quarantinedrowevent",
                    name="mended",
                    field=guanxi.crm.kernel.sealed.SealedTextField(
                        blank=True,
                        default="",
                        key=("business_date", "table", "line"),
                        label="quality_quarantinedrow.mended",
                        verbose_name="mended row",
                    ),
                ),
            ]
        ),
    ]

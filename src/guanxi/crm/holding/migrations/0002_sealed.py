from django.db import migrations

import guanxi.crm.kernel.sealed
from guanxi.crm.kernel.sealing_migration import seal_columns


class Migration(migrations.Migration):
    dependencies = [("holding", "0001_initial")]

    operations = [
        seal_columns("holding_agreement", "account_number", key=("id",)),
        seal_columns("holding_event", "counterparty_account", key=("event_date", "event_id")),
        migrations.SeparateDatabaseAndState(
            state_operations=[
                migrations.AlterField(
                    model_name="agreement",
                    name="account_number",
                    field=guanxi.crm.kernel.sealed.SealedCharField(
                        blank=True,
                        default="",
                        key=("id",),
                        label="holding_agreement.account_number",
                        max_length=40,
                        verbose_name="account or card number",
                    ),
                ),
                migrations.AlterField(
                    model_name="event",
                    name="counterparty_account",
                    field=guanxi.crm.kernel.sealed.SealedCharField(
                        default="",
                        key=("event_date", "event_id"),
                        label="holding_event.counterparty_account",
                        max_length=64,
                        verbose_name="other side's account",
                    ),
                ),
            ]
        ),
    ]

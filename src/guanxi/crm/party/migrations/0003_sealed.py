from typing import Any

from django.db import migrations, models

import guanxi.crm.kernel.sealed
from guanxi.blindindex import blind
from guanxi.crm.kernel.sealing_migration import seal_columns
from guanxi.keyring import keyring

# A party's numbers of one kind are counted in their own order, as the night counts them.
NUMBERED = """
    ALTER TABLE party_partyidentifier ADD COLUMN sequence_no integer;
    UPDATE party_partyidentifier AS one SET sequence_no = counted.place
    FROM (
        SELECT party_id, kind, number,
            row_number() OVER (PARTITION BY party_id, kind ORDER BY number COLLATE "C") AS place
        FROM party_partyidentifier
    ) AS counted
    WHERE (one.party_id, one.kind, one.number) = (counted.party_id, counted.kind, counted.number);
    ALTER TABLE party_partyidentifier ALTER COLUMN sequence_no SET NOT NULL;
"""
KEYED = """
    ALTER TABLE party_partyidentifier
        ADD CONSTRAINT party_partyidentifier_pkey PRIMARY KEY (party_id, kind, sequence_no)
"""
ROWS_A_BATCH = 10_000


def blind_tokens(_apps: Any, schema_editor: Any) -> None:
    """Puts a blind token in the place of each that tells a number."""
    key = keyring().active
    raw = schema_editor.connection.connection
    with raw.cursor(name="tokens") as clear, raw.cursor() as cursor:
        clear.execute("SELECT DISTINCT token FROM party_searchtoken WHERE token ~ '^[dx]'")
        cursor.execute("CREATE TEMPORARY TABLE blinded (clear text PRIMARY KEY, blind text) ON COMMIT DROP")
        while rows := clear.fetchmany(ROWS_A_BATCH):
            with cursor.copy("COPY blinded FROM STDIN") as copy:
                for (token,) in rows:
                    copy.write_row((token, blind(token[0], token[1:], key)))
        cursor.execute("UPDATE party_searchtoken AS t SET token = b.blind FROM blinded AS b WHERE t.token = b.clear")
        cursor.execute("DROP TABLE blinded")


class Migration(migrations.Migration):
    dependencies = [("party", "0002_linkage")]

    operations = [
        migrations.RemoveIndex(model_name="partyidentifier", name="identifier_number"),
        migrations.RunSQL(NUMBERED),
        seal_columns("party_partyidentifier", "number", key=("party_id", "kind", "sequence_no")),
        seal_columns("party_contactpoint", "value", key=("party_id", "kind", "sequence_no")),
        seal_columns("party_party", "annual_income", key=("id",)),
        migrations.RunSQL(KEYED),
        migrations.RunPython(blind_tokens),
        migrations.SeparateDatabaseAndState(
            state_operations=[
                migrations.AddField(
                    model_name="partyidentifier",
                    name="sequence_no",
                    field=models.IntegerField(default=1, verbose_name="place"),
                ),
                migrations.AlterField(
                    model_name="contactpoint",
                    name="value",
                    field=guanxi.crm.kernel.sealed.SealedCharField(
                        key=("party_id", "kind", "sequence_no"),
                        label="party_contactpoint.value",
                        max_length=300,
                        verbose_name="value",
                    ),
                ),
                migrations.AlterField(
                    model_name="party",
                    name="annual_income",
                    field=guanxi.crm.kernel.sealed.SealedDecimalField(
                        blank=True,
                        decimal_places=2,
                        key=("id",),
                        label="party_party.annual_income",
                        max_digits=18,
                        null=True,
                        verbose_name="income a year",
                    ),
                ),
                migrations.AlterField(
                    model_name="partyidentifier",
                    name="number",
                    field=guanxi.crm.kernel.sealed.SealedCharField(
                        key=("party_id", "kind", "sequence_no"),
                        label="party_partyidentifier.number",
                        max_length=64,
                        verbose_name="number",
                    ),
                ),
                migrations.AlterField(
                    model_name="partyidentifier",
                    name="pk",
                    field=models.CompositePrimaryKey(
                        "party_id", "kind", "sequence_no", blank=True, editable=False, primary_key=True, serialize=False
                    ),
                ),
            ]
        ),
    ]

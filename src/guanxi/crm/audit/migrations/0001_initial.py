"""The log, its chain and its verifications: append-only by trigger, partitioned by month."""

from django.db import migrations, models

from guanxi.crm.kernel.partition import CreatePartitionedModel

ACTIONS = [
    ("view", "Viewed"),
    ("list", "Listed"),
    ("search", "Searched"),
    ("reveal", "Revealed"),
    ("export", "Exported"),
    ("change", "Changed"),
    ("refused", "Access refused"),
    ("sign_in", "Signed in"),
    ("sign_in_refused", "Sign-in refused"),
    ("sign_out", "Signed out"),
    ("permission", "Permission changed"),
    ("administration", "Administration"),
    ("consent", "Consent"),
    ("rights", "Rights of the person"),
    ("hand_over", "Hand-over"),
    ("cover", "Cover"),
    ("restore", "Restored"),
]

# The guard refuses every change to everybody; a superuser who switches it off is found out by the chain. Emptying a
# table is possible to its owner alone, in a session that says so: tests begin with empty tables.
GUARD = """
CREATE FUNCTION audit_guard() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'TRUNCATE' AND current_setting('guanxi.audit_truncate', true) = 'on' THEN
        RETURN NULL;
    END IF;
    RAISE EXCEPTION 'the audit log is append-only: % on % is refused', TG_OP, TG_TABLE_NAME
        USING ERRCODE = 'insufficient_privilege';
END $$;
"""

MAKE_MONTH = """
CREATE FUNCTION audit_make_month(first date) RETURNS integer LANGUAGE plpgsql AS $$
DECLARE
    parent text;
    child text;
    made integer := 0;
BEGIN
    FOREACH parent IN ARRAY ARRAY['audit_entry', 'audit_link'] LOOP
        child := parent || to_char(first, '_YYYY_MM');
        IF to_regclass(child) IS NULL THEN
            BEGIN
                EXECUTE format(
                    'CREATE TABLE %I PARTITION OF %I FOR VALUES FROM (%L) TO (%L)', child, parent,
                    first::timestamp AT TIME ZONE 'UTC', (first + interval '1 month') AT TIME ZONE 'UTC');
                PERFORM audit_guard_truncate(child);
                made := made + 1;
            EXCEPTION
                -- Another process was faster, or the month has begun in the partition for all others, where it stays.
                WHEN duplicate_table OR check_violation THEN NULL;
            END;
        END IF;
    END LOOP;
    RETURN made;
END $$;
"""

GUARD_TRUNCATE = """
CREATE FUNCTION audit_guard_truncate(guarded text) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    EXECUTE format('CREATE TRIGGER guard_truncate BEFORE TRUNCATE ON %I EXECUTE FUNCTION audit_guard()', guarded);
END $$;
"""

TRIGGERS = """
CREATE TABLE audit_entry_other PARTITION OF audit_entry DEFAULT;
CREATE TABLE audit_link_other PARTITION OF audit_link DEFAULT;
CREATE TRIGGER guard BEFORE UPDATE OR DELETE ON audit_entry FOR EACH ROW EXECUTE FUNCTION audit_guard();
CREATE TRIGGER guard BEFORE UPDATE OR DELETE ON audit_link FOR EACH ROW EXECUTE FUNCTION audit_guard();
CREATE TRIGGER guard BEFORE UPDATE OR DELETE ON audit_verification FOR EACH ROW EXECUTE FUNCTION audit_guard();
SELECT audit_guard_truncate(name) FROM unnest(
    ARRAY['audit_entry', 'audit_link', 'audit_verification', 'audit_entry_other', 'audit_link_other']) AS name;
"""

AWAY = """
DROP TRIGGER guard ON audit_entry;
DROP TRIGGER guard ON audit_link;
DROP TRIGGER guard ON audit_verification;
DROP FUNCTION audit_make_month(date);
DROP FUNCTION audit_guard_truncate(text);
DROP FUNCTION audit_guard() CASCADE;
"""

# The site's role, where it is there already; after each migration the rights are set anew (guanxi.crm.audit.tables).
GRANTS = """
DO $$
BEGIN
    IF EXISTS (SELECT 1 FROM pg_roles WHERE rolname = 'guanxi_web') THEN
        REVOKE ALL ON audit_entry, audit_link, audit_verification FROM guanxi_web;
        GRANT SELECT, INSERT ON audit_entry, audit_link, audit_verification TO guanxi_web;
    END IF;
END $$;
"""


class Migration(migrations.Migration):
    initial = True
    dependencies = []

    operations = [
        CreatePartitionedModel(
            name="Entry",
            by="RANGE (at)",
            fields=[
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "id", "at", blank=True, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("id", models.BigIntegerField(verbose_name="number")),
                ("at", models.DateTimeField(verbose_name="time")),
                ("actor", models.CharField(default="", max_length=64, verbose_name="person")),
                ("roles", models.CharField(default="", max_length=120, verbose_name="roles")),
                ("request_id", models.CharField(default="", max_length=32, verbose_name="request number")),
                ("address", models.CharField(default="", max_length=45, verbose_name="address")),
                ("action", models.CharField(choices=ACTIONS, max_length=24, verbose_name="action")),
                ("subject", models.CharField(default="", max_length=40, verbose_name="customer")),
                ("kind", models.CharField(default="", max_length=60, verbose_name="kind")),
                ("object_id", models.CharField(default="", max_length=120, verbose_name="object")),
                ("detail", models.JSONField(default=dict, verbose_name="details")),
                ("mac", models.BinaryField()),
                ("transaction", models.BigIntegerField(default=0)),
            ],
            options={
                "verbose_name": "entry of the audit log",
                "verbose_name_plural": "audit log",
                "indexes": [
                    models.Index(fields=["actor", "id"], name="audit_entry_actor"),
                    models.Index(
                        condition=models.Q(("subject", ""), _negated=True),
                        fields=["subject", "id"],
                        name="audit_entry_subject",
                    ),
                    models.Index(fields=["action", "id"], name="audit_entry_action"),
                    models.Index(fields=["transaction"], name="audit_entry_transaction"),
                ],
            },
        ),
        CreatePartitionedModel(
            name="Link",
            by="RANGE (at)",
            fields=[
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "number", "at", blank=True, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("number", models.BigIntegerField(verbose_name="number in the chain")),
                ("at", models.DateTimeField(verbose_name="sealed")),
                ("entry_id", models.BigIntegerField(verbose_name="entry")),
                ("mac", models.BinaryField()),
                ("previous", models.BinaryField()),
                ("hash", models.BinaryField()),
                ("horizon", models.BigIntegerField()),
            ],
            options={
                "verbose_name": "link of the chain",
                "verbose_name_plural": "chain",
                "indexes": [models.Index(fields=["entry_id"], name="audit_link_entry")],
            },
        ),
        migrations.CreateModel(
            name="Verification",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("started_at", models.DateTimeField(verbose_name="started")),
                ("finished_at", models.DateTimeField(verbose_name="finished")),
                ("first", models.BigIntegerField(verbose_name="from number")),
                ("last", models.BigIntegerField(verbose_name="to number")),
                ("entries", models.BigIntegerField(verbose_name="entries")),
                ("waiting", models.BigIntegerField(verbose_name="not yet sealed")),
                ("found", models.BigIntegerField(verbose_name="findings")),
                ("findings", models.JSONField(default=list, verbose_name="what was found")),
                ("by", models.CharField(default="", max_length=64, verbose_name="verified by")),
            ],
            options={"verbose_name": "verification", "verbose_name_plural": "verifications"},
        ),
        # The indexes above are made at a migration's end; partitions and triggers need only the tables.
        migrations.RunSQL(GUARD, migrations.RunSQL.noop),
        migrations.RunSQL(GUARD_TRUNCATE, migrations.RunSQL.noop),
        migrations.RunSQL(MAKE_MONTH, migrations.RunSQL.noop),
        migrations.RunSQL(TRIGGERS, AWAY),
        migrations.RunSQL(GRANTS, migrations.RunSQL.noop),
    ]

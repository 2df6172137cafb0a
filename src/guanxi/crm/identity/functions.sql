-- The functions by which customers become one and several again. They belong to the owner of the tables; the statements
-- over tables are made from the register of what follows (kernel/merging.py) by database.py.

-- One who merges at a time, and none while a night publishes: false where a publication is being written.
CREATE OR REPLACE FUNCTION identity_alone() RETURNS boolean
LANGUAGE plpgsql SET search_path = pg_catalog, public, pg_temp AS $body$
BEGIN
    IF NOT pg_try_advisory_xact_lock_shared(/* lock */) THEN
        RETURN false;
    END IF;
    PERFORM pg_advisory_xact_lock(/* own lock */);
    RETURN true;
END
$body$;

-- What is the site's own, and the journals: the rows of each number that goes get the number that stays. Each number that
-- stays stands once in a call. Histories of rows are not told: a merge has a journal of its own.
CREATE OR REPLACE FUNCTION identity_follow(ms bigint[], gones varchar[], kepts varchar[]) RETURNS void
LANGUAGE plpgsql SET search_path = pg_catalog, public, pg_temp SET pgtrigger.ignore = '/* ignored */' AS $body$
BEGIN
/* follow */
    UPDATE identity_merge m SET counts = (
        SELECT coalesce(jsonb_object_agg(s."table", s.many), '{}') FROM (
            SELECT "table", sum(jsonb_array_length(keys)) AS many FROM identity_mergestep
            WHERE merge_id = m.id AND NOT overlay AND action IN ('moved', 'removed') GROUP BY 1) s)
    WHERE m.id = ANY (ms);
END
$body$;

-- What is published as it is so tonight: the day's own view of a merge, until a night has it by itself. ``sealed`` holds
-- identifiers and contacts encrypted for the number that stays (they are encrypted with their row), or is NULL.
CREATE OR REPLACE FUNCTION identity_lay(ms bigint[], gones varchar[], kepts varchar[], sealed jsonb) RETURNS void
LANGUAGE plpgsql SET search_path = pg_catalog, public, pg_temp AS $body$
DECLARE
    shown_days date[] := ARRAY(SELECT DISTINCT p.business_date FROM (
        SELECT business_date FROM insight_publication ORDER BY id DESC LIMIT 3) p);
    newest date := (SELECT business_date FROM insight_publication ORDER BY id DESC LIMIT 1);
BEGIN
    DELETE FROM identity_mergestep WHERE merge_id = ANY (ms) AND overlay;
    PERFORM identity_books(gones || kepts, newest, -1);
/* lay */
    IF sealed IS NOT NULL AND cardinality(ms) = 1 THEN
        PERFORM identity_put(ms[1], kepts[1], name, sealed -> name, (9990 + place)::smallint)
        FROM unnest(ARRAY['party_partyidentifier', 'party_contactpoint']) WITH ORDINALITY AS w(name, place)
        WHERE jsonb_exists(sealed, name);
    END IF;
    PERFORM identity_books(gones || kepts, newest, 1);
    UPDATE insight_publication SET moves = moves + 1 WHERE id = (SELECT max(id) FROM insight_publication);
END
$body$;

-- Writes identifiers or contacts that were encrypted for the number that stays.
CREATE OR REPLACE FUNCTION identity_put(m bigint, kept varchar, name text, given jsonb, first smallint) RETURNS void
LANGUAGE plpgsql SET search_path = pg_catalog, public, pg_temp AS $body$
BEGIN
    EXECUTE format(
        'WITH n AS (INSERT INTO %1$I SELECT r.* FROM jsonb_populate_recordset(NULL::%1$I, $1) r WHERE r.party_id = $2 '
        'ON CONFLICT DO NOTHING RETURNING %1$I.*) '
        'INSERT INTO identity_mergestep (merge_id, place, "table", "column", action, overlay, laid, keys, images) '
        'SELECT $3, $4, %1$L, ''party_id'', ''added'', true, true, jsonb_agg(jsonb_build_object('
        '''party_id'', party_id, ''kind'', kind, ''sequence_no'', sequence_no)), jsonb_agg(to_jsonb(n)) '
        'FROM n HAVING count(*) > 0', name) USING given, kept, m, first;
END
$body$;

-- Adds what some customers are to the sums over books of a day, or takes it away.
CREATE OR REPLACE FUNCTION identity_books(parties varchar[], newest date, turn integer) RETURNS void
LANGUAGE plpgsql SET search_path = pg_catalog, public, pg_temp AS $body$
BEGIN
/* books */
END
$body$;

-- Undoes the steps of a merge, the last one first: those of its overlay, which stay as its archive, or all others, which go.
-- Rows that moved go back where they still belong to ``holder``.
CREATE OR REPLACE FUNCTION identity_restore(wanted bigint, of_overlay boolean, gone varchar, holder varchar) RETURNS void
LANGUAGE plpgsql SET search_path = pg_catalog, public, pg_temp SET pgtrigger.ignore = '/* ignored */' AS $body$
DECLARE
    s identity_mergestep;
    alike text;
BEGIN
    FOR s IN SELECT * FROM identity_mergestep
        WHERE merge_id = wanted AND overlay = of_overlay AND laid ORDER BY place DESC
    LOOP
        SELECT string_agg(format('t.%1$I = k.%1$I', name), ' AND ') INTO alike
        FROM jsonb_object_keys(s.keys -> 0) AS name;
        IF s.action = 'moved' THEN
            EXECUTE format(
                'UPDATE %1$I t SET %2$I = $1 FROM jsonb_populate_recordset(NULL::%1$I, $2) k WHERE t.%2$I = $3 AND %3$s',
                s."table", s."column", alike) USING gone, s.keys, holder;
        END IF;
        IF s.action IN ('added', 'changed') THEN
            EXECUTE format(
                'DELETE FROM %1$I t USING jsonb_populate_recordset(NULL::%1$I, $1) k WHERE %2$s', s."table", alike)
            USING s.keys;
        END IF;
        IF s.action IN ('removed', 'changed') THEN
            BEGIN
                EXECUTE format(
                    'INSERT INTO %1$I SELECT * FROM jsonb_populate_recordset(NULL::%1$I, $1) ON CONFLICT DO NOTHING',
                    s."table") USING s.images;
            EXCEPTION WHEN check_violation THEN
                -- The partition of a day that is shown no more.
                NULL;
            END;
        END IF;
    END LOOP;
    IF of_overlay THEN
        UPDATE identity_mergestep SET laid = false WHERE merge_id = wanted AND overlay;
    ELSE
        DELETE FROM identity_mergestep WHERE merge_id = wanted AND NOT overlay;
    END IF;
END
$body$;

-- Takes the overlays of some merges off, the newest first, and brings the sums over books along.
CREATE OR REPLACE FUNCTION identity_lift(ms bigint[]) RETURNS void
LANGUAGE plpgsql SET search_path = pg_catalog, public, pg_temp AS $body$
DECLARE
    newest date := (SELECT business_date FROM insight_publication ORDER BY id DESC LIMIT 1);
    one record;
BEGIN
    FOR one IN SELECT m.id, m.gone, m.kept FROM identity_merge m
        WHERE m.id = ANY (ms)
        AND EXISTS (SELECT 1 FROM identity_mergestep s WHERE s.merge_id = m.id AND s.overlay AND s.laid)
        -- Each laying writes its steps anew, so that the numbers of the steps say which lies on top.
        ORDER BY (SELECT max(s.id) FROM identity_mergestep s WHERE s.merge_id = m.id AND s.overlay) DESC
    LOOP
        PERFORM identity_books(ARRAY[one.gone, one.kept], newest, -1);
        PERFORM identity_restore(one.id, true, one.gone, one.kept);
        PERFORM identity_books(ARRAY[one.gone, one.kept], newest, 1);
    END LOOP;
END
$body$;

-- The merges in force of one number that are younger than another, with that one, the oldest first.
CREATE OR REPLACE FUNCTION identity_stack(wanted bigint) RETURNS bigint[]
LANGUAGE sql STABLE SET search_path = pg_catalog, public, pg_temp AS $body$
    SELECT array_agg(o.id ORDER BY o.id) FROM identity_merge m
    JOIN identity_merge o ON o.party_id = m.party_id AND o.undone_at IS NULL AND o.id >= m.id
    WHERE m.id = wanted
$body$;

-- The merges whose overlays must be off before that of one can be: those of the same number and, where rows with two ends
-- were touched, those that touched such rows later, with all of their numbers.
CREATE OR REPLACE FUNCTION identity_family(wanted bigint) RETURNS bigint[]
LANGUAGE plpgsql STABLE SET search_path = pg_catalog, public, pg_temp AS $body$
DECLARE
    found bigint[] := ARRAY[wanted];
    more bigint[];
BEGIN
    LOOP
        SELECT array_agg(DISTINCT x.id ORDER BY x.id) INTO more FROM (
            SELECT o.id FROM identity_merge o WHERE o.party_id IN (
                SELECT m.party_id FROM identity_merge m WHERE m.id = ANY (found))
            UNION ALL SELECT unnest(found)
            UNION ALL SELECT s.merge_id FROM identity_mergestep s
            WHERE s.overlay AND s.laid AND s."table" IN (/* two ends */) AND s.id > (
                SELECT min(t.id) FROM identity_mergestep t WHERE t.merge_id = ANY (found)
                AND t.overlay AND t.laid AND t."table" IN (/* two ends */))) x;
        EXIT WHEN cardinality(more) = cardinality(found);
        found := more;
    END LOOP;
    RETURN found;
END
$body$;

-- Makes two customers one by a verdict in force. Returns the merge's number, NULL while a publication is being written.
-- Raises 02000 where one of them is not there (any more), 42501 where no verdict says so.
CREATE OR REPLACE FUNCTION identity_merge(
    wanted_kept varchar, wanted_gone varchar, why varchar, words varchar, who varchar, said bigint, of_file bigint,
    sealed jsonb) RETURNS bigint
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $body$
DECLARE
    made bigint;
BEGIN
    IF NOT identity_alone() THEN
        RETURN NULL;
    END IF;
    IF (SELECT count(DISTINCT kind) = 1 AND count(*) = 2 FROM party_party
        WHERE id IN (wanted_kept, wanted_gone)) IS NOT TRUE THEN
        RAISE EXCEPTION 'not two customers of one kind' USING ERRCODE = '02000';
    END IF;
    IF NOT EXISTS (SELECT 1 FROM identity_decision d WHERE d.id = said AND d.verdict = 'same'
        AND d.withdrawn_at IS NULL AND ARRAY[d.party_id, d.other_id] @> ARRAY[wanted_kept, wanted_gone]) THEN
        RAISE EXCEPTION 'no verdict says that % and % are the same', wanted_kept, wanted_gone USING ERRCODE = '42501';
    END IF;
    INSERT INTO identity_merge
        (party_id, kept, gone, cause, reason, by_id, at, decision, file, counts, undone_reason)
    VALUES (wanted_kept, wanted_kept, wanted_gone, why, words, who, clock_timestamp(), said, of_file, '{}', '')
    RETURNING id INTO made;
    PERFORM identity_follow(ARRAY[made], ARRAY[wanted_gone], ARRAY[wanted_kept]);
    INSERT INTO identity_alias (alias, party_id, since, cause, merge_id)
    VALUES (wanted_gone, wanted_kept, clock_timestamp(), why, made);
    PERFORM identity_lay(ARRAY[made], ARRAY[wanted_gone], ARRAY[wanted_kept], sealed);
    RETURN made;
END
$body$;

-- Takes a merge back: what moved goes back, what was put aside stands again; of what came since, ``back`` names what goes
-- along: {"table": [key, ...]}. Younger merges of the same number are taken back for it and made again. Returns true, NULL
-- while a publication is being written.
CREATE OR REPLACE FUNCTION identity_unmerge(wanted bigint, who varchar, words varchar, back jsonb) RETURNS boolean
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $body$
DECLARE
    m identity_merge;
    stack bigint[];
    family bigint[];
BEGIN
    IF NOT identity_alone() THEN
        RETURN NULL;
    END IF;
    SELECT * INTO m FROM identity_merge WHERE id = wanted AND undone_at IS NULL;
    IF NOT FOUND THEN
        RAISE EXCEPTION 'merge % is not in force', wanted USING ERRCODE = '02000';
    END IF;
    stack := identity_stack(wanted);
    family := identity_family(wanted);
    PERFORM identity_lift(family);
    PERFORM identity_part(stack, who, words, back);
    PERFORM identity_relay(family);
    RETURN true;
END
$body$;

-- Takes the first of a stack of merges back, and makes the others again. The overlays are off.
CREATE OR REPLACE FUNCTION identity_part(stack bigint[], who varchar, words varchar, back jsonb) RETURNS void
LANGUAGE plpgsql SET search_path = pg_catalog, public, pg_temp SET pgtrigger.ignore = '/* ignored */' AS $body$
DECLARE
    m identity_merge;
    one bigint;
    t record;
BEGIN
    FOREACH one IN ARRAY ARRAY(SELECT unnest(stack) ORDER BY 1 DESC)
    LOOP
        SELECT * INTO m FROM identity_merge WHERE id = one;
        IF one = stack[1] THEN
            PERFORM identity_split(ARRAY[one]);
        END IF;
/* own back */
        PERFORM identity_restore(one, false, m.gone, m.kept);
        IF one = stack[1] THEN
/* own after */
        END IF;
    END LOOP;
    SELECT * INTO m FROM identity_merge WHERE id = stack[1];
    FOR t IN SELECT key, value FROM jsonb_each(coalesce(back, '{}'))
    LOOP
/* back */
    END LOOP;
    UPDATE identity_merge SET undone_at = clock_timestamp(), undone_by_id = who, undone_reason = words
    WHERE id = stack[1];
    UPDATE identity_alias SET until = clock_timestamp() WHERE merge_id = stack[1] AND until IS NULL;
    FOREACH one IN ARRAY stack[2:]
    LOOP
        SELECT * INTO m FROM identity_merge WHERE id = one;
        PERFORM identity_follow(ARRAY[one], ARRAY[m.gone], ARRAY[m.kept]);
    END LOOP;
END
$body$;

-- Where the last night has a customer merged who is separate again: what is known of the customer from when they were merged
-- stands again, until the next night.
CREATE OR REPLACE FUNCTION identity_split(ms bigint[]) RETURNS void
LANGUAGE plpgsql SET search_path = pg_catalog, public, pg_temp AS $body$
DECLARE
    newest date := (SELECT business_date FROM insight_publication ORDER BY id DESC LIMIT 1);
    m identity_merge;
BEGIN
    FOR m IN SELECT * FROM identity_merge o WHERE o.id = ANY (ms)
        AND NOT EXISTS (SELECT 1 FROM party_party p WHERE p.id = o.gone) ORDER BY o.id
    LOOP
        PERFORM identity_books(ARRAY[m.gone, m.party_id], newest, -1);
/* split */
        PERFORM identity_books(ARRAY[m.gone, m.party_id], newest, 1);
    END LOOP;
END
$body$;

-- Lays the overlays of merges in force that the published customers do not know yet; of those undone that they know still,
-- what is known of the customer (identity_split, before).
CREATE OR REPLACE FUNCTION identity_relay(ms bigint[]) RETURNS void
LANGUAGE plpgsql SET search_path = pg_catalog, public, pg_temp AS $body$
DECLARE
    m identity_merge;
BEGIN
    FOR m IN SELECT o.* FROM identity_merge o JOIN party_party p ON p.id = o.gone
        WHERE o.id = ANY (ms) AND o.undone_at IS NULL ORDER BY o.id
    LOOP
        PERFORM identity_lay(ARRAY[m.id], ARRAY[m.gone], ARRAY[m.kept], identity_sealed(m.id));
    END LOOP;
END
$body$;

-- Identifiers and contacts that an overlay had encrypted for the number that stays, as identity_lay takes them.
CREATE OR REPLACE FUNCTION identity_sealed(wanted bigint) RETURNS jsonb
LANGUAGE sql STABLE SET search_path = pg_catalog, public, pg_temp AS $body$
    SELECT jsonb_object_agg(s."table", s.images) FROM identity_mergestep s
    WHERE s.merge_id = wanted AND s.overlay AND s.action = 'added' AND s.images IS NOT NULL
$body$;

-- For the night, in the publishing transaction before the snapshots are written: takes the day's overlays off, so that what
-- stands is what was published last, and moves what is not published for tonight's merges (each number that stays is the
-- last of its chain). Returns how many merges were new.
CREATE OR REPLACE FUNCTION identity_before_night(gones varchar[], kepts varchar[]) RETURNS integer
LANGUAGE plpgsql SET search_path = pg_catalog, public, pg_temp AS $body$
DECLARE
    turn integer;
    ms bigint[];
    gone varchar[];
    kept varchar[];
    made integer := 0;
BEGIN
    PERFORM pg_advisory_xact_lock(/* own lock */);
    PERFORM identity_lift(ARRAY(SELECT DISTINCT merge_id FROM identity_mergestep WHERE overlay AND laid));
    FOR turn IN SELECT generate_series(1, coalesce((SELECT max(many) FROM (
        SELECT count(*) AS many FROM unnest(gones, kepts) AS w(g, k) GROUP BY k) c), 0))
    LOOP
        WITH wanted AS (
            SELECT w.g, w.k, row_number() OVER (PARTITION BY w.k ORDER BY w.g) AS place
            FROM unnest(gones, kepts) AS w(g, k)),
        added AS (
            INSERT INTO identity_merge (party_id, kept, gone, cause, reason, at, counts, undone_reason)
            SELECT w.k, w.k, w.g, 'night', '', clock_timestamp(), '{}', '' FROM wanted w
            WHERE w.place = turn
            AND NOT EXISTS (SELECT 1 FROM identity_merge o WHERE o.gone = w.g AND o.undone_at IS NULL)
            ORDER BY w.g RETURNING id, identity_merge.gone, identity_merge.kept),
        named AS (
            INSERT INTO identity_alias (alias, party_id, since, cause, merge_id)
            SELECT added.gone, added.kept, clock_timestamp(), 'night', added.id FROM added)
        SELECT array_agg(added.id ORDER BY added.id), array_agg(added.gone ORDER BY added.id),
            array_agg(added.kept ORDER BY added.id) INTO ms, gone, kept FROM added;
        CONTINUE WHEN ms IS NULL;
        made := made + cardinality(ms);
        PERFORM identity_follow(ms, gone, kept);
        PERFORM identity_archive(ms, gone, kept);
    END LOOP;
    RETURN made;
END
$body$;

-- What is published of customers who go with tonight's merges, kept for the day somebody takes a merge back.
CREATE OR REPLACE FUNCTION identity_archive(ms bigint[], gones varchar[], kepts varchar[]) RETURNS void
LANGUAGE plpgsql SET search_path = pg_catalog, public, pg_temp AS $body$
DECLARE
    shown_days date[] := ARRAY(SELECT business_date FROM insight_publication ORDER BY id DESC LIMIT 1);
BEGIN
/* archive */
END
$body$;

-- For the night, after snapshots and partitions are written: customers who stand by themselves tonight get back what was
-- theirs, and the overlays of what this night did not know are laid again. Returns how many merges were taken back.
CREATE OR REPLACE FUNCTION identity_after_night(parted varchar[]) RETURNS integer
LANGUAGE plpgsql SET search_path = pg_catalog, public, pg_temp AS $body$
DECLARE
    one bigint;
    many integer := 0;
BEGIN
    FOR one IN SELECT id FROM identity_merge WHERE gone = ANY (parted) AND undone_at IS NULL ORDER BY id DESC
    LOOP
        PERFORM identity_part(identity_stack(one), NULL, '', NULL);
        many := many + 1;
    END LOOP;
    PERFORM identity_split(ARRAY(SELECT m.id FROM identity_merge m WHERE m.undone_at IS NOT NULL
        AND m.undone_at > (SELECT coalesce(max(published_at), '-infinity') FROM insight_publication
            WHERE id < (SELECT max(id) FROM insight_publication))
        AND NOT EXISTS (SELECT 1 FROM identity_merge o WHERE o.gone = m.gone AND o.undone_at IS NULL)));
    PERFORM identity_relay(ARRAY(SELECT id FROM identity_merge WHERE undone_at IS NULL));
    RETURN many;
END
$body$;

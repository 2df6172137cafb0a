-- Writes the manager of some customers (NULL: nobody) into every published table that has one, for the days shown.
-- For the owner's other functions alone. The statements are made from the models (database.py).
CREATE OR REPLACE FUNCTION lead_set(parties varchar[], managers varchar[]) RETURNS void
LANGUAGE plpgsql SET search_path = pg_catalog, public, pg_temp AS $body$
DECLARE
    days date[] := ARRAY(SELECT DISTINCT p.business_date FROM (
        SELECT business_date FROM insight_publication ORDER BY id DESC LIMIT 3) p);
    newest date := (SELECT business_date FROM insight_publication ORDER BY id DESC LIMIT 1);
BEGIN
/* every table */
    UPDATE insight_publication SET moves = moves + 1
    WHERE id = (SELECT max(id) FROM insight_publication);
END
$body$;

-- Makes moves again that a publication did not know of; returns how many customers had another manager.
CREATE OR REPLACE FUNCTION lead_reapply() RETURNS integer
LANGUAGE plpgsql SET search_path = pg_catalog, public, pg_temp AS $body$
DECLARE
    newest date := (SELECT business_date FROM insight_publication ORDER BY id DESC LIMIT 1);
    parties varchar[];
    managers varchar[];
BEGIN
    SELECT array_agg(a.party_id ORDER BY a.party_id), array_agg(a.staff_id ORDER BY a.party_id)
    INTO parties, managers
    FROM org_assignment a
    JOIN party_party p ON p.id = a.party_id
    LEFT JOIN insight_customerfigure f ON f.business_date = newest AND f.party_id = a.party_id
    WHERE a.kind = 'lead' AND a.valid_to IS NULL AND (
        p.manager_id IS DISTINCT FROM a.staff_id
        OR (f.party_id IS NOT NULL AND f.manager_id IS DISTINCT FROM a.staff_id));
    IF parties IS NULL THEN
        RETURN 0;
    END IF;
    PERFORM lead_set(parties, managers);
    RETURN cardinality(parties);
END
$body$;

-- Whether all sides of a hand-over have signed. A claim needs no giver's signature where its pool says so; what falls
-- into a pool by rule has no receiver, and the pool's rule stands for the giver's.
CREATE OR REPLACE FUNCTION handover_signed(wanted bigint) RETURNS boolean
LANGUAGE sql STABLE SET search_path = pg_catalog, public, pg_temp AS $body$
    SELECT h.previewed = h.version
        AND h.total = (SELECT count(*) FROM handover_item i WHERE i.handover_id = h.id)
        AND (
            EXISTS (SELECT 1 FROM handover_signature s
                    WHERE s.handover_id = h.id AND s.side = 'giver' AND s.version = h.version)
            OR (h.origin = 'claim' AND h.giver_id IS NULL
                AND EXISTS (SELECT 1 FROM handover_pool p WHERE p.id = h.pool_id AND p.claims_at_once))
            OR (h.origin = 'recycling' AND h.pool_id IS NOT NULL
                AND NOT EXISTS (SELECT 1 FROM handover_receiver r WHERE r.handover_id = h.id))
        )
        AND NOT EXISTS (
            SELECT 1 FROM handover_receiver r WHERE r.handover_id = h.id AND NOT EXISTS (
                SELECT 1 FROM handover_signature s WHERE s.handover_id = h.id AND s.side = 'receiver'
                AND s.staff_id = r.staff_id AND s.signed_by_id = r.staff_id AND s.version = h.version))
        AND NOT EXISTS (
            SELECT 1 FROM handover_item i WHERE i.handover_id = h.id AND i.receiver <> '' AND NOT EXISTS (
                SELECT 1 FROM handover_receiver r WHERE r.handover_id = h.id AND r.staff_id = i.receiver))
    FROM handover_handover h WHERE h.id = wanted
$body$;

-- Moves the next customers of a hand-over in motion, at most so many; returns how many it has dealt with, 0 when it is
-- done, NULL while a publication is being written. A customer whom somebody else leads by now is left where they are.
CREATE OR REPLACE FUNCTION handover_move(wanted bigint, today date, most integer) RETURNS integer
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp
-- A plan that was made while a table was small must not be kept while it grows by the batch.
SET plan_cache_mode = force_custom_plan SET jit = off AS $body$
DECLARE
    h handover_handover;
    forward boolean;
    ids bigint[];
    chosen varchar[];
    standing bigint[];
    parties varchar[];
    managers varchar[];
    said varchar[];
BEGIN
    IF NOT pg_try_advisory_xact_lock_shared(/* lock */) THEN
        RETURN NULL;
    END IF;
    SELECT * INTO h FROM handover_handover WHERE id = wanted FOR UPDATE;
    IF NOT FOUND OR h.state NOT IN ('moving', 'returning', 'undoing') THEN
        RETURN 0;
    END IF;
    IF h.effective_on IS NULL OR h.effective_on > today OR handover_signed(wanted) IS NOT TRUE THEN
        RAISE EXCEPTION 'hand-over % is not signed by all sides, or not due', wanted USING ERRCODE = '42501';
    END IF;
    forward := h.state = 'moving';
    SELECT array_agg(i.id), array_agg(i.party_id) INTO ids, chosen
    FROM (SELECT id, party_id FROM handover_item
          WHERE handover_id = wanted AND state = CASE WHEN forward THEN 'planned' ELSE 'moved' END
          ORDER BY id LIMIT greatest(least(most, 20000), 1)) i;
    IF ids IS NULL THEN
        UPDATE handover_handover SET
            state = CASE state WHEN 'moving' THEN 'done' WHEN 'returning' THEN 'returned' ELSE 'undone' END,
            moved_at = CASE WHEN forward THEN now() ELSE moved_at END,
            ended_at = CASE WHEN forward THEN ended_at ELSE now() END
        WHERE id = wanted;
        RETURN 0;
    END IF;
    PERFORM 1 FROM party_party WHERE id = ANY (chosen) ORDER BY id FOR UPDATE;
    SELECT array_agg(i.id), array_agg(i.party_id),
        array_agg(nullif(CASE WHEN forward THEN i.receiver ELSE i.giver END, '')),
        -- Whom the bank's file named: known of those who were handed over before.
        array_agg(coalesce(a.instead_of, p.manager_id, ''))
    INTO standing, parties, managers, said
    FROM handover_item i
    JOIN party_party p ON p.id = i.party_id
    LEFT JOIN org_assignment a ON a.party_id = i.party_id AND a.kind = 'lead' AND a.valid_to IS NULL
    WHERE i.id = ANY (ids) AND coalesce(p.manager_id, '') = CASE WHEN forward THEN i.giver ELSE i.receiver END;
    IF parties IS NOT NULL THEN
        UPDATE org_assignment SET valid_to = greatest(valid_from, today - 1), ended = 'moved'
        WHERE kind = 'lead' AND valid_to IS NULL AND party_id = ANY (parties);
        INSERT INTO org_assignment
            (party_id, staff_id, kind, valid_from, reason, made_by_id, made_at, instead_of, ended, handover)
        SELECT m.party_id, m.manager_id, 'lead', today, h.reason,
            CASE WHEN forward THEN h.made_by_id ELSE coalesce(h.ended_by_id, h.made_by_id) END, now(), m.said, '', wanted
        FROM unnest(parties, managers, said) AS m(party_id, manager_id, said);
        PERFORM lead_set(parties, managers);
        UPDATE handover_item SET state = CASE WHEN forward THEN 'moved' ELSE 'back' END, moved_at = now()
        WHERE id = ANY (standing);
    END IF;
    UPDATE handover_item SET state = CASE WHEN forward THEN 'skipped' ELSE 'kept' END
    WHERE id = ANY (ids) AND state = CASE WHEN forward THEN 'planned' ELSE 'moved' END;
    UPDATE handover_handover SET
        moved = moved + CASE WHEN forward THEN coalesce(cardinality(standing), 0) ELSE 0 END,
        skipped = skipped + CASE WHEN forward THEN cardinality(ids) - coalesce(cardinality(standing), 0) ELSE 0 END,
        back = back + CASE WHEN forward THEN 0 ELSE coalesce(cardinality(standing), 0) END,
        kept = kept + CASE WHEN forward THEN 0 ELSE cardinality(ids) - coalesce(cardinality(standing), 0) END
    WHERE id = wanted;
    RETURN cardinality(ids);
END
$body$;

-- Begins the hand-overs whose day has come, takes back those whose last day has passed, and moves the next customers of
-- whatever is in motion; returns how many it has dealt with, 0 when nothing is left to do or a publication is written.
CREATE OR REPLACE FUNCTION handover_due(today date, most integer) RETURNS integer
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp
-- A plan that was made while a table was small must not be kept while it grows by the batch.
SET plan_cache_mode = force_custom_plan SET jit = off AS $body$
DECLARE
    one bigint;
    dealt integer;
BEGIN
    UPDATE handover_handover SET state = 'moving'
    WHERE state = 'scheduled' AND effective_on <= today AND handover_signed(id);
    UPDATE handover_handover SET state = 'returning'
    WHERE state = 'done' AND kind = 'temporary' AND last_day < today AND handover_signed(id);
    FOR one IN SELECT id FROM handover_handover
        WHERE state IN ('moving', 'returning', 'undoing') AND handover_signed(id) ORDER BY id
    LOOP
        dealt := handover_move(one, today, most);
        IF dealt IS NULL THEN
            RETURN 0;
        END IF;
        IF dealt > 0 THEN
            RETURN dealt;
        END IF;
    END LOOP;
    -- What was for a time and has only now been moved may be over already.
    IF EXISTS (SELECT 1 FROM handover_handover
               WHERE state = 'done' AND kind = 'temporary' AND last_day < today AND handover_signed(id)) THEN
        RETURN handover_due(today, most);
    END IF;
    RETURN 0;
END
$body$;

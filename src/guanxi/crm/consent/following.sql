-- Consents of customers who become one: what the merged rule of rules.py says, over sets. What comes from the number that
-- goes is written as an event of the number that stays; a withdrawal as of now, so that it outweighs an older consent.
CREATE OR REPLACE FUNCTION identity_consents(ms bigint[], gones varchar[], kepts varchar[], first smallint) RETURNS void
LANGUAGE plpgsql SET search_path = pg_catalog, public, pg_temp AS $body$
DECLARE
    one varchar;
BEGIN
    FOR one IN SELECT u FROM unnest(gones || kepts) AS u ORDER BY u COLLATE "C"
    LOOP
        PERFORM pg_advisory_xact_lock(hashtextextended('consent ' || one, 7));
    END LOOP;
    WITH p AS (SELECT * FROM unnest(ms, gones, kepts) AS w(m, gone, kept)),
    x AS (DELETE FROM consent_consentstate t USING p WHERE t.party_id = p.gone RETURNING p.m, to_jsonb(t) AS row)
    INSERT INTO identity_mergestep (merge_id, place, "table", "column", action, overlay, laid, keys, images)
    SELECT m, first, 'consent_consentstate', 'party_id', 'removed', false, true,
        jsonb_agg(jsonb_build_object('party_id', row -> 'party_id', 'purpose', row -> 'purpose',
            'channel', row -> 'channel')), jsonb_agg(row) FROM x GROUP BY m;
    WITH p AS (SELECT w.*, s.images, o.by_id, o.at AS merged_at FROM unnest(ms, gones, kepts) AS w(m, gone, kept)
        JOIN identity_mergestep s ON s.merge_id = w.m AND s.place = first AND NOT s.overlay
        JOIN identity_merge o ON o.id = w.m),
    won AS (
        SELECT p.m, p.gone, p.kept, p.by_id, g.purpose, g.channel, g.decision, g.valid_until, g.event_id,
            CASE WHEN g.decision = 'withdrawn' AND k.party_id IS NOT NULL THEN now() ELSE g.since END AS at,
            to_jsonb(k) AS before
        FROM p CROSS JOIN LATERAL jsonb_populate_recordset(NULL::consent_consentstate, p.images) g
        LEFT JOIN consent_consentstate k
            ON k.party_id = p.kept AND k.purpose = g.purpose AND k.channel = g.channel
        LEFT JOIN consent_consentevent e ON e.id = k.event_id
        -- A merge that is made again after an older one was taken back does not outweigh what was said since.
        WHERE k.party_id IS NULL OR (e.how = 'merge' OR e.recorded_at <= p.merged_at) AND CASE
            WHEN g.decision = 'withdrawn' THEN k.decision <> 'withdrawn' OR g.since > k.since
            WHEN k.decision = 'withdrawn' THEN false
            ELSE g.since > k.since OR g.since = k.since
                AND coalesce(g.valid_until, 'infinity') < coalesce(k.valid_until, 'infinity') END),
    said AS (
        INSERT INTO consent_consentevent (party_id, purpose, channel, decision, said_at, valid_until, text_id, how,
            evidence, note, staff_id, recorded_at, batch)
        SELECT w.kept, w.purpose, w.channel, w.decision, w.at, w.valid_until, e.text_id, 'merge',
            coalesce(nullif(e.evidence, ''), w.gone), '\x', w.by_id, now(), md5('identity merge ' || w.m)::uuid
        FROM won w JOIN consent_consentevent e ON e.id = w.event_id
        ORDER BY w.m, w.purpose, w.channel
        RETURNING id, party_id, purpose, channel, decision, said_at, valid_until),
    held AS (
        INSERT INTO consent_consentstate AS t (party_id, purpose, channel, decision, since, valid_until, event_id)
        SELECT party_id, purpose, channel, decision, said_at, valid_until, id FROM said
        ON CONFLICT (party_id, purpose, channel) DO UPDATE SET decision = excluded.decision, since = excluded.since,
            valid_until = excluded.valid_until, event_id = excluded.event_id)
    INSERT INTO identity_mergestep (merge_id, place, "table", "column", action, overlay, laid, keys, images)
    SELECT m, first + CASE WHEN before IS NULL THEN 2 ELSE 1 END, 'consent_consentstate', 'party_id',
        CASE WHEN before IS NULL THEN 'added' ELSE 'changed' END, false, true,
        jsonb_agg(jsonb_build_object('party_id', kept, 'purpose', purpose, 'channel', channel)),
        CASE WHEN before IS NULL THEN NULL ELSE jsonb_agg(before) END
    FROM won GROUP BY m, before IS NULL, CASE WHEN before IS NULL THEN 2 ELSE 1 END;
END
$body$;

-- Before a merge is taken back: where the customer has said something since, that stands.
CREATE OR REPLACE FUNCTION identity_consents_back(m bigint, gone varchar, kept varchar) RETURNS void
LANGUAGE sql SET search_path = pg_catalog, public, pg_temp AS $body$
    WITH lasting AS (
        SELECT s.id, coalesce(jsonb_agg(k.key ORDER BY k.place) FILTER (WHERE e.id IS NOT NULL), '[]') AS keys,
            jsonb_agg(s.images -> (k.place - 1)::int ORDER BY k.place) FILTER (WHERE e.id IS NOT NULL) AS images
        FROM identity_mergestep s
        CROSS JOIN LATERAL jsonb_array_elements(s.keys) WITH ORDINALITY AS k(key, place)
        LEFT JOIN consent_consentstate t ON t.party_id = k.key ->> 'party_id'
            AND t.purpose = k.key ->> 'purpose' AND t.channel = k.key ->> 'channel'
        LEFT JOIN consent_consentevent e ON e.id = t.event_id AND e.batch = md5('identity merge ' || m)::uuid
        WHERE s.merge_id = m AND NOT s.overlay AND s."table" = 'consent_consentstate'
        AND s.action IN ('changed', 'added')
        GROUP BY s.id)
    UPDATE identity_mergestep s SET keys = l.keys, images = CASE WHEN s.images IS NULL THEN NULL ELSE l.images END
    FROM lasting l WHERE s.id = l.id;
$body$;

-- After a merge is taken back: what was withdrawn while two were one is withdrawn for both. What was consented to since
-- holds for the number under which it was said, and for no other.
CREATE OR REPLACE FUNCTION identity_consents_after(m bigint, gone varchar, kept varchar) RETURNS void
LANGUAGE sql SET search_path = pg_catalog, public, pg_temp AS $body$
    WITH since AS (
        SELECT t.purpose, t.channel, e.said_at, e.text_id, e.evidence, e.staff_id, e.batch
        FROM consent_consentstate t JOIN consent_consentevent e ON e.id = t.event_id
        JOIN identity_merge o ON o.id = m
        WHERE t.party_id = kept AND t.decision = 'withdrawn' AND e.how <> 'merge' AND e.recorded_at > o.at),
    said AS (
        INSERT INTO consent_consentevent (party_id, purpose, channel, decision, said_at, valid_until, text_id, how,
            evidence, note, staff_id, recorded_at, batch)
        SELECT gone, s.purpose, s.channel, 'withdrawn', s.said_at, NULL, s.text_id, 'merge', kept, '\x', s.staff_id,
            now(), md5('identity split ' || m)::uuid
        FROM since s RETURNING id, party_id, purpose, channel, decision, said_at)
    INSERT INTO consent_consentstate AS t (party_id, purpose, channel, decision, since, valid_until, event_id)
    SELECT party_id, purpose, channel, decision, said_at, NULL, id FROM said
    ON CONFLICT (party_id, purpose, channel) DO UPDATE SET decision = excluded.decision, since = excluded.since,
        valid_until = NULL, event_id = excluded.event_id WHERE t.since <= excluded.since;
$body$;

REVOKE ALL ON FUNCTION identity_consents(bigint[], varchar[], varchar[], smallint) FROM PUBLIC;
REVOKE ALL ON FUNCTION identity_consents_back(bigint, varchar, varchar) FROM PUBLIC;
REVOKE ALL ON FUNCTION identity_consents_after(bigint, varchar, varchar) FROM PUBLIC;

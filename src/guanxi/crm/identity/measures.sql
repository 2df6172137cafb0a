-- How complete and how valid what is published of customers is, by institution, source, kind and field, once a business
-- date; and the list of what somebody should mend. What is encrypted is counted, not read: a document is valid until it
-- expires. A customer's source is that of its number: the longest beginning that a source's rank names (kind source_rank).
CREATE OR REPLACE FUNCTION identity_measures() RETURNS integer
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $body$
DECLARE
    newest date := (SELECT business_date FROM insight_publication ORDER BY id DESC LIMIT 1);
    made integer;
BEGIN
    IF newest IS NULL OR NOT pg_try_advisory_xact_lock(/* measure lock */)
        OR EXISTS (SELECT 1 FROM identity_measure WHERE business_date = newest) THEN
        RETURN 0;
    END IF;
    CREATE TEMPORARY TABLE identity_judged ON COMMIT DROP AS
    SELECT p.id, p.kind, p.institution_id, coalesce(s.source, '') AS source, p.status, f.field, f.filled, f.valid, f.needed
    FROM party_party p
    LEFT JOIN LATERAL (SELECT a.key AS source FROM insight_assumption a
        WHERE a.kind = 'source_rank' AND starts_with(p.id, a.key) ORDER BY length(a.key) DESC LIMIT 1) s ON true
    LEFT JOIN (SELECT party_id, bool_or(coalesce(valid_to >= newest, true)) AS valid
        FROM party_partyidentifier GROUP BY party_id) i ON i.party_id = p.id
    LEFT JOIN (SELECT party_id, bool_or(kind IN ('mobile', 'landline')) AS phone, bool_or(kind LIKE '%address') AS address
        FROM party_contactpoint GROUP BY party_id) c ON c.party_id = p.id
    CROSS JOIN LATERAL (VALUES
        ('party_name', '', p.name <> '', p.name <> '' AND p.name !~ '[0-9*?？]|测试', true),
        ('identifier', '', i.party_id IS NOT NULL, coalesce(i.valid, false), true),
        ('phone', '', coalesce(c.phone, false), coalesce(c.phone, false), true),
        ('address', '', coalesce(c.address, false), coalesce(c.address, false), false),
        ('birth_date', 'person', p.birth_date IS NOT NULL,
            p.birth_date BETWEEN DATE '1900-01-01' AND least(p.opened_on, newest), true),
        ('gender', 'person', p.gender <> '', p.gender IN ('M', 'F'), false),
        ('nationality', 'person', p.nationality <> '', p.nationality ~ '^[A-Z]{2,3}$', false),
        ('occupation', 'person', p.occupation <> '', p.occupation <> '', false),
        ('industry_code', 'organisation', p.industry_code <> '', p.industry_code ~ '^[A-T][0-9]*$', true),
        ('organisation_scale', 'organisation', p.organisation_scale <> '', p.organisation_scale <> '', false),
        ('registered_capital', 'organisation', p.registered_capital IS NOT NULL, p.registered_capital > 0, false),
        ('established_on', 'organisation', p.established_on IS NOT NULL, p.established_on <= newest, false)
    ) AS f(field, of_kind, filled, valid, needed)
    WHERE f.of_kind IN ('', p.kind);
    INSERT INTO identity_measure
        (business_date, institution_id, source, kind, field, records, filled, valid, merged, waiting)
    SELECT newest, institution_id, source, kind, field, count(*), count(*) FILTER (WHERE filled),
        count(*) FILTER (WHERE filled AND coalesce(valid, false)), 0, 0
    FROM identity_judged GROUP BY institution_id, source, kind, field
    UNION ALL
    SELECT newest, r.institution_id, r.source, r.kind, '', count(*), 0, 0,
        count(*) FILTER (WHERE r.record_id <> r.party_id), count(*) FILTER (WHERE EXISTS (
            SELECT 1 FROM identity_pair w WHERE w.zone = 'steward'
            AND (w.left_record = r.record_id OR w.right_record = r.record_id)
            AND NOT EXISTS (SELECT 1 FROM identity_decision d WHERE d.left_record = w.left_record
                AND d.right_record = w.right_record AND d.withdrawn_at IS NULL AND d.verdict <> 'ask')))
    FROM identity_record r GROUP BY r.institution_id, r.source, r.kind;
    GET DIAGNOSTICS made = ROW_COUNT;
    DELETE FROM identity_mend;
    INSERT INTO identity_mend (record_id, field, party_id, problem, source, institution_id, impact)
    SELECT j.id, j.field, j.id, CASE WHEN j.filled THEN 'invalid' ELSE 'missing' END, j.source, j.institution_id,
        coalesce(f.assets + f.loan, 0)
    FROM identity_judged j
    LEFT JOIN insight_customerfigure f ON f.business_date = newest AND f.party_id = j.id
    WHERE j.needed AND j.status = 'active' AND NOT (j.filled AND coalesce(j.valid, false));
    DELETE FROM identity_measure WHERE business_date < newest - 400;
    RETURN made;
END
$body$;

-- Totals after changes: between two rows they stand still, so the sums of two customers have a row wherever either has one.
CREATE OR REPLACE FUNCTION identity_balances(ms bigint[], gones varchar[], kepts varchar[], first smallint) RETURNS void
LANGUAGE plpgsql SET search_path = pg_catalog, public, pg_temp AS $body$
BEGIN
    WITH p AS (SELECT * FROM unnest(ms, gones, kepts) AS w(m, gone, kept)),
    x AS (DELETE FROM insight_balancechange t USING p WHERE t.party_id = p.gone RETURNING p.m, to_jsonb(t) AS row)
    INSERT INTO identity_mergestep (merge_id, place, "table", "column", action, overlay, laid, keys, images)
    SELECT m, first, 'insight_balancechange', 'party_id', 'removed', false, true,
        jsonb_agg(jsonb_build_object('party_id', row -> 'party_id', 'balance_date', row -> 'balance_date')),
        jsonb_agg(row) FROM x GROUP BY m;
    WITH p AS (SELECT w.*, s.images FROM unnest(ms, gones, kepts) AS w(m, gone, kept)
        JOIN identity_mergestep s ON s.merge_id = w.m AND s.place = first AND NOT s.overlay),
    x AS (UPDATE insight_balancechange t SET
            deposit = t.deposit + coalesce((SELECT g.deposit
                FROM jsonb_populate_recordset(NULL::insight_balancechange, p.images) g
                WHERE g.balance_date <= t.balance_date ORDER BY g.balance_date DESC LIMIT 1), 0),
            loan = t.loan + coalesce((SELECT g.loan
                FROM jsonb_populate_recordset(NULL::insight_balancechange, p.images) g
                WHERE g.balance_date <= t.balance_date ORDER BY g.balance_date DESC LIMIT 1), 0),
            wealth = t.wealth + coalesce((SELECT g.wealth
                FROM jsonb_populate_recordset(NULL::insight_balancechange, p.images) g
                WHERE g.balance_date <= t.balance_date ORDER BY g.balance_date DESC LIMIT 1), 0)
        FROM p WHERE t.party_id = p.kept RETURNING p.m, to_jsonb(old) AS row)
    INSERT INTO identity_mergestep (merge_id, place, "table", "column", action, overlay, laid, keys, images)
    SELECT m, first + 1, 'insight_balancechange', 'party_id', 'changed', false, true,
        jsonb_agg(jsonb_build_object('party_id', row -> 'party_id', 'balance_date', row -> 'balance_date')),
        jsonb_agg(row) FROM x GROUP BY m;
    WITH p AS (SELECT w.*, s.images, coalesce(c.images, '[]') AS before FROM unnest(ms, gones, kepts) AS w(m, gone, kept)
        JOIN identity_mergestep s ON s.merge_id = w.m AND s.place = first AND NOT s.overlay
        LEFT JOIN identity_mergestep c ON c.merge_id = w.m AND c.place = first + 1 AND NOT c.overlay),
    n AS (INSERT INTO insight_balancechange (party_id, balance_date, night, deposit, loan, wealth)
        SELECT p.kept, g.balance_date, g.night, g.deposit + coalesce(b.deposit, 0), g.loan + coalesce(b.loan, 0),
            g.wealth + coalesce(b.wealth, 0)
        FROM p CROSS JOIN LATERAL jsonb_populate_recordset(NULL::insight_balancechange, p.images) g
        LEFT JOIN LATERAL (
            SELECT k.deposit, k.loan, k.wealth FROM jsonb_populate_recordset(NULL::insight_balancechange, p.before) k
            WHERE k.balance_date <= g.balance_date ORDER BY k.balance_date DESC LIMIT 1) b ON true
        ON CONFLICT DO NOTHING RETURNING party_id, balance_date)
    INSERT INTO identity_mergestep (merge_id, place, "table", "column", action, overlay, laid, keys, images)
    SELECT p.m, first + 2, 'insight_balancechange', 'party_id', 'added', false, true,
        jsonb_agg(jsonb_build_object('party_id', n.party_id, 'balance_date', n.balance_date)), NULL
    FROM n JOIN p ON p.kept = n.party_id GROUP BY p.m;
END
$body$;

CREATE OR REPLACE FUNCTION identity_balances_back(m bigint, gone varchar, kept varchar) RETURNS void
LANGUAGE sql AS 'SELECT';

CREATE OR REPLACE FUNCTION identity_balances_after(m bigint, gone varchar, kept varchar) RETURNS void
LANGUAGE sql AS 'SELECT';

-- psql variables: calls (how many), key_hash (hex), rate_limit. The id formula is the README's.
INSERT INTO webhooks VALUES ('01900000-0000-7000-8000-000000000002', '01900000-0000-7000-8000-000000000001',
  'update_revenue', :rate_limit, 60000000);
INSERT INTO webhook_keys VALUES (decode(:'key_hash', 'hex'), '01900000-0000-7000-8000-000000000002');
INSERT INTO calls (id, organization_id, caller, dialed, status, started_at, answered_at, ended_at, connected_seconds, state, zip)
SELECT (lpad(to_hex(1750000000000 + i), 12, '0') || '7' || lpad(to_hex(i & 4095), 3, '0')
        || to_hex(32768 + ((i >> 12) & 16383)) || lpad(to_hex(i * 40503), 12, '0'))::uuid,
  '01900000-0000-7000-8000-000000000001', '+1310' || (2000000 + i % 8000000), '+18005550100', 'completed',
  (1750000000000 + i) * 1000, (1750000004000 + i) * 1000, (1750000094000 + i) * 1000, 90, 'CA', '90210'
FROM generate_series(0, :calls::bigint - 1) AS i;
CREATE INDEX calls_by_caller ON calls (organization_id, caller, started_at);
VACUUM (ANALYZE) calls;
CHECKPOINT;

-- Passkeys of people: a transaction on behalf of an admin sees that admin's alone. Of a key that is
-- there, only its counter and when it was used change.

ALTER TABLE passkeys ENABLE ROW LEVEL SECURITY;
ALTER TABLE passkeys FORCE ROW LEVEL SECURITY;
CREATE POLICY own ON passkeys USING (admin_id = current_admin());
GRANT SELECT, INSERT, DELETE, UPDATE (sign_count, last_used_at) ON passkeys TO analytics_app;

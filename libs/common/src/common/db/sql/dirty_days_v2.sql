-- A row at a time, mark the local days it was and is of; who marks days itself says so (common.db.ledger_writer).
-- The tenant's row is locked against a change of its zone until the writer ends: a day is always marked by the zone
-- that will be in force when the mark is seen. A mark of the same transaction is not made twice.

CREATE FUNCTION mark_day(tenant integer, instant timestamptz) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    IF instant IS NULL THEN
        RETURN;
    END IF;
    PERFORM FROM tenants t WHERE t.id = tenant FOR SHARE;
    INSERT INTO dirty_days (tenant_id, day)
    SELECT t.id, d.day
    FROM tenants t CROSS JOIN LATERAL (SELECT (instant AT TIME ZONE t.timezone)::date AS day) d
    WHERE t.id = tenant AND NOT EXISTS (
        SELECT FROM dirty_days m
        WHERE m.tenant_id = tenant AND m.day = d.day AND m.xmin = pg_current_xact_id()::xid);
END $$;

CREATE FUNCTION mark_day_paid() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM mark_day(OLD.tenant_id, OLD.paid_at);
    PERFORM mark_day(NEW.tenant_id, NEW.paid_at);
    RETURN NULL;
END $$;

CREATE FUNCTION mark_day_processed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM mark_day(OLD.tenant_id, OLD.processed_at);
    PERFORM mark_day(NEW.tenant_id, NEW.processed_at);
    RETURN NULL;
END $$;

CREATE TRIGGER mark_days AFTER INSERT OR UPDATE OR DELETE ON orders
FOR EACH ROW WHEN (current_setting('app.loader', true) IS DISTINCT FROM 'on')
EXECUTE FUNCTION mark_day_paid();

CREATE TRIGGER mark_days AFTER INSERT OR UPDATE OR DELETE ON order_lines
FOR EACH ROW WHEN (current_setting('app.loader', true) IS DISTINCT FROM 'on')
EXECUTE FUNCTION mark_day_paid();

CREATE TRIGGER mark_days AFTER INSERT OR UPDATE OR DELETE ON refunds
FOR EACH ROW WHEN (current_setting('app.loader', true) IS DISTINCT FROM 'on')
EXECUTE FUNCTION mark_day_processed();

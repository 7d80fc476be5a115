-- Once a statement, mark each local day it touched. The tenant's row is locked against a change of
-- its zone until the writer ends: a day is always marked by the zone that will be in force when the
-- mark is seen.

CREATE FUNCTION mark_days_orders_insert() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM FROM tenants t
    WHERE t.id IN (SELECT DISTINCT tenant_id FROM (SELECT * FROM new_rows) r)
    ORDER BY t.id FOR SHARE;
    INSERT INTO dirty_days (tenant_id, day)
    SELECT DISTINCT t.id, (r.paid_at AT TIME ZONE t.timezone)::date
    FROM (SELECT * FROM new_rows) r JOIN tenants t ON t.id = r.tenant_id
    WHERE r.paid_at IS NOT NULL;
    RETURN NULL;
END $$;

CREATE TRIGGER mark_days_insert AFTER INSERT ON orders REFERENCING NEW TABLE AS new_rows
FOR EACH STATEMENT EXECUTE FUNCTION mark_days_orders_insert();

CREATE FUNCTION mark_days_orders_update() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM FROM tenants t
    WHERE t.id IN (SELECT DISTINCT tenant_id FROM (SELECT * FROM old_rows UNION ALL SELECT * FROM new_rows) r)
    ORDER BY t.id FOR SHARE;
    INSERT INTO dirty_days (tenant_id, day)
    SELECT DISTINCT t.id, (r.paid_at AT TIME ZONE t.timezone)::date
    FROM (SELECT * FROM old_rows UNION ALL SELECT * FROM new_rows) r
    JOIN tenants t ON t.id = r.tenant_id
    WHERE r.paid_at IS NOT NULL;
    RETURN NULL;
END $$;

CREATE TRIGGER mark_days_update AFTER UPDATE ON orders
REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows
FOR EACH STATEMENT EXECUTE FUNCTION mark_days_orders_update();

CREATE FUNCTION mark_days_orders_delete() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM FROM tenants t
    WHERE t.id IN (SELECT DISTINCT tenant_id FROM (SELECT * FROM old_rows) r)
    ORDER BY t.id FOR SHARE;
    INSERT INTO dirty_days (tenant_id, day)
    SELECT DISTINCT t.id, (r.paid_at AT TIME ZONE t.timezone)::date
    FROM (SELECT * FROM old_rows) r JOIN tenants t ON t.id = r.tenant_id
    WHERE r.paid_at IS NOT NULL;
    RETURN NULL;
END $$;

CREATE TRIGGER mark_days_delete AFTER DELETE ON orders REFERENCING OLD TABLE AS old_rows
FOR EACH STATEMENT EXECUTE FUNCTION mark_days_orders_delete();

CREATE FUNCTION mark_days_order_lines_insert() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM FROM tenants t
    WHERE t.id IN (SELECT DISTINCT tenant_id FROM (SELECT * FROM new_rows) r)
    ORDER BY t.id FOR SHARE;
    INSERT INTO dirty_days (tenant_id, day)
    SELECT DISTINCT t.id, (r.paid_at AT TIME ZONE t.timezone)::date
    FROM (SELECT * FROM new_rows) r JOIN tenants t ON t.id = r.tenant_id
    WHERE r.paid_at IS NOT NULL;
    RETURN NULL;
END $$;

CREATE TRIGGER mark_days_insert AFTER INSERT ON order_lines REFERENCING NEW TABLE AS new_rows
FOR EACH STATEMENT EXECUTE FUNCTION mark_days_order_lines_insert();

CREATE FUNCTION mark_days_order_lines_update() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM FROM tenants t
    WHERE t.id IN (SELECT DISTINCT tenant_id FROM (SELECT * FROM old_rows UNION ALL SELECT * FROM new_rows) r)
    ORDER BY t.id FOR SHARE;
    INSERT INTO dirty_days (tenant_id, day)
    SELECT DISTINCT t.id, (r.paid_at AT TIME ZONE t.timezone)::date
    FROM (SELECT * FROM old_rows UNION ALL SELECT * FROM new_rows) r
    JOIN tenants t ON t.id = r.tenant_id
    WHERE r.paid_at IS NOT NULL;
    RETURN NULL;
END $$;

CREATE TRIGGER mark_days_update AFTER UPDATE ON order_lines
REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows
FOR EACH STATEMENT EXECUTE FUNCTION mark_days_order_lines_update();

CREATE FUNCTION mark_days_order_lines_delete() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM FROM tenants t
    WHERE t.id IN (SELECT DISTINCT tenant_id FROM (SELECT * FROM old_rows) r)
    ORDER BY t.id FOR SHARE;
    INSERT INTO dirty_days (tenant_id, day)
    SELECT DISTINCT t.id, (r.paid_at AT TIME ZONE t.timezone)::date
    FROM (SELECT * FROM old_rows) r JOIN tenants t ON t.id = r.tenant_id
    WHERE r.paid_at IS NOT NULL;
    RETURN NULL;
END $$;

CREATE TRIGGER mark_days_delete AFTER DELETE ON order_lines REFERENCING OLD TABLE AS old_rows
FOR EACH STATEMENT EXECUTE FUNCTION mark_days_order_lines_delete();

CREATE FUNCTION mark_days_refunds_insert() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM FROM tenants t
    WHERE t.id IN (SELECT DISTINCT tenant_id FROM (SELECT * FROM new_rows) r)
    ORDER BY t.id FOR SHARE;
    INSERT INTO dirty_days (tenant_id, day)
    SELECT DISTINCT t.id, (r.processed_at AT TIME ZONE t.timezone)::date
    FROM (SELECT * FROM new_rows) r JOIN tenants t ON t.id = r.tenant_id
    WHERE r.processed_at IS NOT NULL;
    RETURN NULL;
END $$;

CREATE TRIGGER mark_days_insert AFTER INSERT ON refunds REFERENCING NEW TABLE AS new_rows
FOR EACH STATEMENT EXECUTE FUNCTION mark_days_refunds_insert();

CREATE FUNCTION mark_days_refunds_update() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM FROM tenants t
    WHERE t.id IN (SELECT DISTINCT tenant_id FROM (SELECT * FROM old_rows UNION ALL SELECT * FROM new_rows) r)
    ORDER BY t.id FOR SHARE;
    INSERT INTO dirty_days (tenant_id, day)
    SELECT DISTINCT t.id, (r.processed_at AT TIME ZONE t.timezone)::date
    FROM (SELECT * FROM old_rows UNION ALL SELECT * FROM new_rows) r
    JOIN tenants t ON t.id = r.tenant_id
    WHERE r.processed_at IS NOT NULL;
    RETURN NULL;
END $$;

CREATE TRIGGER mark_days_update AFTER UPDATE ON refunds
REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows
FOR EACH STATEMENT EXECUTE FUNCTION mark_days_refunds_update();

CREATE FUNCTION mark_days_refunds_delete() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM FROM tenants t
    WHERE t.id IN (SELECT DISTINCT tenant_id FROM (SELECT * FROM old_rows) r)
    ORDER BY t.id FOR SHARE;
    INSERT INTO dirty_days (tenant_id, day)
    SELECT DISTINCT t.id, (r.processed_at AT TIME ZONE t.timezone)::date
    FROM (SELECT * FROM old_rows) r JOIN tenants t ON t.id = r.tenant_id
    WHERE r.processed_at IS NOT NULL;
    RETURN NULL;
END $$;

CREATE TRIGGER mark_days_delete AFTER DELETE ON refunds REFERENCING OLD TABLE AS old_rows
FOR EACH STATEMENT EXECUTE FUNCTION mark_days_refunds_delete();

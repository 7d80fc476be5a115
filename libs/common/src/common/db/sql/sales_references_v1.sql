-- References of the sales ledger, checked once a statement. A check is executed as text and counted,
-- so that it is planned for the rows at hand: a hash join for many.
-- A deleted tenant takes its orders and customers along, a deleted order its lines. What rows still
-- refer to when the transaction ends cannot be deleted.

CREATE FUNCTION require_parents_of_customers() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE orphans bigint;
BEGIN
    EXECUTE 'SELECT count(*) FROM new_rows n WHERE n.tenant_id IS NOT NULL
        AND NOT EXISTS (SELECT FROM tenants p WHERE p.id = n.tenant_id)'
    INTO orphans;
    IF orphans > 0 THEN
        RAISE foreign_key_violation USING MESSAGE = 'a row of customers has no tenants';
    END IF;
    RETURN NULL;
END $$;

CREATE TRIGGER require_parents_insert AFTER INSERT ON customers
REFERENCING NEW TABLE AS new_rows
FOR EACH STATEMENT EXECUTE FUNCTION require_parents_of_customers();

CREATE TRIGGER require_parents_update AFTER UPDATE ON customers
REFERENCING NEW TABLE AS new_rows
FOR EACH STATEMENT EXECUTE FUNCTION require_parents_of_customers();

CREATE FUNCTION require_parents_of_orders() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE orphans bigint;
BEGIN
    EXECUTE 'SELECT count(*) FROM new_rows n WHERE n.tenant_id IS NOT NULL
        AND NOT EXISTS (SELECT FROM tenants p WHERE p.id = n.tenant_id)'
    INTO orphans;
    IF orphans > 0 THEN
        RAISE foreign_key_violation USING MESSAGE = 'a row of orders has no tenants';
    END IF;
    EXECUTE 'SELECT count(*) FROM new_rows n WHERE n.customer_id IS NOT NULL
        AND NOT EXISTS (SELECT FROM customers p WHERE p.tenant_id = n.tenant_id AND p.id = n.customer_id)'
    INTO orphans;
    IF orphans > 0 THEN
        RAISE foreign_key_violation USING MESSAGE = 'a row of orders has no customers';
    END IF;
    RETURN NULL;
END $$;

CREATE TRIGGER require_parents_insert AFTER INSERT ON orders
REFERENCING NEW TABLE AS new_rows
FOR EACH STATEMENT EXECUTE FUNCTION require_parents_of_orders();

CREATE TRIGGER require_parents_update AFTER UPDATE ON orders
REFERENCING NEW TABLE AS new_rows
FOR EACH STATEMENT EXECUTE FUNCTION require_parents_of_orders();

CREATE FUNCTION require_parents_of_order_lines() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE orphans bigint;
BEGIN
    EXECUTE 'SELECT count(*) FROM new_rows n WHERE n.order_id IS NOT NULL
        AND NOT EXISTS (SELECT FROM orders p WHERE p.tenant_id = n.tenant_id AND p.id = n.order_id)'
    INTO orphans;
    IF orphans > 0 THEN
        RAISE foreign_key_violation USING MESSAGE = 'a row of order_lines has no orders';
    END IF;
    EXECUTE 'SELECT count(*) FROM new_rows n WHERE n.product_id IS NOT NULL
        AND NOT EXISTS (SELECT FROM products p WHERE p.tenant_id = n.tenant_id AND p.id = n.product_id)'
    INTO orphans;
    IF orphans > 0 THEN
        RAISE foreign_key_violation USING MESSAGE = 'a row of order_lines has no products';
    END IF;
    RETURN NULL;
END $$;

CREATE TRIGGER require_parents_insert AFTER INSERT ON order_lines
REFERENCING NEW TABLE AS new_rows
FOR EACH STATEMENT EXECUTE FUNCTION require_parents_of_order_lines();

CREATE TRIGGER require_parents_update AFTER UPDATE ON order_lines
REFERENCING NEW TABLE AS new_rows
FOR EACH STATEMENT EXECUTE FUNCTION require_parents_of_order_lines();

CREATE FUNCTION delete_sales_of_tenant() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    DELETE FROM orders WHERE tenant_id = OLD.id;
    DELETE FROM customers WHERE tenant_id = OLD.id;
    RETURN NULL;
END $$;

CREATE TRIGGER delete_sales AFTER DELETE ON tenants
FOR EACH ROW EXECUTE FUNCTION delete_sales_of_tenant();

CREATE FUNCTION delete_lines_of_orders() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    DELETE FROM order_lines l USING old_rows o
    WHERE l.tenant_id = o.tenant_id AND l.order_id = o.id;
    RETURN NULL;
END $$;

CREATE TRIGGER delete_lines AFTER DELETE ON orders REFERENCING OLD TABLE AS old_rows
FOR EACH STATEMENT EXECUTE FUNCTION delete_lines_of_orders();

CREATE FUNCTION keep_needed_customers() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (
        SELECT FROM orders c
        WHERE c.tenant_id = OLD.tenant_id AND c.customer_id = OLD.id
    ) THEN
        RAISE foreign_key_violation USING MESSAGE = 'rows of orders refer to customers';
    END IF;
    RETURN NULL;
END $$;

CREATE CONSTRAINT TRIGGER keep_needed AFTER DELETE ON customers
DEFERRABLE INITIALLY DEFERRED
FOR EACH ROW EXECUTE FUNCTION keep_needed_customers();

CREATE FUNCTION keep_needed_products() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (
        SELECT FROM order_lines c
        WHERE c.tenant_id = OLD.tenant_id AND c.product_id = OLD.id
    ) THEN
        RAISE foreign_key_violation USING MESSAGE = 'rows of order_lines refer to products';
    END IF;
    RETURN NULL;
END $$;

CREATE CONSTRAINT TRIGGER keep_needed AFTER DELETE ON products
DEFERRABLE INITIALLY DEFERRED
FOR EACH ROW EXECUTE FUNCTION keep_needed_products();

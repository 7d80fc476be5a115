"""From the staged rows into the tenant's products, and the stock counted of them.

Every product gets its key while it is staged (the known one, or the next of the sequence), so that
lines join a small temporary table and never search the ledger.
"""

from ingest.ledger.staging import Cursor, derive

# What a line says of its product counts as the last line that says it; products.csv goes first.
_STAGE_CATALOGUE = """
    WITH sold AS (
        SELECT product_id, min(position) AS position FROM staged_order_lines GROUP BY product_id
    ), titled AS (
        SELECT DISTINCT ON (product_id) product_id, product_title AS title
        FROM staged_order_lines WHERE product_title IS NOT NULL ORDER BY product_id, position DESC
    ), classed AS (
        SELECT DISTINCT ON (product_id) product_id, category
        FROM staged_order_lines WHERE category IS NOT NULL ORDER BY product_id, position DESC
    ), stated AS (
        SELECT DISTINCT ON (product_id) * FROM staged_products ORDER BY product_id, position
    ), said AS (
        SELECT coalesce(s.product_id, sold.product_id) AS product_id,
               coalesce(s.title, t.title) AS title, s.sku,
               coalesce(s.category, c.category) AS category, s.unit_cost
        FROM stated s
        FULL JOIN sold ON sold.product_id = s.product_id
        LEFT JOIN titled t ON t.product_id = sold.product_id
        LEFT JOIN classed c ON c.product_id = sold.product_id
        ORDER BY s.position, sold.position
    )
    SELECT said.*, p.id IS NOT NULL AS known,
           coalesce(p.id, nextval((SELECT pg_get_serial_sequence('products', 'id')::regclass))
           )::integer AS id
    FROM said LEFT JOIN products p ON p.external_id = said.product_id
"""
_UPDATE_PRODUCTS = """
    UPDATE products p
    SET title = coalesce(s.title, p.title), sku = coalesce(s.sku, p.sku),
        category = coalesce(s.category, p.category), unit_cost = coalesce(s.unit_cost, p.unit_cost)
    FROM staged_catalogue s
    WHERE s.known AND p.id = s.id
      AND (p.title, p.sku, p.category, p.unit_cost) IS DISTINCT FROM
          (coalesce(s.title, p.title), coalesce(s.sku, p.sku), coalesce(s.category, p.category),
           coalesce(s.unit_cost, p.unit_cost))
"""
_INSERT_PRODUCTS = """
    INSERT INTO products (tenant_id, id, external_id, title, sku, category, unit_cost)
    SELECT (SELECT current_tenant()), id, product_id, coalesce(title, product_id), sku, category,
           unit_cost
    FROM staged_catalogue WHERE NOT known
"""
_MERGE_STOCK = """
    INSERT INTO stock_counts (tenant_id, product_id, counted_at, on_hand)
    SELECT (SELECT current_tenant()), p.id, s.counted_at, s.on_hand
    FROM staged_stock_counts s JOIN products p ON p.external_id = s.product_id
    ON CONFLICT (tenant_id, product_id, counted_at) DO UPDATE SET on_hand = excluded.on_hand
"""


def stage_catalogue(cursor: Cursor) -> None:
    """Give every product that is mentioned its key, as ``staged_catalogue``."""
    derive(cursor, "staged_catalogue", _STAGE_CATALOGUE)


def merge_products(cursor: Cursor) -> int:
    """Insert the products never seen, update the others with what is said of them now.

    Answers how many were new.
    """
    cursor.execute(_UPDATE_PRODUCTS)
    cursor.execute(_INSERT_PRODUCTS)
    return cursor.rowcount


def merge_stock(cursor: Cursor) -> None:
    """Store the counts; one of the same product and instant replaces itself."""
    cursor.execute(_MERGE_STOCK)

"""From the staged rows into the tenant's products, and the stock counted of them.

Every product gets its key while it is staged (the known one, or the next of the sequence), so that
lines join a small temporary table and never search the ledger.
"""

from psycopg import sql

from ingest.ledger.temporary_tables import Cursor, derive

# The lines that tell anything of their products, and when they were sold, if they were.
_STAGE_WORDS = """
    SELECT l.product_id, l.position, l.product_title AS title, l.category, l.product_sku AS sku,
           h.paid_at AS sold_at
    FROM staged_order_lines l JOIN staged_order_lines h ON h.position = l.head
    WHERE l.product_title IS NOT NULL OR l.category IS NOT NULL OR l.product_sku IS NOT NULL
"""
# A product that the ledger knows by its title alone, and whose sales have a SKU now.
_STAGE_ADOPTED = """
    SELECT min(w.product_id) AS product_id, w.title AS known_as
    FROM staged_words w
    JOIN products p
      ON p.tenant_id = %(tenant_id)s AND p.external_id = w.title AND p.sku IS NULL
    WHERE w.sku IS NOT NULL AND w.sku = w.product_id AND w.title <> w.product_id
      AND NOT EXISTS (
          SELECT FROM products k WHERE k.tenant_id = %(tenant_id)s AND k.external_id = w.product_id)
    GROUP BY w.title HAVING count(DISTINCT w.product_id) = 1
"""
# Titles of sales without a SKU that are the SKU of a product of another title: two products.
_STAGE_TITLE_PRODUCTS = """
    WITH bare AS (
        SELECT DISTINCT product_id FROM staged_words WHERE sku IS NULL AND title = product_id
    ), coded AS (
        SELECT product_id, title = product_id AS same FROM staged_words WHERE sku = product_id
        UNION ALL
        SELECT p.external_id, p.title = p.external_id
        FROM products p JOIN bare b ON b.product_id = p.external_id
        WHERE p.tenant_id = %(tenant_id)s AND p.sku = p.external_id
    )
    SELECT product_id, left(product_id, 240) || ' (title)' AS target
    FROM bare JOIN coded USING (product_id)
    GROUP BY product_id HAVING NOT coalesce(bool_or(same), false)
"""
_PART_TITLE_PRODUCTS = """
    UPDATE {} l SET product_id = n.target FROM staged_title_products n
    WHERE l.product_id = n.product_id AND l.{} IS NULL
"""
# Sales under a title, without a SKU, of a product that has one: in this input or in the ledger.
_STAGE_ALIASES = """
    WITH bare AS (
        SELECT product_id FROM staged_words GROUP BY product_id HAVING count(sku) = 0
    ), named AS (
        SELECT w.title, w.product_id FROM staged_words w WHERE w.sku IS NOT NULL
        UNION
        SELECT p.title, p.external_id FROM products p JOIN bare b ON b.product_id = p.title
        WHERE p.tenant_id = %(tenant_id)s AND p.sku IS NOT NULL
    )
    SELECT b.product_id, min(n.product_id) AS target
    FROM bare b JOIN named n ON n.title = b.product_id AND n.product_id <> b.product_id
    WHERE NOT EXISTS (
        SELECT FROM products p WHERE p.tenant_id = %(tenant_id)s AND p.external_id = b.product_id)
       OR EXISTS (SELECT FROM staged_adopted a WHERE a.known_as = b.product_id)
    GROUP BY b.product_id HAVING count(DISTINCT n.product_id) = 1
"""
_JOIN_ALIASES = """
    UPDATE {} l SET product_id = a.target FROM staged_aliases a WHERE l.product_id = a.product_id
"""
# What a line says of its product counts as the latest sale says it, before what was not sold;
# products.csv goes first.
_STAGE_CATALOGUE = """
    WITH sold AS (
        SELECT product_id, min(position) AS position FROM staged_order_lines GROUP BY product_id
    ), titled AS (
        SELECT DISTINCT ON (product_id) product_id, title
        FROM staged_words WHERE title IS NOT NULL
        ORDER BY product_id, sold_at DESC NULLS LAST, position DESC
    ), classed AS (
        SELECT DISTINCT ON (product_id) product_id, category
        FROM staged_words WHERE category IS NOT NULL
        ORDER BY product_id, sold_at DESC NULLS LAST, position DESC
    ), coded AS (
        SELECT DISTINCT ON (product_id) product_id, sku
        FROM staged_words WHERE sku IS NOT NULL
        ORDER BY product_id, sold_at DESC NULLS LAST, position DESC
    ), stated AS (
        SELECT DISTINCT ON (product_id) * FROM staged_products ORDER BY product_id, position
    ), said AS (
        SELECT coalesce(s.product_id, sold.product_id) AS product_id,
               coalesce(s.title, t.title) AS title, coalesce(s.sku, k.sku) AS sku,
               coalesce(s.category, c.category) AS category, s.unit_cost,
               s.title IS NULL AS sale_titles, s.category IS NULL AS sale_classes,
               s.sku IS NULL AS sale_codes
        FROM stated s
        FULL JOIN sold ON sold.product_id = s.product_id
        LEFT JOIN titled t ON t.product_id = sold.product_id
        LEFT JOIN classed c ON c.product_id = sold.product_id
        LEFT JOIN coded k ON k.product_id = sold.product_id
        ORDER BY s.position, sold.position
    )
    SELECT said.*, p.id IS NOT NULL AS known,
           coalesce(p.id, nextval((SELECT pg_get_serial_sequence('products', 'id')::regclass))
           )::integer AS id
    FROM said
    LEFT JOIN staged_adopted a USING (product_id)
    LEFT JOIN products p
      ON p.tenant_id = %(tenant_id)s AND p.external_id = coalesce(a.known_as, said.product_id)
"""
# What the ledger has of a later sale stays. What repeats is told once, so the input's last sale of
# a product is as late as what is told of it.
_KEEP_LATER_WORDS = """
    WITH changed AS (
        SELECT s.id, s.product_id FROM staged_catalogue s
        JOIN products p ON p.tenant_id = %(tenant_id)s AND p.id = s.id
        WHERE s.known AND (
            (s.sale_titles AND s.title <> p.title) OR (s.sale_classes AND s.category <> p.category)
            OR (s.sale_codes AND s.sku <> p.sku))
    ), told AS (
        SELECT c.id, coalesce(max(h.paid_at), '-infinity') AS at
        FROM changed c
        JOIN staged_order_lines l USING (product_id)
        JOIN staged_order_lines h ON h.position = l.head
        GROUP BY c.id
    ), later AS (
        SELECT t.id FROM told t
        JOIN order_lines l ON l.tenant_id = %(tenant_id)s AND l.product_id = t.id
        WHERE l.paid_at > t.at AND l.paid_at > (SELECT min(at) FROM told)
          AND NOT EXISTS (SELECT FROM staged_orders s WHERE s.id = l.order_id)
        GROUP BY t.id
    )
    UPDATE staged_catalogue s
    SET title = CASE WHEN s.sale_titles THEN p.title ELSE s.title END,
        category = CASE WHEN s.sale_classes THEN coalesce(p.category, s.category)
                        ELSE s.category END,
        sku = CASE WHEN s.sale_codes THEN coalesce(p.sku, s.sku) ELSE s.sku END
    FROM later JOIN products p ON p.tenant_id = %(tenant_id)s AND p.id = later.id
    WHERE s.id = later.id
"""
_UPDATE_PRODUCTS = """
    UPDATE products p
    SET external_id = s.product_id, title = coalesce(s.title, p.title),
        sku = coalesce(s.sku, p.sku), category = coalesce(s.category, p.category),
        unit_cost = coalesce(s.unit_cost, p.unit_cost)
    FROM staged_catalogue s
    WHERE s.known AND p.tenant_id = %(tenant_id)s AND p.id = s.id
      AND (p.external_id, p.title, p.sku, p.category, p.unit_cost) IS DISTINCT FROM
          (s.product_id, coalesce(s.title, p.title), coalesce(s.sku, p.sku),
           coalesce(s.category, p.category), coalesce(s.unit_cost, p.unit_cost))
"""
_INSERT_PRODUCTS = """
    INSERT INTO products (tenant_id, id, external_id, title, sku, category, unit_cost)
    SELECT %(tenant_id)s, id, product_id, coalesce(title, product_id), sku, category,
           unit_cost
    FROM staged_catalogue WHERE NOT known
"""
_MERGE_STOCK = """
    INSERT INTO stock_counts (tenant_id, product_id, counted_at, on_hand)
    SELECT %(tenant_id)s, p.id, s.counted_at, s.on_hand
    FROM staged_stock_counts s
    JOIN products p ON p.tenant_id = %(tenant_id)s AND p.external_id = s.product_id
    ON CONFLICT (tenant_id, product_id, counted_at) DO UPDATE SET on_hand = excluded.on_hand
"""


def stage_catalogue(cursor: Cursor, *, by_title: bool) -> None:
    """Give every product that is mentioned its key, as ``staged_catalogue``.

    A product is known by its id. ``by_title`` says that the id of a line is the product's SKU, or
    its title where it has none: what was sold under a title alone is then the product of that
    title which has a SKU, unless several do. A title that is the SKU of a product of another title
    names a product of its own, ``… (title)``.
    """
    derive(cursor, "staged_words", _STAGE_WORDS)
    derive(cursor, "staged_adopted", _STAGE_ADOPTED)
    if by_title and derive(cursor, "staged_title_products", _STAGE_TITLE_PRODUCTS):
        for table, sku in (("staged_order_lines", "product_sku"), ("staged_words", "sku")):
            names = sql.Identifier(table), sql.Identifier(sku)
            cursor.execute(sql.SQL(_PART_TITLE_PRODUCTS).format(*names))
    if by_title and derive(cursor, "staged_aliases", _STAGE_ALIASES):
        for table in ("staged_order_lines", "staged_words"):
            cursor.execute(sql.SQL(_JOIN_ALIASES).format(sql.Identifier(table)))
    derive(cursor, "staged_catalogue", _STAGE_CATALOGUE)


def merge_products(cursor: Cursor) -> int:
    """Insert the products never seen, update the others with what is said of them now.

    Answers how many were new.
    """
    cursor.execute(_KEEP_LATER_WORDS)
    cursor.execute(_UPDATE_PRODUCTS)
    cursor.execute(_INSERT_PRODUCTS)
    return cursor.rowcount


def merge_stock(cursor: Cursor) -> None:
    """Store the counts; one of the same product and instant replaces itself."""
    cursor.execute(_MERGE_STOCK)

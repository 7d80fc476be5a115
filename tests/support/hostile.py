"""Files nobody would send by intent: right ones with wrong cells, rows, quotes and bytes."""

import csv
import io
from collections.abc import Iterator, Mapping, Sequence

from hypothesis import strategies as st

_NUMBERS = (
    "0", "-0", "-1", "1e9", "1E400", "NaN", "-inf", "∞", "１２", "٣", "0x10", "1_000", "+1", "1,5",
    "1.5", "1.505", "1.", ".5", "1 000", "9" * 18, "9" * 30, "9" * 5000, "0" * 5000 + "1",
    "-" + "0" * 5000, "0." + "0" * 5000, "100000000000000000", "2147483647",
    "2147483648", "99999999999999999.99",
)  # fmt: skip
_TIMES = (
    "2026-03-01", "2026-03-01T10:00", "2026-03-01T24:00:00Z", "2026-02-29T10:00:00Z",
    "0001-01-01T00:00:00Z", "9999-12-31T23:59:59-23:59", "1970-01-01T00:00:00+23:59",
    "2199-12-31T23:59:59.999999-23:59", "2026-03-01T10:00:00+01:00:30", "2026-W09-7T10:00:00Z",
    "20260301T100000Z", "2026-03-01 10:00:00 +0100", "2026-03-01 10:00:00 UTC", "1772355600", "now",
    "2026-03-29T02:30:00+01:00", "infinity", "2026-03-01T10:00:00Z\0",
)  # fmt: skip
_TEXTS = (
    '="X1"',
    '="12"',
    "", " ", "\u00a0", "\0", "a\0b", "\r", "\n", "\r\n", '"', '""', "'", ",", ";", "\t", "\\",
    "\\N", "\\.", "NULL", "null", "x" * 255, "x" * 256, "x" * 2001, "é" * 255, "\ufeff",
    "\u202e", "\u2028", "\U0010ffff", "=1+1", "@SUM(A1)", "-1", "%s", "%(a)s", "{0}",
    "'; DROP TABLE orders; --", "$1", "<script>", "\x1a",
)  # fmt: skip
TRAPS = (*_NUMBERS, *_TIMES, *_TEXTS)

cells = st.sampled_from(TRAPS) | st.text(max_size=12)
ids = st.sampled_from(["O1", "O2", "O3", "1", "2", "P1", "P2", "R1"])

OWN: Mapping[str, Sequence[dict[str, str]]] = {
    "orders": [
        {
            "order_id": order, "placed_at": "", "paid_at": f"2026-03-0{day}T10:00:00+01:00",
            "currency": "EUR", "channel": "web", "customer_id": "C1", "country": "DE", "region": "",
            "coupon_code": "", "order_discount": "0.50", "shipping": "4.90", "tax": "1.00",
            "line_id": line, "product_id": f"P{line}", "product_title": "Tea", "category": "",
            "quantity": "2", "unit_price": "10.00", "line_discount": "",
        }
        for day, (order, line) in enumerate((("O1", "1"), ("O1", "2"), ("O2", "1")), 1)
    ],
    "refunds": [
        {
            "refund_id": "R1", "order_id": "O1", "line_id": "1",
            "processed_at": "2026-03-05T10:00:00Z", "kind": "return", "quantity": "1",
            "amount": "9.00", "shipping": "", "tax": "",
        }
    ],
    "products": [
        {"product_id": "P1", "title": "Tea", "sku": "T", "category": "", "unit_cost": "4.20"},
        {"product_id": "P2", "title": "Mug", "sku": "", "category": "Cups", "unit_cost": ""},
    ],
    "stock": [
        {"product_id": "P1", "counted_at": "2026-03-05T00:00:00Z", "on_hand": "12"},
        {"product_id": "P2", "counted_at": "2026-03-05T00:00:00Z", "on_hand": "-3"},
    ],
}  # fmt: skip
for _row in OWN["orders"]:
    if _row["order_id"] == "O1":
        _row["paid_at"] = "2026-03-01T10:00:00+01:00"

SHOPIFY: Sequence[dict[str, str]] = [
    {
        "Name": "#1", "Email": "a@b.example", "Financial Status": "paid",
        "Paid at": "2026-03-01 10:22:33 +0100", "Created at": "2026-03-01 10:22:00 +0100",
        "Cancelled at": "", "Currency": "EUR", "Subtotal": "27.00", "Shipping": "4.90",
        "Taxes": "6.06", "Total": "37.96", "Discount Code": "SPRING", "Discount Amount": "3.00",
        "Refunded Amount": "", "Source": "web", "Lineitem quantity": "2", "Lineitem name": "Mug",
        "Lineitem price": "10.00", "Lineitem sku": "M-1", "Lineitem discount": "0.00", "Vendor": "",
    },
    {
        "Name": "#1", "Email": "a@b.example", "Financial Status": "", "Paid at": "",
        "Created at": "2026-03-01 10:22:00 +0100", "Cancelled at": "", "Currency": "",
        "Subtotal": "", "Shipping": "", "Taxes": "", "Total": "", "Discount Code": "",
        "Discount Amount": "", "Refunded Amount": "", "Source": "", "Lineitem quantity": "1",
        "Lineitem name": "Plate", "Lineitem price": "10.00", "Lineitem sku": "",
        "Lineitem discount": "", "Vendor": "",
    },
    {
        "Name": "#2", "Email": "", "Financial Status": "refunded",
        "Paid at": "2026-03-02 10:00:00 +0100", "Created at": "2026-03-02 10:00:00 +0100",
        "Cancelled at": "2026-03-03 10:00:00 +0100", "Currency": "EUR", "Subtotal": "10.00",
        "Shipping": "5.00", "Taxes": "0.00", "Total": "15.00", "Discount Code": "",
        "Discount Amount": "", "Refunded Amount": "15.00", "Source": "", "Lineitem quantity": "1",
        "Lineitem name": "Mug", "Lineitem price": "10.00", "Lineitem sku": "M-1",
        "Lineitem discount": "", "Vendor": "",
    },
]  # fmt: skip


@st.composite
def spoilt(draw: st.DrawFn, rows: Sequence[Mapping[str, str]], *, most: int = 3) -> bytes:
    """``rows`` as a file of whose cells up to ``most`` are wrong, and maybe much else."""
    table = [list(rows[0]), *(list(row.values()) for row in rows)]
    for _ in range(draw(st.integers(0, most))):
        row = draw(st.sampled_from(table))
        if row:
            row[draw(st.integers(0, len(row) - 1))] = draw(cells | ids)
    if draw(_seldom):
        place = draw(st.integers(0, len(table) - 1))
        change = draw(st.sampled_from(["again", "gone", "short", "long", "empty", "apart"]))
        table = _changed(table, place, change)
    return _spelled(draw, table)


_seldom = st.integers(0, 3).map(lambda number: number == 0)
_rarely = st.integers(0, 11).map(lambda number: number == 0)


def _changed(table: list[list[str]], place: int, change: str) -> list[list[str]]:
    row = table[place]
    instead = {
        "again": [row, row],
        "gone": [],
        "short": [row[:-1]],
        "long": [[*row, "more"]],
        "empty": [[], row],
    }
    if change == "apart":
        return [*table[:place], *table[place + 1 :], row]
    return [*table[:place], *instead[change], *table[place + 1 :]]


def _spelled(draw: st.DrawFn, table: list[list[str]]) -> bytes:
    separator = ";" if draw(_rarely) else ","
    end = draw(st.sampled_from(["\r\n", "\n", "\r"])) if draw(_seldom) else "\n"
    if draw(_rarely):
        text = end.join(separator.join(row) for row in table)  # nobody quotes
    else:
        buffer = io.StringIO(newline="")
        writer = csv.writer(
            buffer,
            delimiter=separator,
            lineterminator=end,
            quoting=csv.QUOTE_ALL if draw(_seldom) else csv.QUOTE_MINIMAL,
        )
        writer.writerows(table)
        text = buffer.getvalue()
    encoding = (
        draw(st.sampled_from(["utf-8-sig", "latin-1", "utf-16", "cp1252", "utf-7"]))
        if draw(_rarely)
        else "utf-8"
    )
    data = text.encode(encoding, errors="replace")
    if draw(_rarely):
        at = draw(st.integers(0, len(data)))
        data = data[:at] + draw(st.binary(max_size=4)) + data[at + draw(st.integers(0, 4)) :]
    return data


def in_blocks(data: bytes, size: int) -> Iterator[bytes]:
    """``data`` in pieces, so that a border falls into something."""
    for start in range(0, len(data), size):
        yield data[start : start + size]

"""The file that is imported: a year of a busy shop."""

import random
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

BLOCK = 256 * 1024
COLUMNS = (
    "order_id,placed_at,paid_at,currency,channel,customer_id,country,region,coupon_code,"
    "order_discount,shipping,tax,line_id,product_id,product_title,category,quantity,unit_price,"
    "line_discount"
)


def write_file(path: Path, lines: int) -> None:
    """The head of a long tail of products, customers who come back."""
    random.seed(7)
    at, number, written = datetime(2025, 1, 1, tzinfo=UTC), 0, 0
    apart = max(1, min(120, 60_000_000 // lines))  # an order after today is none that is plain
    with path.open("w", encoding="utf-8") as file:
        file.write(COLUMNS + "\n")
        while written < lines:
            number += 1
            at += timedelta(seconds=random.randint(1, apart))
            paid = (at + timedelta(minutes=2)).isoformat() if random.random() < 0.98 else ""
            discount = f"{random.randint(1, 300) / 100:.2f}" if random.random() < 0.16 else ""
            order = (
                f"S-{1_000_000 + number},{at.isoformat()},{paid},EUR,web,"
                f"C{random.randint(1, lines // 6)},DE,Region {number % 16},,{discount},4.90,2.40"
            )
            for line in range(1, random.choices((1, 2, 3, 4, 5), (40, 28, 16, 10, 6))[0] + 1):
                product = int(random.paretovariate(0.6)) % 2000
                file.write(
                    f"{order},{line},P{product},Product number {product},Category {product % 12},"
                    f"{random.choice((1, 1, 1, 2))},{5 + product % 90}.50,\n"
                )
                written += 1


def blocks(path: Path, size: int = BLOCK) -> Iterator[bytes]:
    """The file as it is read, by blocks of ``size`` bytes."""
    with path.open("rb") as file:
        while block := file.read(size):
            yield block


def spoil(path: Path, into: Path, every: int) -> None:
    """The same file, one of ``every`` lines with a quantity that is none."""
    with path.open("rb") as clean, into.open("wb") as spoilt:
        for number, line in enumerate(clean):
            if number % every == every - 1:
                cells = line.split(b",")
                cells[16] = b"x"
                spoilt.write(b",".join(cells))
            else:
                spoilt.write(line)

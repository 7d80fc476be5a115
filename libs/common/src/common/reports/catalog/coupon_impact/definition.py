"""Coupon impact: announced and not implemented, so listed and refused when called."""

from typing import Any

from common.reports.model import Definition

DEFINITION: Definition[Any] = Definition(
    slug="coupon-impact",
    title="Coupon impact",
    description="What coupons brought in and what they cost.",
    place=50,
)

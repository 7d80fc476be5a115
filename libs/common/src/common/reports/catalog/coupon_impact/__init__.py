"""The report type ``coupon-impact``, a stub."""

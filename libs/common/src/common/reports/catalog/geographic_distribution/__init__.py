"""The report type ``geographic-distribution``, a stub."""

"""The report type ``channel-performance``, a stub."""

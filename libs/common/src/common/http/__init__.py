"""HTTP as both services speak it, without a web framework: problem details, security headers."""

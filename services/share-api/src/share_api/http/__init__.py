"""HTTP for routes: bodies, uploads, query parameters, CSRF, OpenAPI."""

"""What wraps every request: request id, security headers, access log, problem details."""

"""More than a million texts that are nearly a token, tried on the verifier and over HTTP."""

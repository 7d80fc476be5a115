"""HTTP: responses, negotiation, compression, client addresses."""

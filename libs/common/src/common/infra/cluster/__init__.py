"""A cluster of Valkey or Redis: its address, and the clients that know its nodes."""

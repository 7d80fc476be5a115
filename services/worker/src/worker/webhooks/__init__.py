"""Events of platforms: worked off, looked for by the clock, and cleared away when they are old."""

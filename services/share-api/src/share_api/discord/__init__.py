"""Commands in Discord: who may ask, what is asked for, and the answer that is promised."""

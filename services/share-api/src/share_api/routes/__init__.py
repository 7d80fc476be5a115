"""The routes, by what they are about: each parses, calls one function and answers."""

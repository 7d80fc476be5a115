"""A history checker: many clients use real processes that are killed, hung and emptied, and every
answer is held against a model of what a link may do.
"""

"""One verb for each thing that a person or a timer does to a change.

A verb decides: it takes the change, its setting and what was handed in, and returns facts or a refusal. Writing them down
is act.py's work, so a verb can be tried with plain values.
"""

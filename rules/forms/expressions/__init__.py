"""Expressions of forms: what authors write in relevant, constraint, calculation and choice_filter.

The grammar and its meaning: docs/decisions/0006-expressions.md. `expression` reads one,
`values` says what it works on, `order` says which calculation comes first.
"""

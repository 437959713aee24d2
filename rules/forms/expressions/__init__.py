"""Expressions of forms: what authors write in relevant, constraint, calculation and choice_filter.

The grammar and its meaning: docs/decisions/0006-expressions.md. `expression` reads an expression,
`values` says what expressions work on, `compiling` makes functions of them. Which field is settled
first is decided by `rules.forms.form_structure.settling_order`.
"""

"""When a page asks before an act that reaches many units."""

MANY = 100
"""A release that reaches more units is asked about."""
SURE = "sure"
"""The field of a page that has said how many units a release reaches."""

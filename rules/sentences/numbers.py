"""Numbers as people read them."""


def apart(value: int | str) -> str:
    """A count, or a sum as decimal text, with its thousands set apart: 12,345.6. A text that is no
    number stays as it is."""
    whole, point, rest = str(value).partition(".")
    sign, digits = ("-", whole[1:]) if whole.startswith("-") else ("", whole)
    plain = digits.isascii() and digits.isdecimal()
    return f"{sign}{int(digits):,}{point}{rest}" if plain else str(value)

"""Everything in one file, made while others work, and back into an installation that stopped."""

"""Who asks: account, unit, language, transaction, and the list that the account came from."""

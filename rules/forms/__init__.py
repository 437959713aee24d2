"""Forms and answers: what may be asked, and whether what was typed is an answer."""

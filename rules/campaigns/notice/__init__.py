"""Reading a notice: from its text to an outline and draft measures."""

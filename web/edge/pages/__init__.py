"""What every page is made of: drawing, messages, files, refusals, and the pages of no room."""

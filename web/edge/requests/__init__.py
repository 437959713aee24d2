"""What a request brings: its body, its fields and files, and the places in which requests wait."""

"""`jieli demo`: the whole job once, on the real tree, through the running product."""

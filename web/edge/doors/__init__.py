"""What a request passes first: connections, middleware, the public address, metrics."""

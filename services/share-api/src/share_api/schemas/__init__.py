"""What goes over the wire, in camelCase: request bodies and responses."""

"""The import format of the specification."""

"""The import format of Stripe's reports."""

"""The orders export of Shopify."""

"""The import format of WooCommerce's order exports."""

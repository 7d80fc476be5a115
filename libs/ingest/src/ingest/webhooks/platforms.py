"""The platforms whose webhooks are taken: those of the import formats that have such a module."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from ingest.formats.shopify.webhooks import ShopifyWebhooks
from ingest.formats.woocommerce.webhooks import WooCommerceWebhooks
from ingest.webhooks.platform import Platform

_ALL: Final[tuple[Platform, ...]] = (ShopifyWebhooks(), WooCommerceWebhooks())

PLATFORMS: Final[Mapping[str, Platform]] = MappingProxyType({each.name: each for each in _ALL})
"""Every platform by its name."""

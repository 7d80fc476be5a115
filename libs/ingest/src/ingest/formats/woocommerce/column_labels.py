"""What the export with a row a product calls its columns where the admin's language is another one.

Exporters name a column by its label, in the language of who set the export up. A label that was not
translated stays in English; of languages that are missing here a file is recognised, not read.
"""

from collections.abc import Mapping
from typing import Final

LABELS: Final[Mapping[str, Mapping[str, str]]] = {
    "French": {
        "Numéro de commande": "Order Number", "État de la commande": "Order Status",
        "Date de commande": "Order Date",
        "Date de paiement": "Paid Date", "Date du premier remboursement": "Date of first refund",
        "Devise": "Currency", "E-mail (Facturation)": "Email (Billing)",
        "Code du pays (Facturation)": "Country Code (Billing)",
        "Code du pays (Livraison)": "Country Code (Shipping)",
        "Code de l’état (Facturation)": "State Code (Billing)",
        "Code de l’état (Livraison)": "State Code (Shipping)",
        "Sous-total de la commande": "Order Subtotal Amount",
        "Montant de la remise panier": "Cart Discount Amount",
        "Montant de la livraison": "Order Shipping Amount",
        "Taxe de livraison de commande": "Order Shipping Tax Amount",
        "Total des frais de commande": "Order Total Fee",
        "Montant total de la taxe": "Order Total Tax Amount",
        "Montant total de la commande": "Order Total Amount",
        "Montant du remboursement de la commande": "Order Refund Amount",
        "Frais de livraison remboursés": "Order Shipping Amount Refunded",
        "Montant de la livraison (- Remboursement)": "Order Shipping Amount (- Refund)",
        "Montant total de la taxe remboursée": "Order Total Tax Amount Refunded",
        "Montant total de la taxe (- Remboursement)": "Order Total Tax Amount (- Refund)",
        "Nom de l’élément": "Item Name", "UGS": "SKU", "Quantité": "Quantity",
        "Quantité (- Remboursement)": "Quantity (- Refund)",
        "Prix du produit": "Item Cost",
        "Total de la ligne de commande": "Order Line Total",
        "Ligne de commande (sans taxe)": "Order Line (w/o tax)",
        "Sous-total de la ligne de commande": "Order Line Subtotal",
        "Total de la ligne de commande remboursé": "Order Line Total Refunded",
        "Total de la ligne de commande (- Remboursement)": "Order Line Total (- Refund)",
        "Code de coupon": "Coupon Code",
    },
    "Spanish": {
        "Número de pedido": "Order Number", "Estado del pedido": "Order Status",
        "Fecha del pedido": "Order Date", "Fecha de pago": "Paid Date",
        "Fecha del primer reembolso": "Date of first refund", "Moneda": "Currency",
        "Correo electrónico (facturación)": "Email (Billing)",
        "Código del país (facturación)": "Country Code (Billing)",
        "Código del país (envío)": "Country Code (Shipping)",
        "Código de provincia (facturación)": "State Code (Billing)",
        "Código de provincia (envío)": "State Code (Shipping)",
        "Importe de subtotal del pedido": "Order Subtotal Amount",
        "Importe de descuento del carrito": "Cart Discount Amount",
        "Importe de envío del pedido": "Order Shipping Amount",
        "Importe de impuestos del envío del pedido": "Order Shipping Tax Amount",
        "Importe total de impuestos del pedido": "Order Total Tax Amount",
        "Importe total del pedido": "Order Total Amount",
        "Importe reembolsado del pedido": "Order Refund Amount",
        "Importe reembolsado del envío del pedido": "Order Shipping Amount Refunded",
        "Importe de envío del pedido (- reembolso)": "Order Shipping Amount (- Refund)",
        "Importe total de impuestos reembolsados del pedido": "Order Total Tax Amount Refunded",
        "Importe total de impuestos del pedido (- reembolso)": "Order Total Tax Amount (- Refund)",
        "Nombre del artículo": "Item Name", "Cantidad": "Quantity",
        "Cantidad (- reembolso)": "Quantity (- Refund)", "Coste de artículo": "Item Cost",
        "Total de la línea del pedido": "Order Line Total",
        "Línea del pedido (sin impuestos)": "Order Line (w/o tax)",
        "Subtotal de la línea del pedido": "Order Line Subtotal",
        "Total reembolsado de la línea del pedido": "Order Line Total Refunded",
        "Total de la línea del pedido (- reembolso)": "Order Line Total (- Refund)",
        "Código de cupón": "Coupon Code",
    },
    "Japanese": {
        "注文番号": "Order Number", "注文ステータス": "Order Status", "注文日": "Order Date",
        "決済日": "Paid Date", "最初の返金日": "Date of first refund", "通貨": "Currency",
        "Eメール (請求先)": "Email (Billing)", "国番号 (請求先)": "Country Code (Billing)",
        "国番号 (配送先)": "Country Code (Shipping)",
        "都道府県コード (請求先)": "State Code (Billing)",
        "都道府県コード (配送先)": "State Code (Shipping)", "注文小計": "Order Subtotal Amount",
        "カート割引合計": "Cart Discount Amount", "注文配送料金合計": "Order Shipping Amount",
        "注文配送税額合計": "Order Shipping Tax Amount", "注文手数料合計": "Order Total Fee",
        "注文税額合計": "Order Total Tax Amount", "注文金額合計": "Order Total Amount",
        "注文払戻合計": "Order Refund Amount",
        "注文配送料金払戻合計": "Order Shipping Amount Refunded",
        "注文配送料金合計 (−払戻)": "Order Shipping Amount (- Refund)",
        "注文払戻税額合計": "Order Total Tax Amount Refunded",
        "注文税額合計 (−払戻)": "Order Total Tax Amount (- Refund)",
        "注文商品名": "Item Name", "数量": "Quantity", "数量 (−払戻)": "Quantity (- Refund)",
        "注文商品金額": "Item Cost", "注文行合計": "Order Line Total",
        "注文行 (税抜)": "Order Line (w/o tax)", "注文行小計": "Order Line Subtotal",
        "注文行払戻合計": "Order Line Total Refunded",
        "注文行合計 (−払戻)": "Order Line Total (- Refund)", "クーポンコード": "Coupon Code",
    },
}  # fmt: skip
"""The labels of each language that are known from its exports and translations."""

COLUMNS: Final[Mapping[str, str]] = {
    label: name for labels in LABELS.values() for label, name in labels.items()
}
"""The column that a label in any of them stands for."""

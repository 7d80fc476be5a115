"""What the admin's languages call the states of orders: exporters write the words they show.

A state that is not known counts as sold, so a language that is missing here turns its cancelled and
failed orders into sales. Words are in lower case with hyphens, as ``on-hold``.
"""

from collections.abc import Mapping
from typing import Final

BY_LANGUAGE: Final[Mapping[str, Mapping[str, str]]] = {
    "en": {"pending-payment": "pending", "draft": "checkout-draft", "canceled": "cancelled"},
    "de": {
        "zahlung-ausstehend": "pending", "in-wartestellung": "on-hold",
        "fehlgeschlagen": "failed", "storniert": "cancelled", "in-bearbeitung": "processing",
        "abgeschlossen": "completed", "fertiggestellt": "completed", "erstattet": "refunded",
        "rückerstattet": "refunded", "entwurf": "checkout-draft",
    },
    "fr": {
        "attente-paiement": "pending", "en-attente-de-paiement": "pending",
        "en-attente": "on-hold", "échouée": "failed", "annulée": "cancelled",
        "en-cours": "processing", "terminée": "completed", "remboursée": "refunded",
        "brouillon": "checkout-draft",
    },
    "es": {
        "pendiente-de-pago": "pending", "en-espera": "on-hold", "fallido": "failed",
        "cancelado": "cancelled", "procesando": "processing", "completado": "completed",
        "reembolsado": "refunded", "borrador": "checkout-draft", "fallida": "failed",
        "cancelada": "cancelled", "completada": "completed", "reembolsada": "refunded",
    },
    "it": {
        "in-attesa-di-pagamento": "pending", "in-sospeso": "on-hold", "fallito": "failed",
        "annullato": "cancelled", "in-lavorazione": "processing", "completato": "completed",
        "rimborsato": "refunded", "bozza": "checkout-draft", "fallita": "failed",
        "annullata": "cancelled", "completata": "completed", "rimborsata": "refunded",
    },
    "nl": {
        "wachtend-op-betaling": "pending", "in-de-wacht": "on-hold", "mislukt": "failed",
        "geannuleerd": "cancelled", "in-behandeling": "processing", "afgerond": "completed",
        "terugbetaald": "refunded", "concept": "checkout-draft",
    },
    "pl": {
        "oczekujące-na-płatność": "pending", "wstrzymane-(oczekujące-na-płatność)": "on-hold",
        "wstrzymane": "on-hold", "nieudane": "failed", "anulowane": "cancelled",
        "w-trakcie-realizacji": "processing", "zrealizowane": "completed",
        "zwrócone": "refunded", "szkic": "checkout-draft",
    },
    "pt": {
        "pagamento-pendente": "pending", "aguardando": "on-hold", "em-espera": "on-hold",
        "malsucedido": "failed", "falhado": "failed", "falhada": "failed",
        "cancelado": "cancelled", "cancelada": "cancelled", "processando": "processing",
        "em-processamento": "processing", "concluído": "completed", "concluída": "completed",
        "reembolsado": "refunded", "reembolsada": "refunded", "rascunho": "checkout-draft",
    },
    "ja": {
        "支払い待ち": "pending", "入金待ち": "on-hold", "保留中": "on-hold", "保留": "on-hold",
        "失敗": "failed", "キャンセル": "cancelled", "キャンセル済み": "cancelled",
        "処理中": "processing", "完了": "completed", "返金済み": "refunded",
        "下書き": "checkout-draft",
    },
    "he": {
        "ממתין-לתשלום": "pending", "בהמתנה": "on-hold", "בהשהיה": "on-hold", "נכשל": "failed",
        "נכשלה": "failed", "בוטל": "cancelled", "בוטלה": "cancelled", "מבוטל": "cancelled",
        "בטיפול": "processing", "הושלם": "completed", "הושלמה": "completed",
        "הוחזר": "refunded", "טיוטה": "checkout-draft",
    },
    "zh-Hans": {
        "待付款": "pending", "等待付款": "pending", "保留": "on-hold", "暂停": "on-hold",
        "失败": "failed", "已失败": "failed", "已取消": "cancelled", "取消": "cancelled",
        "正在处理": "processing", "处理中": "processing", "已完成": "completed",
        "完成": "completed", "已退款": "refunded", "退款": "refunded", "草稿": "checkout-draft",
    },
}  # fmt: skip
"""The words of each language that reports are shown in."""

STATES: Final[Mapping[str, str]] = {
    word: state for words in BY_LANGUAGE.values() for word, state in words.items()
}
"""WooCommerce's own name of a state by its word in any language."""

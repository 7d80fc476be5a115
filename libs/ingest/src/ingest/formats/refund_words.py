"""Refund words: how each language that reports are shown in says that money came back.

Patterns of whole words in lower case. A participle tells of what is done; a noun does with a word
of ``done`` behind it, or where nothing but how much stands beside it: what else may stand there, as
that a refund is asked for, is without end and needs no list.
"""

from collections.abc import Mapping
from typing import Final, NamedTuple


class RefundWords(NamedTuple):
    """One language's: ``finished`` are participles, ``noun`` names a refund, ``done`` makes one
    finished, ``part`` and ``whole`` tell how much.

    ``denied`` undoes what is finished right before it, ``denied_behind`` right behind; words of
    ``between`` may stand between.
    """

    finished: str
    noun: str
    done: str
    part: str
    whole: str
    denied: str
    denied_behind: str = ""
    between: str = ""


BY_LANGUAGE: Final[Mapping[str, RefundWords]] = {
    "en": RefundWords(
        finished="refunded|reimbursed|paid back|charged back|charge ?backs? lost",
        noun="refunds?|reimbursements?|charge ?backs?|money ?back",
        done="issued|completed?|processed|made|sent|paid|succeeded|successful|done",
        part="part|parts|partial|partially|partly|in parts?",
        whole="full|in full|fully|total|totally|whole|complete|completely|entirely",
        denied="not|t|never|no|non|cannot|be|being",
        between="yet|been|was|is|has|have|a|the",
    ),
    "de": RefundWords(
        finished="(?:teil)?(?:rück|zurück)?erstattete?[nrs]?|zurückgezahlt|zurückbezahlt",
        noun="(?:teil)?(?:rück)?erstattung(?:en)?|rückzahlung(?:en)?",
        done="erfolgt|abgeschlossen|durchgeführt",
        part=r"teilweise|partiell\w*|teil(?:rück|zurück)?erstatt\w+",
        whole="voll|volle|vollständig|vollständige|komplett|komplette|ganz",
        denied="nicht|nie|wird|werden",
        denied_behind="werden|wird",
        between="noch|gerade|bald|ist|wurde",
    ),
    "fr": RefundWords(
        finished="rembours[eé]e?s?",
        noun="remboursements?",
        done="effectué|terminé|émis|réussi",
        part="partiel(?:le)?s?|partiellement|en partie",
        whole="total|totale|totalement|complet|complète|complètement|intégral|intégralement",
        denied="pas|non|jamais|être|sera|seront",
        between="encore|été",
    ),
    "es": RefundWords(
        finished="reembolsad[oa]s?",
        noun="reembolsos?",
        done="realizado|completado|emitido|efectuado|procesado",
        part="parcial|parcialmente",
        whole="total|totalmente|completo|completamente|íntegro|íntegramente",
        denied="no|nunca|ser|será|serán",
        between="aún|todavía|ha|sido|fue",
    ),
    "it": RefundWords(
        finished="rimborsat[oaie]",
        noun="rimborso|rimborsi",
        done="effettuato|emesso|completato|eseguito",
        part="parziale|parzialmente|in parte",
        whole="totale|totalmente|completo|completamente|interamente|integralmente",
        denied="non|mai|essere|sarà|verrà|viene",
        between="ancora|è|stat[oaie]",
    ),
    "nl": RefundWords(
        finished="terugbetaalde?",
        noun="terugbetaling(?:en)?",
        done="voltooid|verwerkt|uitgevoerd",
        part="gedeeltelijke?|deels",
        whole="volledige?|geheel",
        denied="niet|nooit|wordt|worden",
        denied_behind="worden|wordt",
        between="nog|is|werd",
    ),
    "pl": RefundWords(
        finished="zwrócon[eoay]",
        noun="zwrot (?:środków|pieniędzy|płatności)|refundacja",
        done="zrealizowany|zakończony|wykonany",
        part="częściowo|częściow[yea]",
        whole="w całości|całkowicie|całkowit[yea]|pełn[yea]",
        # A parcel that is sent back is told by the same word.
        denied=r"nie|zostanie|zostaną|będzie|być|przesyłk\w+|paczk\w+|towar\w*|produkt\w*",
        denied_behind=r"przesyłk\w+|paczk\w+|towar\w*|produkt\w*",
        between="jeszcze|została|zostało|zostały|został",
    ),
    "pt": RefundWords(
        finished="reembolsad[oa]s?|estornad[oa]s?",
        noun="reembolsos?|estornos?",
        done="realizado|concluído|emitido|efetuado|processado",
        part="parcial|parcialmente|em parte",
        whole="total|totalmente|completo|completamente|integral|integralmente",
        denied="não|nao|nunca|ser|será|serão",
        between="ainda|foi|sido",
    ),
    "ja": RefundWords(
        finished="返金(?:処理)?(?:済み?|しました|されました)",
        noun="返金",
        done="完了|済み?",
        part="一部|部分",
        whole="全額|全部",
        denied="未",
        denied_behind="では|でない",
    ),
    "he": RefundWords(
        finished="ו?הוחזר[הו]?",  # noqa: RUF001 - a letter of Hebrew
        noun="החזר(?: כספי)?",
        done="בוצע|הושלם",
        part="חלקית?|באופן חלקי",
        whole="מלא|במלואו|באופן מלא",
        denied="לא|טרם|אינו|ה?חבילה|ה?מוצר|ה?משלוח",
        denied_behind="לא|ה?חבילה|ה?מוצר",
        between="עדיין|עוד",
    ),
    "zh-Hans": RefundWords(
        finished="已经?(?:部分|全额|全部)?退款|并退款",
        noun="退款",
        done="已?完成|成功",
        part="部分",
        whole="全额|全部",
        denied="未",
        denied_behind="失败",
    ),
}

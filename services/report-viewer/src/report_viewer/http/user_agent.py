"""User-Agents: a person's browser, a program, or a program that draws a preview of a link.

A previewer gets a card, so its name must be told from those of the same companies' apps, in which
people read: WhatsApp and Pinterest name both alike but for what follows. So previewers are listed
one by one, by the name that they are documented with or seen under; other programs are recognised
by what is usual in their names, get what browsers get, and do not count as views.
"""

import re
from enum import Enum, auto
from functools import lru_cache
from typing import Final

PREVIEWERS: Final = (
    # Documented by their makers, or with their makers' address in the name.
    "Applebot",  # Apple: support.apple.com/en-us/119829
    "Bluesky Cardyb",  # Bluesky: the address of its maker stands in it
    "Discordbot",  # Discord: discord.com, "Discordbot/2.0; +https://discordapp.com"
    "Embedly",  # Embedly: docs.embed.ly
    "facebookexternalhit",  # Meta: developers.facebook.com/docs/sharing/webmasters/web-crawlers
    "Facebot",  # Meta, as above; Apple's Messages calls itself by it too
    "meta-externalfetcher",  # Meta, as above
    "Google-PageRenderer",  # Google: developers.google.com, fetchers triggered by users
    "Iframely",  # Iframely: iframely.com/docs/about
    "LinkedInBot",  # LinkedIn: linkedin.com/help, "LinkedInBot/1.0"
    "Mattermost-Bot",  # Mattermost: in its source
    "Pinterestbot",  # Pinterest: help.pinterest.com/en/business/article/pinterest-crawler
    "redditbot",  # Reddit: "redditbot/1.0; +http://www.reddit.com/feedback"
    "Slackbot",  # Slack: api.slack.com/robots, the one that expands links included
    "Slack-ImgProxy",  # Slack, as above
    "Snap URL Preview",  # Snapchat: developers.snap.com/robots
    "SummalyBot",  # Misskey: in its source
    "Synapse (bot",  # Matrix: in the source of Synapse
    "TelegramBot",  # Telegram: "TelegramBot (like TwitterBot)"
    "Twitterbot",  # X: developer.x.com, cards, "Twitterbot/1.0"
    # Seen in logs, and listed so in github.com/monperrus/crawler-user-agents.
    "BingPreview",
    "bitlybot",
    "kakaotalk-scrap",
    "line-poker",  # LINE; its app's own browser is "Line/…"
    "Mastodon/",
    "MicrosoftPreview",
    "OdklBot",
    "Pinterest/0.",  # its app's own browser is "[Pinterest/iOS]"
    "Quora Link Preview",
    "SkypeUriPreview",  # Skype, Teams and Outlook
    "Viber/",
    "vkShare",
    "WhatsApp/",  # Signal calls itself so as well
    "XING-contenttabreceiver",
    "ZoomBot",
)
"""What the User-Agent of a previewer contains, whatever the case. The gateway has the same list."""

PREVIEWER: Final = "|".join(map(re.escape, sorted(PREVIEWERS, key=str.lower)))

_PROGRAM: Final = re.compile(
    rb"(?<!cu)bot\b|crawl|spider|preview|slurp|headlesschrome|monitor|curl/|wget/|python-|go-http",
    re.IGNORECASE,
)
_PREVIEWER: Final = re.compile(PREVIEWER.encode("ascii"), re.IGNORECASE)
_CACHED: Final = 1024
_LONGEST: Final = 512


class ClientKind(Enum):
    """What sends a request."""

    PERSON = auto()
    PROGRAM = auto()
    PREVIEWER = auto()


def classify(agent: bytes) -> ClientKind:
    """What calls itself ``agent``; a longer name is read up to a limit."""
    return _classify(agent[:_LONGEST])


@lru_cache(_CACHED)
def _classify(agent: bytes) -> ClientKind:
    if _PREVIEWER.search(agent) is not None:
        return ClientKind.PREVIEWER
    return ClientKind.PERSON if _PROGRAM.search(agent) is None else ClientKind.PROGRAM

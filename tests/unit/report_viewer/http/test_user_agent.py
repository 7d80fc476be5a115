"""Previewers are told from other programs, and both from people, by their User-Agent."""

import re
from pathlib import Path

import pytest

from report_viewer.http import user_agent
from report_viewer.http.user_agent import PREVIEWER, PREVIEWERS, ClientKind, classify

GATEWAY = Path(__file__).parents[4] / "gateway/nginx.conf"

_CHROME = "AppleWebKit/537.36 (KHTML, like Gecko) Chrome/141.0.0.0 Safari/537.36"
_IPHONE = "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605.1.15"

PREVIEWS = (
    "Slackbot-LinkExpanding 1.0 (+https://api.slack.com/robots)",
    "Slackbot 1.0 (+https://api.slack.com/robots)",
    "Slack-ImgProxy (+https://api.slack.com/robots)",
    "Mozilla/5.0 (compatible; Discordbot/2.0; +https://discordapp.com)",
    "facebookexternalhit/1.1 (+http://www.facebook.com/externalhit_uatext.php)",
    "facebookexternalhit/1.1;line-poker/1.0",
    "facebookexternalhit/1.1; kakaotalk-scrap/1.0; +https://devtalk.kakao.com/",
    "Mozilla/5.0 (Macintosh) Safari/601.2.4 facebookexternalhit/1.1 Facebot Twitterbot/1.0",
    "meta-externalfetcher/1.1",
    "WhatsApp/2.23.20.0 A",
    "TelegramBot (like TwitterBot)",
    "Twitterbot/1.0",
    "LinkedInBot/1.0 (compatible; Mozilla/5.0; Apache-HttpClient +http://www.linkedin.com)",
    "Mozilla/5.0 (Windows NT 6.1; WOW64) SkypeUriPreview Preview/0.5",
    "Mozilla/5.0 (compatible; MicrosoftPreview/2.0; +https://aka.ms/MicrosoftPreview)",
    "Mozilla/5.0 (compatible) Google-PageRenderer Google (+https://developers.google.com/)",
    "Mozilla/5.0 (compatible; Embedly/0.2; +http://support.embed.ly/)",
    "Iframely/1.3.1 (+https://iframely.com/docs/about)",
    "http.rb/5.1.1 (Mastodon/4.2.1; +https://mastodon.example/)",
    "Mastodon/4.4.0 (http.rb/5.2.0; +https://mastodon.example/) Bot",
    "Mozilla/5.0 (compatible; Bluesky Cardyb/1.1; +mailto:support@bsky.app)",
    "Mozilla/5.0 (compatible; Pinterestbot/1.0; +https://www.pinterest.com/bot.html)",
    "Pinterest/0.2 (+https://www.pinterest.com/bot.html)",
    "Mozilla/5.0 (compatible; redditbot/1.0; +http://www.reddit.com/feedback)",
    "Viber/13.3.0",
    "Mozilla/5.0 (Macintosh) Safari/605.1.15 (Applebot/0.1; +http://www.apple.com/go/applebot)",
    "Mozilla/5.0 (compatible; vkShare; +http://vk.com/dev/Share)",
    "Snap URL Preview Service; bot; snapchat; https://developers.snap.com/robots",
    "Synapse (bot; +https://github.com/matrix-org/synapse)",
    "Mattermost-Bot/1.1",
)
PROGRAMS = (
    "Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)",
    "Mozilla/5.0 (compatible; SomethingCrawler/1.0)",
    f"Mozilla/5.0 (X11; Linux x86_64) {_CHROME.replace('Chrome', 'HeadlessChrome')}",
    "curl/8.5.0",
    "python-requests/2.32.0",
    "Go-http-client/2.0",
)
PEOPLE = (
    "",
    f"Mozilla/5.0 (X11; Linux x86_64) {_CHROME}",
    "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0",
    "Mozilla/5.0 (Linux; Android 13; CUBOT NOTE 40) AppleWebKit/537.36 Chrome/120.0",
    f"{_IPHONE} Version/18.0 Mobile/15E148 Safari/604.1",
    # In the browsers that chat apps have of their own, people read.
    f"{_IPHONE} Mobile/15E148 Safari/604.1 Line/14.16.0",
    f"{_IPHONE} Mobile/15E148 [Pinterest/iOS]",
    f"{_IPHONE} Mobile/15E148 [FBAN/FBIOS;FBAV/480.0.0;FBBV/1]",
    f"{_IPHONE} Mobile/15E148 [LinkedInApp]/9.30",
    f"{_IPHONE} Mobile/15E148 Twitter for iPhone/10.60",
    "Mozilla/5.0 (Linux; Android 14) AppleWebKit/537.36 Chrome/130.0 Telegram-Android/11.2",
    f"{_IPHONE} Mobile/15E148 Instagram 340.0.0",
)
EVERYBODY = [
    *((agent, ClientKind.PREVIEWER) for agent in PREVIEWS),
    *((agent, ClientKind.PROGRAM) for agent in PROGRAMS),
    *((agent, ClientKind.PERSON) for agent in PEOPLE),
]


@pytest.mark.parametrize(("agent", "kind"), EVERYBODY)
def test_who_asks(agent: str, kind: ClientKind) -> None:
    assert classify(agent.encode()) is kind
    assert classify(agent.encode()) is kind, "cached"
    assert classify(agent.upper().encode()) is kind


@pytest.mark.parametrize("name", PREVIEWERS)
def test_every_previewer_is_one(name: str) -> None:
    assert classify(f"Mozilla/5.0 (compatible; {name})".encode()) is ClientKind.PREVIEWER


def test_the_gateway_knows_the_same_previewers() -> None:
    (known,) = re.findall(r'"~\*(.*)"\s+previewer;', GATEWAY.read_text(encoding="utf-8"))
    assert known == PREVIEWER


def test_agents_are_not_remembered_for_ever() -> None:
    for number in range(5000):
        classify(b"agent %d" % number)
    classify(b"x" * 100_000)
    assert user_agent._classify.cache_info().currsize <= 1024


def test_what_a_long_name_ends_with_does_not_matter() -> None:
    assert classify(b"x" * 600 + b" Discordbot") is ClientKind.PERSON

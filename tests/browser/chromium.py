"""The Chromium of this machine, and how it is started."""

import os
import shutil
from typing import Final

_NOT_WANTED: Final = (
    # Two pages of the browser's own beside the address bar of each window, which no test looks at:
    # they take three times what it takes to open a page of ours.
    "WebUIOmniboxPopup",
    "WebUIOmniboxAimPopup",
    # What Playwright goes without: a browser heeds only the last list that it is given.
    "AimEnabled",
    "AvoidCorsURLLoaderRestartOnRedirect",
    "AvoidUnnecessaryBeforeUnloadCheckSync",
    "DestroyProfileOnBrowserClose",
    "HttpsFirstBalancedModeAutoEnable",
    "HttpsUpgrades",
    "LensOverlay",
    "MediaRouter",
    "NetworkTimeServiceQuerying",
    "OptimizationHints",
    "PaintHolding",
    "PreconnectToSearch",
    "ThirdPartyStoragePartitioning",
)
SWITCHES: Final = (
    "--no-sandbox",
    "--disable-background-networking",
    f"--disable-features={','.join(_NOT_WANTED)}",
)


def find_browser() -> str | None:
    """The Chromium of this machine; the one without windows takes a sixth less time."""
    names = (
        *("chromium-headless-shell", "chromium", "chromium-browser"),
        *("google-chrome", "google-chrome-stable"),
    )
    given = os.environ.get("CHROMIUM")
    return given or next((path for name in names if (path := shutil.which(name))), None)

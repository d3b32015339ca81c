"""Who is behind a visit from a mail: a person, a machine that looks at links, or a mail service that fetches pictures.

Pure. A phone's model is a name like any other ("CUBOT", "Scanner", "M bot 60"), so what stands where browsers name
their device says nothing; machines name themselves outside it, and most leave an address.
"""

import re
from dataclasses import dataclass
from datetime import datetime, timedelta

TOO_QUICK = timedelta(seconds=2)
DEVICE = re.compile(
    r"\((?![^()]*(?:compatible;|https?:))(?=[^()]*(?:Android|iPhone|iPad|iPod|Windows NT|Windows Phone|Macintosh|"
    r"X11|HarmonyOS|OpenHarmony|Linux;|Tizen|KAIOS))(?:[^()]|\([^()]*\))*\)",
    re.IGNORECASE,
)
MACHINES = re.compile(
    r"https?://|\+\s*www\.|(?<![a-z])(?:\w+[-_ ]?)?(?<!cu)bots?(?=[/;:+),\]\-]|\s*$)|robot|spider|crawl|"
    r"(?<![a-z])(?:\w*preview|link ?check\w*|\w*scan(?:ner)?|monitor\w*|\w*validator|\w*fetcher)(?=[/;:+),\]\-]|\s*$)|"
    r"proofpoint|barracuda|mimecast|safelinks|symantec|trendmicro|fortiguard|sophos|zscaler|urldefense|"
    r"python|curl/|wget|headless|phantomjs|go-http|^java/|okhttp/|libwww|aiohttp|httpx|node-fetch|axios/|"
    r"facebookexternalhit|whatsapp/|skypeuripreview|postmanruntime",
    re.IGNORECASE,
)
PROXIES = (
    ("google", re.compile(r"googleimageproxy|ggpht\.com", re.IGNORECASE)),
    ("yahoo", re.compile(r"yahoomailproxy|yahoocachesystem", re.IGNORECASE)),
    # Mail Privacy Protection says no more than this, for everybody, when the mail arrives.
    ("apple", re.compile(r"^Mozilla/5\.0$")),
)


@dataclass(frozen=True)
class Visit:
    """What is known of who follows a link, kept for the moment only."""

    user_agent: str
    is_prefetch: bool

    @property
    def proxy(self) -> str:
        """The mail service that fetched a picture for somebody, whether they looked or not; "" when none did."""
        agent = self.user_agent.strip()
        return next((name for name, look in PROXIES if look.search(agent)), "")

    def is_machine(self, sent_at: datetime | None, at: datetime) -> bool:
        """Say whether most likely no person is behind it: a scanner, a preview, or quicker than anyone reads."""
        agent = DEVICE.sub(" ", self.user_agent, count=1).strip()
        is_known = not agent or MACHINES.search(agent) is not None
        return self.is_prefetch or is_known or (sent_at is not None and at - sent_at < TOO_QUICK)

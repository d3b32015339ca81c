"""What a new template begins with: small mails that a phone shows well, with everything a mail must have.

A blank one and examples for usual occasions, each in every language of `LANGUAGES`. Pure.
"""

from dataclasses import dataclass
from string import Template

LANGUAGES = {"zh": "中文", "en": "English", "de": "Deutsch"}
SPOKEN_IN = {"DE": "de", "AT": "de", "CN": "zh", "HK": "zh", "MO": "zh", "TW": "zh"}
BLANK, WELCOME, THANKS, REACTIVATION = "blank", "welcome", "order-thanks", "reactivation"
MARKETING, SERVICE = "consent", "contract"
BASES = {BLANK: MARKETING, WELCOME: MARKETING, THANKS: SERVICE, REACTIVATION: MARKETING}
"""The examples in their order, and why each may be sent."""

LAYOUT = Template("""<!doctype html>
<html lang="$language">
<head><style>
  body { margin: 0; padding: 24px; background: #f6f7f9; color: #1f2937; }
  body, td { font-family: Arial, "PingFang SC", "Microsoft YaHei", sans-serif; }
  .button { display: inline-block; padding: 10px 18px; border-radius: 6px; background: #1f6feb; color: #ffffff; }
</style></head>
<body>
  <table role="presentation" width="100%" style="max-width:560px;margin:0 auto;background:#ffffff;border-radius:8px">
    <tr><td style="padding:32px">
      <h1 style="font-size:20px;margin:0 0 16px">$heading</h1>
$paragraphs
      <p><a class="button" href="https://www.example.com/">$button</a></p>
    </td></tr>
    <tr><td style="padding:16px 32px;font-size:12px;color:#6b7280">
      $reason
      <a href="{{ unsubscribe_url }}" style="color:#6b7280">$unsubscribe</a> ·
      <a href="{{ view_url }}" style="color:#6b7280">$view</a>
    </td></tr>
  </table>
</body>
</html>
""")
PARAGRAPH = '      <p style="line-height:1.6">{}</p>'


@dataclass(frozen=True)
class Words:
    """What one example says in one language; the heading greets the person."""

    name: str
    subject: str
    heading: str
    paragraphs: tuple[str, ...]
    button: str


@dataclass(frozen=True)
class Start:
    """An example ready to be written over."""

    name: str
    basis: str
    subject: str
    html: str


HELLO = {
    "zh": '{{ person.name | default: "尊敬的客户" }}，您好：',
    "en": 'Hello {{ person.first_name | default: "there" }},',
    "de": 'Guten Tag {{ person.name | default: "und herzlich willkommen" }},',
}
FOOT = {
    "zh": ("退订", "在浏览器中查看"), "en": ("Unsubscribe", "View in the browser"),
    "de": ("Abmelden", "Im Browser ansehen"),
}  # fmt: skip
REASON = {
    ("zh", MARKETING): "您收到这封邮件，是因为您同意接收{{ brand.name }}的消息。",
    ("zh", SERVICE): "您收到这封邮件，是因为您在{{ brand.name }}下了订单。",
    ("en", MARKETING): "You get this mail because you said yes to news from {{ brand.name }}.",
    ("en", SERVICE): "You get this mail because you placed an order with {{ brand.name }}.",
    ("de", MARKETING): "Sie erhalten diese E-Mail, weil Sie Neuigkeiten von {{ brand.name }} wünschen.",
    ("de", SERVICE): "Sie erhalten diese E-Mail, weil Sie bei {{ brand.name }} bestellt haben.",
}
WORDS = {
    (BLANK, "zh"): Words(
        "新模板", '来自{{ brand.name }}的消息', HELLO["zh"], ("请在这里写下您想说的话。",), "了解更多",
    ),
    (BLANK, "en"): Words(
        "New template", 'A word from {{ brand.name }}, {{ person.first_name | default: "hello" }}', HELLO["en"],
        ("Write what you want to say here.",), "See more",
    ),
    (BLANK, "de"): Words(
        "Neue Vorlage", "Neues von {{ brand.name }}", HELLO["de"], ("Schreiben Sie hier, was Sie sagen möchten.",),
        "Mehr erfahren",
    ),
    (WELCOME, "zh"): Words(
        "欢迎新客户", "欢迎来到{{ brand.name }}", HELLO["zh"],
        ("感谢您关注{{ brand.name }}。今后有新车、活动和用车建议，我们会第一时间写信告诉您。",
         "您随时可以在邮件底部退订，或选择只收哪些消息。"),
        "认识我们",
    ),
    (WELCOME, "en"): Words(
        "Welcome", "Welcome to {{ brand.name }}", HELLO["en"],
        ("Thank you for your interest in {{ brand.name }}. From now on you will hear from us first about new models, "
         "events and advice for your car.",
         "You can unsubscribe at the end of every mail, at any time."),
        "Get to know us",
    ),
    (WELCOME, "de"): Words(
        "Willkommen", "Willkommen bei {{ brand.name }}", HELLO["de"],
        ("vielen Dank für Ihr Interesse an {{ brand.name }}. Von neuen Modellen, Veranstaltungen und Tipps rund um Ihr "
         "Auto erfahren Sie ab jetzt zuerst.",
         "Am Ende jeder E-Mail können Sie sich jederzeit abmelden."),
        "Lernen Sie uns kennen",
    ),
    (THANKS, "zh"): Words(
        "感谢下单（服务）", "{{ brand.name }}已收到您的订单", HELLO["zh"],
        ("感谢您的信任，我们已收到您的订单，正在为您准备。",
         "发货或交付前，我们会再次与您联系。如有疑问，请直接回复本邮件。"),
        "查看订单",
    ),
    (THANKS, "en"): Words(
        "Thanks for an order (service)", "{{ brand.name }} has your order", HELLO["en"],
        ("Thank you for your trust. We have your order and are preparing it.",
         "We write again before it is shipped or handed over. For questions, simply answer this mail."),
        "See your order",
    ),
    (THANKS, "de"): Words(
        "Dank für die Bestellung (Service)", "Ihre Bestellung bei {{ brand.name }}", HELLO["de"],
        ("vielen Dank für Ihr Vertrauen. Ihre Bestellung ist eingegangen und wird vorbereitet.",
         "Vor Versand oder Übergabe melden wir uns noch einmal. Bei Fragen antworten Sie einfach auf diese E-Mail."),
        "Bestellung ansehen",
    ),
    (REACTIVATION, "zh"): Words(
        "老客户专享优惠", "{{ brand.name }}为您准备了一份优惠", HELLO["zh"],
        ("好久不见！为感谢您一直以来的支持，我们为您准备了一份老客户专享优惠：本月内选购精品附件或预约保养，享 9 折。",
         "向店内出示本邮件，或从下面的链接下单即可。"),
        "领取优惠",
    ),
    (REACTIVATION, "en"): Words(
        "We miss you: an offer", "{{ brand.name }} has something for you", HELLO["en"],
        ("It has been a while. As a thank-you for your loyalty, you get 10% off accessories and your next service "
         "until the end of the month.",
         "Show this mail at your dealer, or use the link below to order."),
        "Use the offer",
    ),
    (REACTIVATION, "de"): Words(
        "Wir vermissen Sie: ein Angebot", "{{ brand.name }} hat etwas für Sie", HELLO["de"],
        ("es ist eine Weile her. Als Dank für Ihre Treue erhalten Sie bis Ende des Monats 10 % Rabatt auf Zubehör und "
         "die nächste Inspektion.",
         "Zeigen Sie diese E-Mail in Ihrem Autohaus vor, oder bestellen Sie über den Link."),
        "Angebot nutzen",
    ),
}  # fmt: skip


def start_of(key: str, language: str) -> Start:
    """Return an example in a language; the blank one, or English, for what is not there."""
    key, language = key if key in BASES else BLANK, language if language in LANGUAGES else "en"
    words, basis = WORDS[key, language], BASES[key]
    unsubscribe, view = FOOT[language]
    html = LAYOUT.substitute(
        language=language, heading=words.heading, button=words.button, reason=REASON[language, basis],
        paragraphs="\n".join(map(PARAGRAPH.format, words.paragraphs)), unsubscribe=unsubscribe, view=view,
    )  # fmt: skip
    return Start(words.name, basis, words.subject, html)


def language_of(country: str) -> str:
    """Return the language in which a brand of a country most likely writes."""
    return SPOKEN_IN.get(country, "en")


STARTING_SUBJECT, STARTING_HTML = start_of(BLANK, "en").subject, start_of(BLANK, "en").html

"""The usual purposes of a brand with a first wording of their notices; a starting point, not legal advice."""

from typing import Any

MARKETING_EMAIL = "marketing.email"
MARKETING_SMS = "marketing.sms"
PERSONALISATION = "marketing.personalisation"
SERVICE_MESSAGES = "service.messages"

PURPOSES: tuple[dict[str, Any], ...] = (
    {
        "code": MARKETING_EMAIL,
        "title": "Marketing by e-mail",
        "title_zh": "邮件营销",
        "channels": ["email"],
        "retention_days": 730,
    },
    {
        "code": MARKETING_SMS,
        "title": "Marketing by text message",
        "title_zh": "短信营销",
        "channels": ["sms"],
        "retention_days": 730,
    },
    {
        "code": PERSONALISATION,
        "title": "Personalized offers",
        "title_zh": "个性化推荐",
        "channels": ["web", "app", "email"],
        "retention_days": 365,
    },
    {
        "code": SERVICE_MESSAGES,
        "title": "Messages about an order or a service",
        "title_zh": "订单与服务通知",
        "channels": ["email", "sms", "phone"],
        "basis": "contract",
        "retention_days": 1095,
    },
)

NOTICES: dict[str, list[tuple[str, str, str]]] = {
    MARKETING_EMAIL: [
        (
            "en",
            "News and offers by e-mail",
            "With your consent we send you news and offers of this brand by e-mail. We use your address and "
            "what you did with us to choose them. You can withdraw at any time: every mail has a link.",
        ),
        (
            "zh-hans",
            "通过邮件接收资讯与优惠",
            "经您同意，我们将通过邮件向您发送本品牌的资讯与优惠，并根据您的邮箱地址和与我们的往来进行选择。您可随时撤回同意，每封邮件中均有退订链接。",
        ),
    ],
    MARKETING_SMS: [
        (
            "en",
            "News and offers by text message",
            "With your consent we send you news and offers of this brand by text message. Reply as the message "
            "says, or tell us, and we stop.",
        ),
        (
            "zh-hans",
            "通过短信接收资讯与优惠",
            "经您同意，我们将通过短信向您发送本品牌的资讯与优惠。您可按短信提示回复退订，或随时告知我们停止发送。",
        ),
    ],
    PERSONALISATION: [
        (
            "en",
            "Offers chosen for you",
            "With your consent we choose what we show you by what you looked at and bought. Without it you see "
            "what everyone sees.",
        ),
        (
            "zh-hans",
            "为您推荐",
            "经您同意，我们会根据您的浏览与购买记录为您推荐内容。如不同意，您将看到与他人相同的内容。",
        ),
    ],
    SERVICE_MESSAGES: [
        (
            "en",
            "Messages about your order",
            "We write to you about orders and services you asked for, because the contract needs it.",
        ),
        ("zh-hans", "订单与服务通知", "为履行合同，我们会就您的订单与服务事项与您联系。"),
    ],
}  # fmt: skip

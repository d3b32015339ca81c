"""What the pages of Data accept."""

from collections.abc import Collection, Mapping, Sequence
from typing import Any, cast

from django import forms
from django.utils.translation import gettext_lazy as _

from yingtai.collect.importing.guessing import (
    AS_CONSENT,
    AS_CONSENT_TIME,
    AS_PROPERTY,
    AS_TRAIT,
    LEFT_OUT,
    TRAIT_NAMED,
    TRAITS,
)
from yingtai.collect.importing.mapping import EVENTS, ORDER_LINES, PROFILES, SHAPES
from yingtai.collect.models import Declaration, Source
from yingtai.collect.naming import trait_title
from yingtai.collect.plan import PROPERTY, TRAIT
from yingtai.kernel.env import env
from yingtai.ui.time_zones import zone_choices
from yingtai.vault.api import names_somebody

LABELS = [
    (1, _("L1 public")),
    (2, _("L2 internal: may be analysed, keyed by number")),
    (3, _("L3 customer-private: kept sealed")),
    (4, _("L4 sensitive: kept sealed")),
]
TYPES = [
    (Declaration.Type.STRING, _("Text")),
    (Declaration.Type.NUMBER, _("Number")),
    (Declaration.Type.INTEGER, _("Whole number")),
    (Declaration.Type.BOOLEAN, _("Yes or no")),
    (Declaration.Type.DATETIME, _("Time")),
    (Declaration.Type.ARRAY, _("List")),
    (Declaration.Type.OBJECT, _("Object")),
]
SUBJECTS = [("event", _("Event")), (PROPERTY, _("Property")), (TRAIT, _("Trait"))]
SHAPE_NAMES = [
    (ORDER_LINES, _("Order lines: one line is one product of an order")),
    (EVENTS, _("Events: one line is something that happened")),
    (PROFILES, _("People: one line is one person")),
]
TARGETS: dict[str, Any] = {
    "order.id": _("Order number"),
    "order.occurred_at": _("Time of the order"),
    "order.channel": _("Channel"),
    "order.currency": _("Currency"),
    "line.quantity": _("Quantity"),
    "line.unit_price": _("Unit price"),
    "line.amount": _("Amount of the line"),
    "line.product_id": _("Product number"),
    "line.product_name": _("Product name"),
    "line.category": _("Product category"),
    "event.name": _("Name of the event"),
    "event.occurred_at": _("Time of the event"),
    "event.channel": _("Channel"),
    "event.order_id": _("Order number"),
    "event.product_id": _("Product number"),
    "event.category": _("Product category"),
    "event.quantity": _("Quantity"),
    "event.amount": _("Amount"),
    "event.currency": _("Currency"),
    "event.page_path": _("Page path"),
    "event.utm_source": "utm_source",
    "event.utm_medium": "utm_medium",
    "event.utm_campaign": "utm_campaign",
    "event.utm_term": "utm_term",
    "event.utm_content": "utm_content",
    "profile.occurred_at": _("As of"),
    "person.user_id": _("Customer or user number"),
    "person.email": _("E-mail"),
    "person.phone": _("Phone"),
    "person.member_no": _("Member number"),
    "person.device_id": _("Device number"),
    "person.anonymous_id": _("Visitor number (cookie)"),
    "person.openid": "OpenID",
    "person.unionid": "UnionID",
    "place.code": _("Code of the region or dealer"),
}
SECTIONS = {
    "order": _("Order"),
    "line": _("Order line"),
    "event": _("Event"),
    "profile": _("Person"),
    "person": _("Identifier"),
    "place": _("Place"),
}


KINDS = [
    (Source.Kind.SDK, _("Pages and apps: everybody can read the key")),
    (Source.Kind.SERVER, _("Our own servers: the key is secret")),
]
SERVER_BY_TWO = _("Our own servers: the key is secret, and takes a second person")
BY_TWO = _(
    "A key for pages and apps is made at once. A secret key is made after a colleague who administers has approved it. "
)


class SourceForm(forms.Form):
    """What a new source needs."""

    name = forms.CharField(
        max_length=120, label=_("Name"), help_text=_("For example: Online shop, Owner app.")
    )
    kind = forms.ChoiceField(
        choices=KINDS,
        label=_("What sends"),
        help_text=_(
            "What a page or an app says of who somebody is proves nothing: it cannot make one person of two who are "
            "known, and mail goes to an address it adds only when a server, a file or a colleague confirms it."
        ),
    )
    time_zone = forms.ChoiceField(
        label=_("Time zone"),
        help_text=_("Times that come without a zone are read as this one's."),
    )
    back_fill_days = forms.IntegerField(
        min_value=1,
        max_value=3650,
        initial=30,
        label=_("Accepts events up to"),
        help_text=_("Days back. Older events go to quarantine; bring history with an import."),
    )
    allowed_origins = forms.CharField(
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
        label=_("Websites that may send with its keys"),
        help_text=_(
            "One origin per line, such as https://www.example.com. Leave it empty for servers and apps. Links of mails "
            "may take values of a person to these websites, and to no other."
        ),
    )
    on_violation = forms.ChoiceField(
        choices=[
            ("keep", _("Keep the event and report the mismatch")),
            ("block", _("Refuse the event and put it into quarantine")),
        ],
        label=_("When an event breaks its declaration"),
    )

    def __init__(self, *args: Any, zones: Collection[str] = (), **options: Any) -> None:
        super().__init__(*args, **options)
        _offer_zones(self, zones)
        if not env().alone:
            kind = cast(forms.ChoiceField, self.fields["kind"])
            kind.choices = [*KINDS[:1], (Source.Kind.SERVER, SERVER_BY_TWO)]
            kind.help_text = f"{BY_TWO}{kind.help_text}"

    def origins(self) -> list[str]:
        return [line for line in self.cleaned_data["allowed_origins"].split() if line]


class DeclarationForm(forms.Form):
    """One line of the tracking plan."""

    subject = forms.ChoiceField(choices=SUBJECTS, label=_("What is declared"))
    name = forms.CharField(max_length=200, label=_("Name"))
    event = forms.CharField(
        max_length=200,
        required=False,
        label=_("Event"),
        help_text=_("For a property: the event that carries it. Empty: any event."),
    )
    type = forms.ChoiceField(choices=TYPES, label=_("Type"))
    label = forms.TypedChoiceField(choices=LABELS, coerce=int, initial=2, label=_("How private it is"))
    purpose = forms.CharField(max_length=60, initial="analytics", label=_("Purpose"))
    retention_days = forms.IntegerField(
        min_value=1,
        max_value=3650,
        initial=730,
        label=_("Declared retention, days"),
        help_text=_(
            "Older events are removed every night once a compliance officer has begun that for the brand."
        ),
    )
    is_required = forms.BooleanField(required=False, label=_("Every such event must carry it"))
    description = forms.CharField(max_length=300, required=False, label=_("What it means"))


class UploadForm(forms.Form):
    """A file to import."""

    file = forms.FileField(
        label=_("File"), help_text=_("CSV, Excel (.xlsx), Parquet or JSON lines, plain or gzip, up to 2 GB.")
    )


class MappingForm(forms.Form):
    """What the columns of a file mean; there is one choice per column."""

    shape = forms.ChoiceField(choices=SHAPE_NAMES, widget=forms.HiddenInput)
    source = forms.CharField(
        max_length=120,
        label=_("Name of the source"),
        help_text=_("The same lines of the same source are never taken twice."),
    )
    time_zone = forms.ChoiceField(label=_("Time zone of the times in the file"))
    currency = forms.CharField(min_length=3, max_length=3, required=False, label=_("Currency of the amounts"))
    region = forms.CharField(
        min_length=2,
        max_length=2,
        required=False,
        label=_("Country of the phone numbers"),
        help_text=_("For numbers without a country code, such as CN or DE."),
    )
    channel = forms.CharField(
        max_length=40, required=False, label=_("Channel"), help_text=_("web, store, app, …")
    )
    refund_prefix = forms.CharField(
        max_length=20,
        required=False,
        label=_("Order numbers of returns start with"),
        help_text=_("Empty: an order with a negative quantity is a return."),
    )
    time_form = forms.CharField(
        max_length=40,
        required=False,
        label=_("Form of the times"),
        help_text=_("Leave empty to detect it; otherwise for example %d/%m/%Y %H:%M, unix or unix-ms."),
    )
    purpose = forms.ChoiceField(
        required=False,
        label=_("Purpose that consent columns answer"),
        help_text=_("Needed when a column says who agreed; for a second purpose import the file once more."),
    )
    # Without a consent column nothing asks for it, with one it is needed: "optional" would mislead.
    needed_later = frozenset({"purpose"})

    def __init__(
        self,
        *args: Any,
        shape: str,
        header: Sequence[str],
        targets: Mapping[str, str],
        traits: Collection[str] = (),
        zones: Collection[str] = (),
        purposes: Collection[tuple[str, str]] = (),
        **options: Any,
    ) -> None:
        super().__init__(*args, **options)
        self.header = list(header)
        _offer_zones(self, zones)
        cast(forms.ChoiceField, self.fields["purpose"]).choices = [("", _("– choose –")), *purposes]
        unused = {
            ORDER_LINES: ("purpose",),
            EVENTS: ("refund_prefix", "purpose"),
            PROFILES: ("refund_prefix", "channel", "currency"),
        }
        for name in unused[shape]:
            del self.fields[name]
        chosen = {
            target.removeprefix(TRAIT_NAMED) for target in targets.values() if target.startswith(TRAIT_NAMED)
        }
        choices = target_choices(shape, sorted({*traits, *chosen, *TRAITS}))
        for place, column in enumerate(header):
            self.fields[f"column_{place}"] = forms.ChoiceField(
                choices=choices,
                required=False,
                label=column,
                initial=targets.get(column, LEFT_OUT),
                widget=forms.Select(attrs={"class": "form-select"}),
            )

    def clean_source(self) -> str:
        source = str(self.cleaned_data["source"])
        if names_somebody(source):
            raise forms.ValidationError(
                _("Leave out addresses, phone numbers and the like: the name is kept longer than the file.")
            )
        return source

    def columns(self) -> list[tuple[str, forms.BoundField]]:
        """Return each column with its choice."""
        return [(column, self[f"column_{place}"]) for place, column in enumerate(self.header)]

    def general(self) -> list[forms.BoundField]:
        """Return what is said of the file as a whole."""
        return [self[name] for name in self.fields if not name.startswith("column_") and name != "shape"]

    def targets(self) -> dict[str, str]:
        return {column: self.cleaned_data[f"column_{place}"] for place, column in enumerate(self.header)}


def _offer_zones(form: forms.Form, own: Collection[str]) -> None:
    field = cast(forms.ChoiceField, form.fields["time_zone"])
    field.choices = zone_choices(own)
    field.widget.attrs["data-picker"] = _("Time zones")


def target_choices(shape: str, traits: Sequence[str]) -> list[Any]:
    """Return what a column of a file may be, in groups; `traits` are those that columns can be pointed at."""
    groups: list[Any] = [(LEFT_OUT, _("– leave out –"))]
    for section, names in SHAPES[shape].items():
        groups.append(
            (SECTIONS[section], [(f"{section}.{name}", TARGETS[f"{section}.{name}"]) for name in names])
        )
    groups.append((_("Trait of the person"), [(TRAIT_NAMED + name, trait_title(name)) for name in traits]))
    others = [(AS_PROPERTY, _("Property of the event")), (AS_TRAIT, _("A new trait, called like the column"))]
    if shape == PROFILES:
        others.append((AS_CONSENT, _("Agreed to the purpose: yes or no")))
        others.append((AS_CONSENT_TIME, _("When they agreed or refused")))
    return [*groups, (_("Other"), others)]

"""Logos that were kept as they were uploaded are made anew, as those since are: of each only its pixels stay."""

from django.db import migrations

from yingtai.content.pictures import made_anew

MOST_PIXELS = 2_000


def make_anew(apps, schema_editor):
    looks = apps.get_model("content", "BrandLook").objects
    for look in looks.exclude(logo=b"").only("id", "logo"):
        picture = made_anew(bytes(look.logo), most_pixels=MOST_PIXELS)
        # What is no picture that we take is none that a browser should be given.
        logo, logo_type = (picture.data, picture.content_type) if picture else (b"", "")
        looks.filter(id=look.id).update(logo=logo, logo_type=logo_type)


class Migration(migrations.Migration):

    dependencies = [
        ('content', '0003_brand_looks'),
    ]

    operations = [
        migrations.RunPython(make_anew, migrations.RunPython.noop),
    ]

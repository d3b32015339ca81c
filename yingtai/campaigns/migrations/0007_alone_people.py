from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ("campaigns", "0006_agreed"),
    ]

    operations = [
        migrations.AddField(
            model_name="campaign",
            name="alone_people",
            field=models.BigIntegerField(null=True),
        ),
    ]

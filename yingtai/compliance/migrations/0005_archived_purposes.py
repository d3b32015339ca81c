from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('compliance', '0004_erased'),
    ]

    operations = [
        migrations.AddField(
            model_name='purpose',
            name='archived_at',
            field=models.DateTimeField(null=True),
        ),
    ]

from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('collect', '0008_begun_imports'),
    ]

    operations = [
        migrations.AddField(
            model_name='source',
            name='changed_at',
            field=models.DateTimeField(null=True),
        ),
        migrations.AddField(
            model_name='source',
            name='changed_by',
            field=models.CharField(blank=True, db_default='', default='', max_length=100),
        ),
    ]

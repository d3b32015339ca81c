from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('audiences', '0002_refreshes'),
    ]

    operations = [
        migrations.CreateModel(
            name='ScoreBounds',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('node_no', models.BigIntegerField()),
                ('bounds', models.JSONField()),
                ('at', models.DateTimeField()),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=['node_no'], name='score_bounds_once_per_brand')],
            },
        ),
    ]

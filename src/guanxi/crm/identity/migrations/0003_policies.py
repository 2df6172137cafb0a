"""Nothing of its own: policies and functions, which each migration makes anew, have changed."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("identity", "0002_overlays")]

    operations = []

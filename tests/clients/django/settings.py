"""A small site with Django's own users. Where the server is comes from PGHOST, PGPORT and PGDATABASE."""

import os


def database(role):
    return {
        "ENGINE": "django.db.backends.postgresql",
        "HOST": os.environ["PGHOST"],
        "PORT": os.environ["PGPORT"],
        "NAME": os.environ["PGDATABASE"],
        "USER": role,
        # [settings]
        # Behind pgbouncer in transaction mode a cursor does not outlive its transaction.
        "DISABLE_SERVER_SIDE_CURSORS": "CLIENTS_POOLED" in os.environ,
        # [end]
    }


DATABASES = {
    "default": database("clients_app"),
    "owner": database("clients_owner"),
    "web": database("clients_web"),
    "superuser": database("postgres"),
}
INSTALLED_APPS = ["django.contrib.contenttypes", "django.contrib.auth", "shop"]
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
SECRET_KEY = "of no use to anybody"
USE_TZ = True
# Hashing passwords well takes its time, which is not what is tested.
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]

"""What is counted of accounts."""

from prometheus_client import Counter

LOGINS = Counter("maquette_logins", "Passwords judged, by result: passed, refused, locked.", ["result"])
PASSWORD_CHECKS = Counter("maquette_password_checks", "Argon2 verifications: one for each attempt, whoever is named.")

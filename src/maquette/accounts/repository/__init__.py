"""All SQL of accounts: users, logins and API keys each in a file, and none of them knows the others."""

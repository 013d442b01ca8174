"""The rules of accounts, companies and roles. No framework, no database; time and ids are arguments."""

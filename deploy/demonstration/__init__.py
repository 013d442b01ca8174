"""Demonstration data: companies, people of every role, and a few hundred licences in all states, with scans.

Everything is entered through the services' own use cases, at times in the past, so it obeys every rule and is told
as events like anything else. All people and mailboxes lie under example domains: no real mailbox can be reached.
"""

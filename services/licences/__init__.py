"""Licences: drafts, attachments, submission, and what became of every licence."""

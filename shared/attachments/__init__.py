"""Files that belong to licences: looked into in a process of their own, kept under their hash, served harmlessly.

Nothing is imported here: the process that opens files of strangers shall have as little around it as possible.
"""

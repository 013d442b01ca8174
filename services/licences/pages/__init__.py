"""The pages: the list, the form, the wizard, the licence, its files."""

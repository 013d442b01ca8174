"""What tests of every service need: people who are signed in, forms filled in as a person does, settings, waiting."""

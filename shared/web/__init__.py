"""What every page of every service shares: layout, forms, translation and protection."""

"""The tables of this service, and every statement that touches them."""

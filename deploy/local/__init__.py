"""Everything the product needs, as ordinary processes of one machine: used by `make up` and by the tests."""

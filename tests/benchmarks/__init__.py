"""Measurements, side by side with the plain libraries doing the same. They print ratios and assert nothing:
machines differ and are shared."""

"""How the product is run: the local launcher, images, the gateway, Apache Kafka without containers."""

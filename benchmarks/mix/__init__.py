"""How often the field cache has what the load mix of the platform asks: the seven services, the router, virtual users."""

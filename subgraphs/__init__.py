"""The seven services, one package each, over what `kit` gives them all."""

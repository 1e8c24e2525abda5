"""What is refused before anything is fetched."""

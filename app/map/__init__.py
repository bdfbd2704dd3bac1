"""The map's pages."""

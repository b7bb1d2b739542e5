"""One module an export layout; each registers its header map in `ingest.layout.SOURCES`."""

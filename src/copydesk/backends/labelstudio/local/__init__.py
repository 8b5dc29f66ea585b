"""A Label Studio of one's own: installed apart, started on loopback, stopped cleanly."""

"""A local Label Studio: installed separately, started on loopback, stopped cleanly."""

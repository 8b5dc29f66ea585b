"""Annotation rounds: planned, sent to Label Studio, read back, measured, settled and closed."""

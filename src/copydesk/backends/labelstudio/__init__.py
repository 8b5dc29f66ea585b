"""Label Studio: its requests, its projects, its answers, and one of our own to start."""

"""The tools that rounds are answered with, each behind the protocol of `copydesk.rounds`."""

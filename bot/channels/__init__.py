"""Mouths and ears: a platform's message to `Incoming`, an `Outgoing` to the platform's call. No rule of the product."""

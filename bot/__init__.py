"""Tingwen: the mouth, the ears and the rules. Deeds are in `handlers`, memory is in `storage`."""

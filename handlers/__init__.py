"""Deeds: a person wrote, the clock struck, the office answered. A deed never calls another; rows carry on."""

"""The living calendar: a plan a person works with, how it stands on a day, which reminders are due.

model      nodes, questions, what was reported, as values
drafting   from a document to a campaign
editing    answer, change, add, drop, approve; days that follow an event
versions   from one version of a document to the next: what changes, what stays
standing   states, a week's agenda, a look back, how long a window is
reminders  what is to be said today
snapshot   as JSON and back
"""

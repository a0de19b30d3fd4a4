"""Papers as docx, in the form of GB/T 9704-2012: `weekly` the digest, `apart` what is for one leader or for the team.

The same snapshot always gives the same bytes.
"""

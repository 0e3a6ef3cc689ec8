"""The fourteen measured points: what was wrong with the economy before commitments, measured then and now.

What is measured stands in ``point_numbers``, on which runs in ``point_cases``; what was measured before is data.
"""

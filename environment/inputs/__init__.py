"""What a model is built from: scenarios, parameters, tables of data, a user's own code; each checked.

Nothing here knows how a month goes.
"""

"""Mechanism tests: does each mechanism of the source articles work in the model, with the sign that it should have?"""

"""The study kit: people rate pictures without knowing which model made them, and the answers are analysed as planned.

`creation` freezes a protocol, `server` asks the raters, `store` keeps what they said, `analysis` works it out.
"""

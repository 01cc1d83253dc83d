"""DisNet (paper 3.2): what it learns from, and how it is trained.

`targets` turns region maps into height maps; `scenes`, `figures` and `flatart` give drawings whose regions are known;
`light` paints them with light, texture and damage that the net must see through; `danbooregion` reads that dataset.
"""

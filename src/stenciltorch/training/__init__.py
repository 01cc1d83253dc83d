"""Training the studio net: recipes, data, objectives, checkpoints, the loop."""

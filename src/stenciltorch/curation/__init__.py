"""A folder of pictures -> a vetted, deduplicated, licensed, split and sharded dataset (paper 3.1, 3.2). No torch."""

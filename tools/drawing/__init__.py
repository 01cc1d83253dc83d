"""Small drawing code behind the project's own illustrations (`examples/drawings`)."""

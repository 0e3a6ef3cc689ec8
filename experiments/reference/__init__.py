"""Reference pages and listings, made from the declarations."""

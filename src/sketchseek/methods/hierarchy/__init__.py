"""Cross-modal hierarchical modelling: sketch and photo as trees that are grown side by side."""

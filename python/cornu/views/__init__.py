"""Interactive views for notebooks, by anywidget, which is imported only for them."""

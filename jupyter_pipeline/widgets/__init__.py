"""Widgets that the magics show in a notebook. Only this package imports ipywidgets."""

"""Widgets that the magics show in a notebook; the one home of ipywidgets."""

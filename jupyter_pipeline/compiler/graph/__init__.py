"""The pipeline graph: steps, edges, parameters, time windows, mapped steps."""

"""Pages: what drivers and operators see and press, in a browser; reads tables through views, appends requests."""

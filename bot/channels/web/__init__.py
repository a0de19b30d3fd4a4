"""A chat in the browser: no account, no app, nothing to install, nothing from elsewhere."""

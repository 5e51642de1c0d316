"""The live canvas: components that run in the browser, mounted from Python."""

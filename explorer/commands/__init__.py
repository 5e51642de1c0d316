"""The commands of `latentscape`, one module a kind; torch is imported only when one runs."""

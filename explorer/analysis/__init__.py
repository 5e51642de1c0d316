"""Analyses of a latent space: arrays in, arrays out, no Streamlit."""

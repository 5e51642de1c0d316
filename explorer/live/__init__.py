"""The live socket: latent points in, pixels or words out, as fast as a hand moves. No Streamlit."""

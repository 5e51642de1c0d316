"""The router: page config, style, top navigation, the model picker; nothing else."""

from __future__ import annotations

import streamlit as st

from explorer import model_bar, paths, session, style
from explorer.canvas.keeper import keeper

PAGES = (
    ("map.py", "Map", ":material/scatter_plot:"),
    ("decode.py", "Decode", ":material/tune:"),
    ("interpolate.py", "Interpolate", ":material/linear_scale:"),
    ("clusters.py", "Clusters", ":material/bubble_chart:"),
    ("read.py", "Read", ":material/menu_book:"),
    ("evaluate.py", "Evaluate", ":material/straighten:"),
    ("train.py", "Train", ":material/model_training:"),
    ("runs.py", "Runs", ":material/inventory_2:"),
)

# An icon of our own: named ones are fetched from elsewhere by the browser.
st.set_page_config(page_title="Latentscape", page_icon=paths.PACKAGE / "icon.svg", layout="wide")
session.keep_widgets()
style.apply()
page = st.navigation(
    [st.Page(paths.pages_folder() / name, title=title, icon=icon) for name, title, icon in PAGES],
    position="top",
)
if not st.get_option("server.enableStaticServing"):
    # Only `streamlit run` in another folder than the project's: its settings are not found there.
    st.error(
        "The maps cannot be shown: start the app with the latentscape command, or with "
        "streamlit run in the project's folder.",
        icon=":material/error:",
    )
keeper()
model_bar.show()
page.run()

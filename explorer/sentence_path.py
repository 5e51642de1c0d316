"""Sentences on the path from one to another, with a slider that is live while it is dragged.

A component of our own, since `st.slider` answers only when it is let go. The sentences are data,
put into the page as text nodes: nothing in them is ever read as HTML or Markdown.
"""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

_HTML = """
<div class="now" aria-live="polite"></div>
<input type="range" min="0" step="1" value="0" aria-label="Place on the path">
<ol></ol>
"""
_CSS = """
:host { display: block; }
.now { font-size: 1.6rem; line-height: 1.35; min-height: 2.7em; display: flex;
  align-items: center; overflow-wrap: anywhere; white-space: pre-wrap;
  color: var(--st-text-color); font-family: var(--st-font); }
input { -webkit-appearance: none; appearance: none; width: 100%; height: 1.5rem; margin: 0 0 .5rem;
  background: transparent; cursor: pointer; }
input::-webkit-slider-runnable-track { height: 4px; border-radius: 2px;
  background: color-mix(in srgb, var(--st-text-color) 18%, transparent); }
input::-moz-range-track { height: 4px; border-radius: 2px;
  background: color-mix(in srgb, var(--st-text-color) 18%, transparent); }
input::-webkit-slider-thumb { -webkit-appearance: none; width: 18px; height: 18px; margin-top: -7px;
  border-radius: 50%; background: var(--st-primary-color); }
input::-moz-range-thumb { width: 18px; height: 18px; border: 0; border-radius: 50%;
  background: var(--st-primary-color); }
input:focus-visible { outline: none; }
input:focus-visible::-webkit-slider-thumb { outline: 2px solid var(--st-primary-color);
  outline-offset: 2px; }
input:focus-visible::-moz-range-thumb { outline: 2px solid var(--st-primary-color);
  outline-offset: 2px; }
ol { list-style: none; margin: 0; padding: 0; font-family: var(--st-font); }
li { display: grid; grid-template-columns: 3.5rem 1fr; gap: .5rem; padding: .25rem .75rem;
  border-left: 3px solid transparent; cursor: pointer; color: var(--st-text-color);
  font-variant-numeric: tabular-nums; }
li .text { overflow-wrap: anywhere; white-space: pre-wrap; }
li .place { opacity: .6; font-size: .85em; padding-top: .1em; }
li.same .text { opacity: .55; }
li.here { border-left-color: var(--st-primary-color);
  background: var(--st-secondary-background-color); }
li.here .text { opacity: 1; font-weight: 600; }
"""
_JS = """
export default function ({ data, parentElement }) {
  const [now, slider, list] = ["div.now", "input", "ol"].map((s) => parentElement.querySelector(s));
  const part = (name, text) => {
    const span = document.createElement("span");
    span.className = name;
    span.textContent = text;
    return span;
  };
  const last = data.sentences.length - 1;
  const share = (i) => `${Math.round((100 * i) / last)} %`;
  const place = (i) => (i === 0 ? "start" : i === last ? "end" : share(i));
  const go = (i) => {
    slider.value = i;
    slider.setAttribute("aria-valuetext", `${place(i)}: ${data.sentences[i]}`);
    now.textContent = data.sentences[i] || data.nothing;
    [...list.children].forEach((item, k) => item.classList.toggle("here", k === i));
  };
  slider.max = last;
  slider.oninput = () => go(Number(slider.value));
  list.replaceChildren(...data.sentences.map((text, i) => {
    const item = document.createElement("li");
    item.append(part("place", place(i)), part("text", text || data.nothing));
    item.classList.toggle("same", i > 0 && text === data.sentences[i - 1]);
    item.onclick = () => go(i);
    return item;
  }));
  const path = JSON.stringify(data.sentences);
  go(parentElement.shownPath === path ? Math.min(Number(slider.value), last) : 0);
  parentElement.shownPath = path;
}
"""
_mount = st.components.v2.component(
    "latentscape_sentence_path", html=_HTML, css=_CSS, js=_JS, isolate_styles=True
)

NOTHING = "(the model writes nothing here)"


def show(sentences: Sequence[str], key: str) -> None:
    """Show sentences one below the other, and the one under the slider in large letters."""
    _mount(key=key, data={"sentences": list(sentences), "nothing": NOTHING})

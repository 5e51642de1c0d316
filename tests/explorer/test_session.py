"""What survives a change of page, and what stands in the URL."""

from __future__ import annotations

import json

from streamlit.testing.v1 import AppTest

from explorer.live.guard import ENTRANCE, Door, Tokens


def test_the_model_in_the_url_is_the_open_one_and_is_remembered() -> None:
    def page() -> None:
        import streamlit as st

        from explorer import session

        st.text(session.current_model_id())

    app = AppTest.from_function(page)
    app.query_params["model"] = "run:a b"
    assert app.run().text[0].value == "run:a b"
    # Streamlit drops the query when the visitor changes page.
    del app.query_params["model"]
    assert app.run().text[0].value == "run:a b"
    assert app.query_params["model"] == "run:a b"


def test_choosing_a_model_writes_the_url() -> None:
    def page() -> None:
        import streamlit as st

        from explorer import session

        st.button("choose", on_click=session.choose_model, args=("mnist",))
        st.text(session.current_model_id())

    app = AppTest.from_function(page).run()
    assert app.text[0].value == "None"
    assert "model" not in app.query_params
    app.button[0].click().run()
    assert app.text[0].value == "mnist"
    assert app.query_params["model"] == "mnist"


def test_a_kept_widget_survives_a_run_that_does_not_draw_it() -> None:
    def page() -> None:
        import streamlit as st

        from explorer import session

        session.keep_widgets()
        if not st.checkbox("elsewhere"):
            st.slider("k", 2, 20, key=session.kept_widget("k", 8))

    app = AppTest.from_function(page).run()
    assert app.slider[0].value == 8
    app.slider[0].set_value(13).run()
    app.checkbox[0].check().run()
    app.run()
    assert not app.slider
    app.checkbox[0].uncheck().run()
    assert app.slider[0].value == 13


def test_a_kept_choice_that_is_gone_falls_back_to_the_default() -> None:
    def page() -> None:
        import streamlit as st

        from explorer import session

        session.keep_widgets()
        options = ["a", "b"] if st.checkbox("fewer") else ["a", "b", "c"]
        st.selectbox("x", options, key=session.kept_widget("x", "a", options))

    app = AppTest.from_function(page).run()
    app.selectbox[0].set_value("c").run()
    assert app.selectbox[0].value == "c"
    app.checkbox[0].check().run()
    assert app.selectbox[0].value == "a"


def test_a_url_value_can_be_written_read_and_removed() -> None:
    def page() -> None:
        import streamlit as st

        from explorer import session

        st.button("set", on_click=session.set_url_value, args=("job", "12"))
        st.button("clear", on_click=session.set_url_value, args=("job", None))
        st.text(session.url_value("job"))

    app = AppTest.from_function(page).run()
    app.button[1].click().run()
    assert app.text[0].value == "None"
    app.button[0].click().run()
    assert (app.text[0].value, app.query_params["job"]) == ("12", "12")
    app.button[1].click().run()
    assert app.text[0].value == "None"
    assert "job" not in app.query_params


def test_a_visitor_learns_of_the_live_socket_where_there_is_one() -> None:
    def page() -> None:
        import streamlit as st

        from explorer import session

        st.json(session.live_address() or {})

    tokens = Tokens()
    one, other = AppTest.from_function(page), AppTest.from_function(page)
    assert one.run().json[0].value == "{}", "under `streamlit run` there is none"
    ENTRANCE.open(Door("live", tokens))
    try:
        addresses = [json.loads(app.run().json[0].value) for app in (one, one, other)]
    finally:
        ENTRANCE.close()
    assert {address["path"] for address in addresses} == {"live"}
    sessions = [tokens.session_of(address["token"]) for address in addresses]
    assert None not in sessions
    assert sessions[0] == sessions[1] != sessions[2]

"""A reviewer who works at the real app through its web socket, as a browser does, without drawing anything.

A session of Streamlit is a web socket: messages of elements come out, the state of widgets goes in. What is
pressed here is the button that the page drew, and what is read is what the page sent.
"""

import asyncio
import json
import time
from typing import Any
from urllib.parse import parse_qs

import aiohttp
from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from streamlit.web.server.starlette.starlette_app_utils import create_signed_value, generate_xsrf_token_string
from streamlit.web.server.starlette.starlette_server_config import USER_COOKIE_NAME, XSRF_COOKIE_NAME

from extractor.schema import Value

TROUBLE = ("cannot be shown", 'role="alert"', 'class="cd-stale')
"""What stands in the HTML of a page that says something went wrong."""

ANSWER_S = 60.0


class Shown(Value):
    """What a page showed at the end of a run of its script."""

    claim_id: str
    """Empty when no claim is open."""
    button: str
    """Id of the button that verifies; empty when there is none."""
    troubles: tuple[str, ...]
    """Exceptions and errors on the page."""


class PageGone(Exception):
    """The server closed the connection, or did not answer."""


class Session:
    """One page of the app that stays open."""

    def __init__(self, socket: aiohttp.ClientWebSocketResponse) -> None:
        self._socket = socket
        self._claim_id = ""

    async def open(self) -> Shown:
        """Load the page."""
        return await self._run("")

    async def press(self, button: str) -> tuple[Shown, float]:
        """Press a button, and return what the page shows then and after how many seconds."""
        began = time.perf_counter()
        return await self._run(button), time.perf_counter() - began

    async def _run(self, button: str) -> Shown:
        message = BackMsg()
        message.rerun_script.query_string = ""
        if button:
            pressed = message.rerun_script.widget_states.widgets.add()
            pressed.id, pressed.trigger_value = button, True
        await self._socket.send_bytes(message.SerializeToString())
        buttons: dict[str, str] = {}
        troubles: list[str] = []
        while True:
            received = await asyncio.wait_for(self._socket.receive(), ANSWER_S)
            if received.type is not aiohttp.WSMsgType.BINARY:
                raise PageGone(f"the connection ended ({received.type.name})")
            told = ForwardMsg.FromString(received.data)
            match told.WhichOneof("type"):
                case "page_info_changed":
                    self._claim_id = parse_qs(told.page_info_changed.query_string).get("claim", [""])[0]
                case "delta":
                    _read(told.delta.new_element, buttons, troubles)
                case "script_finished" if told.script_finished != ForwardMsg.FINISHED_EARLY_FOR_RERUN:
                    if told.script_finished == ForwardMsg.FINISHED_WITH_COMPILE_ERROR:
                        troubles.append("the script did not compile")
                    return Shown(claim_id=self._claim_id, button=buttons.get("verify", ""), troubles=tuple(troubles))


def _read(element: Any, buttons: dict[str, str], troubles: list[str]) -> None:
    match element.WhichOneof("type"):
        case "button":
            # The id ends with the key that the page gave it.
            buttons[element.button.id.rpartition("-")[2]] = element.button.id
        case "exception":
            troubles.append(f"{element.exception.type}: {element.exception.message}")
        case "html":
            troubles.extend(sign for sign in TROUBLE if sign in element.html.body)


async def connect(http: aiohttp.ClientSession, app_url: str, *, secret: str, login: str) -> Session:
    """Open a page of the app as somebody who has logged in.

    Args:
        http: The client; it keeps no cookies.
        app_url: Of the app.
        secret: The cookie secret of the app, from which a login is made without asking a login service.
        login: Of a member.
    """
    user = {"is_logged_in": True, "origin": app_url, "email": login, "sub": login}
    cookie = create_signed_value(secret, USER_COOKIE_NAME, json.dumps(user)).decode()
    # As a browser shows that the page that opens the socket has read the cookie.
    token = generate_xsrf_token_string()
    socket = await http.ws_connect(
        f"{app_url}/_stcore/stream",
        protocols=("streamlit", token),
        headers={"Cookie": f"{USER_COOKIE_NAME}={cookie}; {XSRF_COOKIE_NAME}={token}", "Origin": app_url},
        max_msg_size=0,
    )
    return Session(socket)

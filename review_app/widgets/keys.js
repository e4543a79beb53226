// Which key presses count, judged where they happen: in the browser, which alone knows what was on the screen when
// somebody pressed. The buttons and their keys are Streamlit's own; this stands before them.
// And the list of keys, on "?".

const RELEASE_MS = 8000;
// Buttons that act on the claim at once: of two clicks in a row, the second was meant for the claim before.
const DECIDING = ":is(.st-key-decide, .st-key-move, .st-key-reason_keys, .st-key-colleagues)";

// The panels in which a comment goes with what a digit chooses.
const REMARK = ":is(.st-key-reasons, .st-key-colleagues)";

function element(tag, className, text) {
  const made = document.createElement(tag);
  if (className) made.className = className;
  if (text !== undefined) made.textContent = text;
  return made;
}

const writes = (node) => node instanceof Element
  && (node.isContentEditable || node.matches("textarea, select, input:not([type=button], [type=checkbox], [type=radio], [type=range], [type=submit])"));
const isPlain = (event) => !event.ctrlKey && !event.metaKey && !event.altKey;

function listOf(groups) {
  const box = element("div", "groups");
  for (const group of groups) {
    const part = element("section");
    part.append(element("h3", "", group.title));
    const list = element("dl");
    for (const [keys, meaning] of group.keys) {
      const term = element("dt");
      for (const key of keys) term.append(element("kbd", "", key));
      list.append(term, element("dd", "", meaning));
    }
    part.append(list);
    box.append(part);
  }
  return box;
}

export default function ({ data, parentElement }) {
  const root = parentElement.querySelector(".keys");
  const state = (root._keys ??= { shown: null, since: 0, waiting: -Infinity });
  if (state.shown !== data.screen) {
    state.shown = data.screen;
    state.since = performance.now();
  }
  state.data = data;
  state.waiting = -Infinity;
  if (!state.dialog) makeList(root, state);
  if (!state.clean) listen(state);
  return () => state.clean?.();
}

function makeList(root, state) {
  const { data } = state;
  const dialog = (state.dialog = element("dialog"));
  dialog.setAttribute("aria-label", "Keys");
  const close = element("button", "close", "Close");
  close.type = "button";
  close.onclick = () => dialog.close();
  const head = element("div", "head");
  head.append(element("h2", "", "Keys"), close);
  dialog.append(head, listOf(data.groups), element("p", "note", data.note));
  dialog.onclick = (event) => { if (event.target === dialog) dialog.close(); };
  const opener = element("button", "opener");
  opener.type = "button";
  opener.append("All keys", element("kbd", "", "?"));
  opener.onclick = () => dialog.showModal();
  root.replaceChildren(opener, dialog);
}

function listen(state) {
  const { dialog } = state;
  const swallow = (event) => {
    event.preventDefault();
    event.stopImmediatePropagation();
  };
  const tooSoon = () => performance.now() - state.since < state.data.settle_ms;
  const isWaiting = () => performance.now() - state.waiting < RELEASE_MS;
  const pressed = (event) => {
    const at = event.composedPath()[0];
    if (dialog.open) {
      if (event.key === "?" && isPlain(event)) { swallow(event); dialog.close(); }
      // The rest belongs to the list: nothing behind it may act.
      else if (event.key !== "Tab") event.stopImmediatePropagation();
      return;
    }
    if (writes(at) || event.isComposing) {
      // Whoever has written the comment goes on to the digit; the field tells the program as it is left.
      if (event.key === "Enter" && !event.isComposing && at.closest(REMARK)) at.blur();
      return;
    }
    if (event.key === "?" && isPlain(event)) {
      swallow(event);
      dialog.showModal();
      return;
    }
    const key = event.key.length === 1 ? event.key.toUpperCase() : event.key;
    const remark = document.querySelector(`${REMARK} input`);
    if (remark && key === "N" && isPlain(event)) {
      swallow(event);
      remark.focus();
      return;
    }
    if (!isPlain(event) || !state.data.acting.includes(key)) return;
    if (event.repeat || tooSoon() || isWaiting()) swallow(event);
    // A key whose button is not here does nothing, and the next one has nothing to wait for.
    else if (document.querySelector(`button:enabled kbd[aria-label="Shortcut ${key}"]`)) state.waiting = performance.now();
  };
  const clicked = (event) => {
    const button = event.composedPath().find((node) => node instanceof Element && node.matches(`${DECIDING} button`));
    if (!button || dialog.open) return;
    if (tooSoon() || isWaiting()) swallow(event);
    else state.waiting = performance.now();
  };
  addEventListener("keydown", pressed, true);
  addEventListener("click", clicked, true);
  state.clean = () => {
    removeEventListener("keydown", pressed, true);
    removeEventListener("click", clicked, true);
    state.clean = null;
  };
}

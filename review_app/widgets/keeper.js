// A text area gives its text to the server when it loses the focus. Whoever reloads in mid-sentence would lose the
// sentence, so a pause in typing, or leaving the page, counts as losing the focus; the caret stays where it is.

const PAUSE_MS = 1000;

export default function ({ parentElement }) {
  const page = parentElement.ownerDocument;
  let timer;
  let field = null;
  const commit = () => {
    clearTimeout(timer);
    if (field?.isConnected) field.dispatchEvent(new FocusEvent("focusout", { bubbles: true }));
    field = null;
  };
  const typed = (event) => {
    if (!event.target.matches?.("textarea, input") || !event.target.closest(".st-key-check_form")) return;
    field = event.target;
    clearTimeout(timer);
    timer = setTimeout(commit, PAUSE_MS);
  };
  page.addEventListener("input", typed);
  page.addEventListener("visibilitychange", commit);
  addEventListener("pagehide", commit);
  return () => {
    clearTimeout(timer);
    page.removeEventListener("input", typed);
    page.removeEventListener("visibilitychange", commit);
    removeEventListener("pagehide", commit);
  };
}

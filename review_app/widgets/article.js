// Text reaches the page only through textContent: nothing in an article can become markup.

const NAMES = { content: "the claim's words", source: "who says it", cue: "words that attribute it", other: "another claim" };

function element(tag, className, text) {
  const made = document.createElement(tag);
  if (className) made.className = className;
  if (text) made.textContent = text;
  return made;
}

function legend(view) {
  const list = element("ul", "legend");
  const used = new Set(view.paragraphs.flatMap((p) => p.runs.flatMap((r) => r.kinds)));
  for (const kind of Object.keys(NAMES).filter((k) => used.has(k))) {
    const entry = element("li");
    entry.append(element("span", kind, NAMES[kind]));
    list.append(entry);
  }
  return list;
}

function run(view, part, open) {
  if (!part.kinds.length) return document.createTextNode(part.text);
  const made = element("mark", part.kinds.join(" "), part.text);
  made.title = part.kinds.map((kind) => NAMES[kind]).join(", ");
  if (part.claim_id && view.clickable) {
    made.classList.add("link");
    made.tabIndex = 0;
    made.setAttribute("role", "button");
    // Whoever selects text to copy it does not want to leave.
    made.onclick = () => { if (getSelection().isCollapsed) open(part.claim_id); };
    made.onkeydown = (event) => { if (event.key === "Enter") open(part.claim_id); };
  }
  return made;
}

function leftOut(n) {
  return element("p", "cut", `${n.toLocaleString("en")} more characters are not shown here.`);
}

export default function ({ data: view, parentElement, setTriggerValue }) {
  const root = parentElement.querySelector(".article");
  const before = root.querySelector(".text");
  const place = before && root.dataset.claim === view.claim_id ? before.scrollTop : null;
  const text = element("div", "text");
  text.tabIndex = 0;
  text.setAttribute("role", "region");
  text.setAttribute("aria-label", "Article");
  if (view.n_chars_before) text.append(leftOut(view.n_chars_before));
  for (const paragraph of view.paragraphs) {
    const made = element("p", paragraph.is_title ? "head title" : paragraph.is_head ? "head" : "");
    made.dir = "auto";
    made.append(...paragraph.runs.map((part) => run(view, part, (id) => setTriggerValue("opened", id))));
    text.append(made);
  }
  if (view.n_chars_after) text.append(leftOut(view.n_chars_after));

  const top = element("div", "top");
  if (view.heading) top.append(element("h2", "", view.heading));
  if (view.byline) top.append(element("p", "byline", view.byline));
  top.append(legend(view));
  root.replaceChildren(top, text);
  root.dataset.claim = view.claim_id;

  const settle = () => {
    const first = text.querySelector(".content");
    if (place !== null) text.scrollTop = place;
    else if (first) text.scrollTop = Math.max(0, first.getBoundingClientRect().top - text.getBoundingClientRect().top - text.clientHeight * 0.3);
  };
  settle();
  // Once more when fonts and layout have come to rest, unless the reader has moved on.
  const settled = text.scrollTop;
  const later = setTimeout(() => { if (text.scrollTop === settled) { text.scrollTop = 0; settle(); } }, 120);
  return () => clearTimeout(later);
}

// Text reaches the page only through textContent: nothing in an article can become markup.

const NAMES = { content: "the claim's words", source: "who says it", cue: "words that attribute it", other: "another claim", missed: "perhaps a missed claim" };

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

function reading(view) {
  const made = element("div", "reading");
  const line = element("p");
  line.append(element("b", "", "What was read"), " ", view.reading.summary);
  made.append(line);
  if (view.reading.losses.length) {
    const losses = element("ul");
    losses.append(...view.reading.losses.map((loss) => element("li", "", loss)));
    made.append(losses);
  }
  return made;
}

// The reason why a sentence is suspected, shown by pointer, by key and by touch: a title shows by pointer only.
function tellsWhy(made, part, previous, tip) {
  const place = () => {
    const root = tip.parentElement.getBoundingClientRect();
    const lines = made.getClientRects();
    const below = lines[lines.length - 1].bottom + 6;
    const fits = below + tip.offsetHeight < Math.min(root.bottom, innerHeight);
    tip.style.top = `${(fits ? below : lines[0].top - tip.offsetHeight - 6) - root.top}px`;
    tip.style.left = `${Math.max(0, Math.min(lines[0].left - root.left, root.width - tip.offsetWidth))}px`;
  };
  const show = () => {
    tip.textContent = `Perhaps a missed claim: ${part.note}`;
    tip.hidden = false;
    tip.place = place;
    place();
  };
  const hide = () => { tip.hidden = true; };
  made.onmouseenter = made.onfocus = show;
  made.onmouseleave = made.onblur = hide;
  made.setAttribute("aria-description", part.note);
  if (!previous || previous.note !== part.note) {
    made.tabIndex = 0;
    made.setAttribute("role", "note");
  }
}

function run(view, part, previous, tip, open) {
  if (!part.kinds.length) return document.createTextNode(part.text);
  const made = element("mark", part.kinds.join(" "), part.text);
  if (part.note) tellsWhy(made, part, previous, tip);
  else made.title = part.kinds.map((kind) => NAMES[kind]).join(", ");
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
  const tip = element("div", "tip");
  tip.hidden = true;
  // Focus by key scrolls the sentence into view, and its reason goes with it.
  text.onscroll = () => { if (!tip.hidden) tip.place(); };
  if (view.n_chars_before) text.append(leftOut(view.n_chars_before));
  for (const paragraph of view.paragraphs) {
    if (paragraph.is_title) continue;
    const made = element("p", paragraph.is_head ? "head" : "");
    made.dir = "auto";
    const open = (id) => setTriggerValue("opened", id);
    made.append(...paragraph.runs.map((part, i) => run(view, part, paragraph.runs[i - 1], tip, open)));
    text.append(made);
  }
  if (view.n_chars_after) text.append(leftOut(view.n_chars_after));

  const top = element("div", "top");
  if (view.heading) top.append(element("h2", "", view.heading));
  if (view.byline) top.append(element("p", "byline", view.byline));
  top.append(legend(view));
  if (view.reading) top.append(reading(view));
  root.replaceChildren(top, text, tip);
  root.dataset.claim = view.claim_id;

  const settle = () => {
    const first = text.querySelector(".content");
    if (place !== null) text.scrollTop = place;
    else if (first) {
      // Where the claim stands near the beginning, the headline stays in sight.
      const offset = first.getBoundingClientRect().top - text.getBoundingClientRect().top + text.scrollTop;
      text.scrollTop = offset < text.clientHeight * 0.6 ? 0 : offset - text.clientHeight * 0.3;
    }
  };
  settle();
  // Once more when fonts and layout have come to rest, unless the reader has moved on.
  const settled = text.scrollTop;
  const later = setTimeout(() => { if (text.scrollTop === settled) settle(); }, 120);
  return () => clearTimeout(later);
}

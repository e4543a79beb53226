// Text reaches the page only through textContent: nothing in an article can become markup.

const NAMES = { content: "the claim's words", source: "who says it", cue: "words that attribute it", other: "another claim",
  done: "another claim, decided", missed: "perhaps a missed claim" };

function element(tag, className, text) {
  const made = document.createElement(tag);
  if (className) made.className = className;
  if (text) made.textContent = text;
  return made;
}

const kindsOf = (part) => part.kinds ?? [];

function legend(view) {
  const list = element("ul", "legend");
  const used = new Set(view.paragraphs.flatMap((p) => p.runs.flatMap(kindsOf)));
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
  if (view.reading.losses?.length) {
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

function run(view, part, previous, tip, state) {
  const words = document.createTextNode(part.text);
  state.words.push([words, part]);
  if (!kindsOf(part).length) return words;
  const made = element("mark", part.kinds.join(" "));
  made.append(words);
  if (part.note) tellsWhy(made, part, previous, tip);
  else made.title = part.kinds.map((kind) => NAMES[kind]).join(", ");
  if (part.claim_id && view.clickable) {
    made.classList.add("link");
    made.tabIndex = 0;
    made.setAttribute("role", "button");
    // Whoever selects text to copy it does not want to leave.
    made.onclick = () => { if (!selection(state.shadow)) state.open(part.claim_id); };
    made.onkeydown = (event) => { if (event.key === "Enter") state.open(part.claim_id); };
  }
  return made;
}

function leftOut(n) {
  return element("p", "cut", `${n.toLocaleString("en")} more characters are not shown here.`);
}

// ---- selecting words ----

// What is selected inside this component, as a live range; null for nothing.
function selection(shadow) {
  const chosen = document.getSelection();
  const older = shadow.getSelection?.() ?? chosen;
  const found = chosen?.getComposedRanges ? chosen.getComposedRanges({ shadowRoots: [shadow] })[0]
    : older?.rangeCount ? older.getRangeAt(0) : null;
  if (!found || found.collapsed || !shadow.contains(found.startContainer) || !shadow.contains(found.endContainer)) return null;
  const range = document.createRange();
  range.setStart(found.startContainer, found.startOffset);
  range.setEnd(found.endContainer, found.endOffset);
  return range;
}

const codePoints = (text) => { let n = 0; for (const _ of text) n += 1; return n; };

// Offsets in the article, in code points, of what a range holds; null where it holds no word of the article.
function offsets(range, words) {
  let start = null;
  let end = null;
  for (const [node, part] of words) {
    if (!range.intersectsNode(node)) continue;
    const from = node === range.startContainer ? range.startOffset : 0;
    const to = node === range.endContainer ? range.endOffset : node.length;
    if (from >= to) continue;
    // A character that steers is written out as its number: it is taken whole or not at all.
    const isWhole = codePoints(part.text) !== part.end_char - part.start_char;
    if (start === null) start = isWhole ? part.start_char : part.start_char + codePoints(part.text.slice(0, from));
    end = isWhole ? part.end_char : part.start_char + codePoints(part.text.slice(0, to));
  }
  return start === null ? null : { start, end };
}

// The place of an offset in what is drawn.
function boundary(offset, words, isEnd) {
  for (const [node, part] of words) {
    if (isEnd ? offset <= part.start_char || offset > part.end_char : offset < part.start_char || offset >= part.end_char) continue;
    if (codePoints(part.text) !== part.end_char - part.start_char) return [node, isEnd ? node.length : 0];
    return [node, [...part.text].slice(0, offset - part.start_char).join("").length];
  }
  return null;
}

const chosenNow = (state) => {
  const range = state.view.targets.length && state.words ? selection(state.shadow) : null;
  return range && offsets(range, state.words);
};

function toolbar(state) {
  const bar = element("div", "pick");
  bar.setAttribute("role", "toolbar");
  bar.setAttribute("aria-label", "The selected words");
  bar.hidden = true;
  // A press of the mouse would take the selection away before the click comes.
  bar.onpointerdown = (event) => event.preventDefault();
  return bar;
}

function place(bar, range, root) {
  const box = root.getBoundingClientRect();
  const lines = range.getClientRects();
  if (!lines.length) return;
  const last = lines[lines.length - 1];
  const text = root.querySelector(".text").getBoundingClientRect();
  const below = last.bottom + 8;
  const limit = Math.min(text.bottom, innerHeight) - bar.offsetHeight - 4;
  const above = lines[0].top - bar.offsetHeight - 8;
  const top = below <= limit ? below : above >= text.top ? above : limit;
  bar.style.top = `${top - box.top}px`;
  bar.style.left = `${Math.max(0, Math.min(last.left - box.left, box.width - bar.offsetWidth))}px`;
}

function showBar(state) {
  const { bar, view } = state;
  bar.hidden = !chosenNow(state);
  if (bar.hidden) return;
  bar.replaceChildren(...view.targets.map((target) => {
    const button = element("button");
    button.type = "button";
    button.append(target.label, element("kbd", "", target.key.toUpperCase()));
    button.onclick = () => state.take(target.id);
    return button;
  }));
  place(bar, selection(state.shadow), state.root);
}

function selectWords(state, turned) {
  const marks = [...state.text.querySelectorAll(".content")];
  const first = marks[0]?.firstChild ?? state.words[0]?.[0];
  const last = marks[marks.length - 1]?.firstChild ?? first;
  if (!first) return;
  const [from, to] = [[first, 0], [last, last.length]];
  const [anchor, focus] = turned ? [to, from] : [from, to];
  document.getSelection().setBaseAndExtent(...anchor, ...focus);
}

function watch(state) {
  const settle = () => { clearTimeout(state.later); state.later = setTimeout(() => showBar(state), 120); };
  const pressed = (event) => {
    const at = event.composedPath()[0];
    if (event.ctrlKey || event.metaKey || event.isComposing) return;
    const isWriting = at instanceof Element && at.matches("input, textarea, select, [contenteditable]");
    // With Alt a key has another meaning on some keyboards, but its place is the same.
    const isWords = event.altKey ? event.code === "KeyW"
      : !isWriting && (event.key.toLowerCase() === "w" || (at === state.text && event.key === "Enter"));
    if (isWriting && !isWords) return;
    if (isWords && state.view.targets.length && !event.repeat) {
      state.turned = Boolean(chosenNow(state)) && !state.turned;
      state.text.focus({ preventScroll: true });
      selectWords(state, state.turned);
      event.preventDefault();
      event.stopImmediatePropagation();
      return;
    }
    if (event.altKey || !chosenNow(state)) return;
    const target = state.view.targets.find((t) => t.key === event.key.toLowerCase());
    if (target || event.key === "Escape") {
      event.preventDefault();
      event.stopImmediatePropagation();
    }
    if (event.key === "Escape") document.getSelection().empty();
    else if (target && !event.repeat) state.take(target.id);
  };
  document.addEventListener("selectionchange", settle);
  addEventListener("keydown", pressed, true);
  state.off = () => {
    document.removeEventListener("selectionchange", settle);
    removeEventListener("keydown", pressed, true);
    clearTimeout(state.later);
    state.off = null;
  };
}

export default function ({ data: view, parentElement, setTriggerValue }) {
  const root = parentElement.querySelector(".article");
  const state = (root._article ??= { shadow: parentElement, root });
  state.view = view;
  state.open = (id) => setTriggerValue("opened", id);
  state.take = (target) => {
    const found = chosenNow(state);
    if (found) {
      state.number = Math.max(Date.now(), (state.number ?? 0) + 1);
      state.unread = [...(state.unread ?? []), { number: state.number, target, ...found, claim: state.view.claim_id }];
      // All that are not known to have arrived: while the program is busy, the newest takes the place of the one before.
      setTriggerValue("selected", state.unread);
    }
    state.bar.hidden = true;
    document.getSelection().empty();
  };
  if (!state.off) watch(state);
  const { taken, ...all } = view;
  state.unread = state.unread?.filter((selected) => selected.number > taken);
  const drawn = JSON.stringify(all);
  // What has not changed keeps its place, its selection and its focus.
  const clean = () => state.off?.();
  if (state.drawn === drawn) return clean;
  const { targets: _now, ...shown } = all;
  const isSame = state.shown === JSON.stringify(shown);
  state.drawn = drawn;
  state.shown = JSON.stringify(shown);
  if (isSame) {
    showBar(state);
    return clean;
  }

  const before = root.querySelector(".text");
  const hadFocus = before && parentElement.activeElement === before;
  const marked = before && root.dataset.claim === view.claim_id ? chosenNow(state) : null;
  const kept = before && root.dataset.claim === view.claim_id ? before.scrollTop : null;
  const text = element("div", "text");
  text.tabIndex = 0;
  text.setAttribute("role", "region");
  text.setAttribute("aria-label", "Article");
  state.text = text;
  state.words = [];
  const tip = element("div", "tip");
  tip.hidden = true;
  const bar = (state.bar = toolbar(state));
  // Focus by key scrolls the sentence into view, and its reason goes with it.
  text.onscroll = () => {
    if (!tip.hidden) tip.place();
    if (!bar.hidden) showBar(state);
  };
  if (view.n_chars_before) text.append(leftOut(view.n_chars_before));
  for (const paragraph of view.paragraphs) {
    if (paragraph.is_title) continue;
    const made = element("p", paragraph.is_head ? "head" : "");
    made.dir = "auto";
    made.append(...paragraph.runs.map((part, i) => run(view, part, paragraph.runs[i - 1], tip, state)));
    text.append(made);
  }
  if (view.n_chars_after) text.append(leftOut(view.n_chars_after));

  const top = element("div", "top");
  if (view.heading) top.append(element("h2", "", view.heading));
  if (view.byline) top.append(element("p", "byline", view.byline));
  if (view.appearances) top.append(element("p", "byline", view.appearances));
  top.append(legend(view));
  if (view.reading) top.append(reading(view));
  root.replaceChildren(top, text, tip, bar);
  root.dataset.claim = view.claim_id;

  const settle = () => {
    const first = text.querySelector(".content");
    if (kept !== null) text.scrollTop = kept;
    else if (first) {
      // Where the claim stands near the beginning, the headline stays in sight.
      const offset = first.getBoundingClientRect().top - text.getBoundingClientRect().top + text.scrollTop;
      text.scrollTop = offset < text.clientHeight * 0.6 ? 0 : offset - text.clientHeight * 0.3;
    }
  };
  settle();
  if (marked) {
    const [from, to] = [boundary(marked.start, state.words, false), boundary(marked.end, state.words, true)];
    if (from && to) document.getSelection().setBaseAndExtent(...from, ...to);
    showBar(state);
  }
  if (hadFocus) text.focus({ preventScroll: true });
  // Once more when fonts and layout have come to rest, unless the reader has moved on.
  const settled = text.scrollTop;
  clearTimeout(state.settling);
  state.settling = setTimeout(() => { if (text.scrollTop === settled) settle(); }, 120);
  return clean;
}

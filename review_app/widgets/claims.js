// The list of claims. Text reaches the page only through textContent: nothing in a claim can become markup.
// What is selected lives here, so that a tick costs no round trip; every deed names the claims as they are shown.

function element(tag, className, text) {
  const made = document.createElement(tag);
  if (className) made.className = className;
  if (text) made.textContent = text;
  return made;
}

function button(className, text, onclick) {
  const made = element("button", className, text);
  made.type = "button";
  made.onclick = onclick;
  return made;
}

const plain = (event) => event.button === 0 && !(event.ctrlKey || event.metaKey || event.shiftKey || event.altKey);

function count(n, noun) {
  return `${n.toLocaleString("en")} ${noun}${n === 1 ? "" : "s"}`;
}

// A button and what folds out under it.
function menu(label, entries, choose, { free } = {}) {
  const made = element("div", "menu");
  const panel = element("div", "panel");
  const opener = button("", label, () => show(panel.hidden));
  const show = (open) => {
    panel.hidden = !open;
    opener.setAttribute("aria-expanded", String(open));
    if (open) panel.querySelector("button, input").focus();
  };
  for (const entry of entries) panel.append(button("", entry.label, () => { show(false); choose(entry.value); }));
  if (free) {
    const form = element("form");
    const field = element("input");
    field.placeholder = free;
    field.setAttribute("aria-label", free);
    form.append(field);
    form.onsubmit = (event) => { event.preventDefault(); if (field.value.trim()) { show(false); choose(field.value.trim()); } };
    panel.append(form);
  }
  made.onkeydown = (event) => {
    if (event.key !== "Escape" || panel.hidden) return;
    event.stopPropagation();
    show(false);
    opener.focus();
  };
  made.addEventListener("focusout", (event) => { if (!made.contains(event.relatedTarget)) show(false); });
  made.append(opener, panel);
  show(false);
  return made;
}

class List {
  constructor(root) {
    this.root = root;
    this.selected = new Set();
    this.anchor = null;
  }

  draw(view, act) {
    this.view = view;
    this.act = act;
    this.canSelect = view.can_decide || view.can_send;
    const shown = new Set(view.lines.map((line) => line.id));
    this.selected = new Set([...this.selected].filter((id) => shown.has(id)));
    const focused = this.root.getRootNode().activeElement;
    const place = focused && focused.closest(".row") ? [...this.list?.children ?? []].indexOf(focused.closest(".row")) : -1;
    this.list = element("ul", "rows");
    this.list.append(...view.lines.map((line) => this.row(line)));
    this.list.onkeydown = (event) => this.key(event);
    this.bar = element("div", "bar");
    this.root.replaceChildren(...this.notices(), ...this.chips(), this.bar, this.list);
    this.drawBar();
    if (place >= 0) this.focus(Math.min(place, view.lines.length - 1));
  }

  notices() {
    const made = [];
    const { last, done, refused } = this.view;
    if (done) made.push(element("p", "notice", done));
    if (last) {
      const line = element("p", "notice", `${last.told} `);
      line.append(button("link", "Undo", () => this.act({ deed: "undo", undo_id: last.undo_id })));
      made.push(line);
    }
    if (refused.length) {
      const list = element("ul", "refused");
      list.append(...refused.map((sentence) => element("li", "", sentence)));
      made.push(list);
    }
    const region = element("div", "notices");
    region.setAttribute("role", "status");
    region.append(...made);
    return [region];
  }

  chips() {
    const { chips, scopes } = this.view;
    if (!chips.length && !scopes) return [];
    const made = element("div", "chips");
    for (const chip of chips) {
      const part = button("chip", "", () => this.act({ deed: "drop", param: chip.param, value: chip.value }));
      const label = element("bdi", "", chip.label);
      if (chip.about) part.append(element("span", "about", `${chip.about} `));
      part.append(label, element("span", "cross", "×"));
      part.setAttribute("aria-label", `Take off the filter ${chip.about} ${chip.label}`);
      made.append(part);
    }
    if (scopes) {
      for (const scope of scopes) {
        if (scope.is_on) made.append(element("span", "scope", scope.label));
        else made.append(button("link", scope.label, () => this.act({ deed: "scope", value: scope.value })));
      }
    }
    if (chips.length) made.append(button("link", "Clear", () => this.act({ deed: "clear" })));
    return [made];
  }

  row(line) {
    const made = element("li", `row ${line.status}`);
    made.dataset.id = line.id;
    if (this.canSelect) {
      const tick = element("input");
      tick.type = "checkbox";
      tick.checked = this.selected.has(line.id);
      tick.setAttribute("aria-label", `Select: ${line.text}`);
      tick.onclick = (event) => this.tick(line.id, tick.checked, event.shiftKey);
      const area = element("label", "tick");
      area.append(tick);
      made.append(area);
    }
    made.append(this.main(line), this.side(line));
    return made;
  }

  main(line) {
    const made = element("div", "main");
    const open = element("a", "text");
    open.href = new URL(`${this.view.review}?claim=${encodeURIComponent(line.id)}`, location.href).href;
    open.dir = "auto";
    open.textContent = line.text;
    open.onclick = (event) => {
      if (!plain(event)) return;
      event.preventDefault();
      this.act({ deed: "open", claim_id: line.id });
    };
    const meta = element("p", "meta");
    const who = button("who", "", () => this.act({ deed: "add", param: "source", value: line.source_name }));
    who.append(element("bdi", "", line.source));
    who.title = "Only claims of this source";
    meta.append(who);
    if (line.role) meta.append(", ", element("bdi", "", line.role));
    meta.append(element("span", "about", line.about));
    for (const doubt of line.doubts) meta.append(element("span", "doubt", doubt));
    made.append(open, meta);
    if (line.state || line.sent_to) made.append(this.state(line));
    return made;
  }

  state(line) {
    const made = element("p", "state");
    if (line.state) {
      made.append(element("b", "", line.state));
      if (line.by) made.append(" by ", element("bdi", "", line.by));
      const when = element("span", "", ` ${line.when}`);
      when.title = line.at;
      made.append(when);
    }
    if (line.sent_to) made.append(line.state ? " · sent to " : "Sent to ", element("bdi", "", line.sent_to));
    return made;
  }

  side(line) {
    const made = element("div", "side");
    const worth = element("span", "worth");
    worth.title = `Check-worthiness: ${line.worth} of 100`;
    const meter = element("span", "meter");
    meter.style.setProperty("--share", `${line.worth}%`);
    worth.append(meter, element("b", "", String(line.worth)), element("span", "hidden", " of 100 check-worthiness"));
    const from = element("p", "from");
    from.append(element("bdi", "", [line.publisher || line.title, line.day].filter(Boolean).join(" · ")));
    from.title = line.title;
    made.append(worth, from);
    return made;
  }

  drawBar() {
    const { view, bar } = this;
    bar.replaceChildren();
    if (!view.lines.length) return;
    const n = this.selected.size;
    bar.classList.toggle("active", n > 0);
    if (this.canSelect) {
      const all = element("label", "tick");
      const tick = element("input");
      tick.type = "checkbox";
      tick.checked = n === view.lines.length;
      tick.indeterminate = n > 0 && !tick.checked;
      tick.setAttribute("aria-label", "Select all of this page");
      tick.onclick = () => {
        this.selected = new Set(tick.checked ? view.lines.map((line) => line.id) : []);
        this.sync();
      };
      all.append(tick);
      bar.append(all);
    }
    if (!n) {
      bar.append(element("span", "told", view.told));
      if (view.can_work) bar.append(button("link work", "Review one by one", () => { bar.inert = true; this.act({ deed: "work" }); }));
      return;
    }
    bar.append(element("b", "told", `${n} selected`));
    const seen = () => view.lines.filter((l) => this.selected.has(l.id)).map((l) => ({ claim_id: l.id, version: l.version }));
    const go = (deed, more = {}) => {
      // One press, one deed: the bar is idle until the list comes anew.
      bar.inert = true;
      this.act({ deed, seen: seen(), ...more });
    };
    if (view.can_decide) {
      bar.append(button("primary", "Verify", () => go("verify")));
      bar.append(menu("Reject …", view.reasons, (reason) => go("reject", { reason })));
    }
    if (view.can_send) {
      bar.append(menu("Send to …", view.colleagues, (to) => go("send", { to }), { free: "Another name" }));
    }
    bar.append(button("link", "Deselect", () => { this.selected.clear(); this.sync(); }));
  }

  tick(id, on, ranged) {
    const ids = this.view.lines.map((line) => line.id);
    const [from, to] = [ids.indexOf(ranged && this.anchor ? this.anchor : id), ids.indexOf(id)].sort((a, b) => a - b);
    for (const each of ids.slice(from, to + 1)) on ? this.selected.add(each) : this.selected.delete(each);
    this.anchor = id;
    this.sync();
  }

  sync() {
    for (const row of this.list.children) {
      const tick = row.querySelector("input");
      if (tick) tick.checked = this.selected.has(row.dataset.id);
      row.classList.toggle("selected", this.selected.has(row.dataset.id));
    }
    this.drawBar();
  }

  focus(place) {
    this.list.children[place]?.querySelector(".text").focus();
  }

  key(event) {
    const row = event.target.closest(".row");
    if (!row || event.ctrlKey || event.metaKey || event.altKey) return;
    const place = [...this.list.children].indexOf(row);
    if (event.key === "j" || event.key === "ArrowDown") this.focus(place + 1);
    else if (event.key === "k" || event.key === "ArrowUp") this.focus(place - 1);
    else if (event.key === "x" && this.canSelect) this.tick(row.dataset.id, !this.selected.has(row.dataset.id), false);
    else return;
    event.preventDefault();
    event.stopPropagation();
  }
}

const lists = new WeakMap();

export default function ({ data, parentElement, setTriggerValue }) {
  const root = parentElement.querySelector(".claims");
  if (!lists.has(root)) lists.set(root, new List(root));
  lists.get(root).draw(data, (deed) => setTriggerValue("act", deed));
}

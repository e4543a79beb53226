// The form that a reviewer writes in. What is typed goes to the program as one types, so that nothing is lost when the
// page goes; what the program sends back only touches fields that it says it has filled.
// Text reaches the page only through textContent and value.

const PAUSE_MS = 350;

function element(tag, className, text) {
  const made = document.createElement(tag);
  if (className) made.className = className;
  if (text !== undefined) made.textContent = text;
  return made;
}

function control(field, id, max) {
  let made;
  if (field.kind === "area") {
    made = element("textarea");
    made.rows = 2;
  } else if (field.kind === "choice") {
    made = element("select");
    for (const option of field.options) {
      const entry = element("option", "", option.label);
      entry.value = option.value;
      made.append(entry);
    }
  } else {
    made = element("input");
    made.type = field.kind === "share" ? "range" : "text";
    made.autocomplete = "off";
  }
  if (field.kind === "share") [made.min, made.max, made.step] = [0, 100, 1];
  if (field.kind === "area" || field.kind === "line") {
    made.maxLength = max;
    made.dir = "auto";
  }
  made.id = id;
  made.name = id;
  made.value = field.value;
  return made;
}

function grow(area) {
  if (area.tagName !== "TEXTAREA") return;
  area.style.height = "auto";
  area.style.height = `${Math.min(area.scrollHeight + 2, 320)}px`;
}

function fieldRow(field, at, view, on) {
  const id = `sheet_${at}_${field.name}`;
  const row = element("div", `field ${field.kind} ${field.name}`);
  const label = element("label", "", field.label);
  label.htmlFor = id;
  const input = control(field, id, view.max_chars);
  row.append(label, input);
  if (field.kind === "share") {
    const shown = element("output", "", field.value);
    shown.htmlFor = id;
    input.addEventListener("input", () => { shown.textContent = input.value; });
    label.append(" ", shown);
  }
  if (field.names.length) {
    const list = element("datalist");
    list.id = `${id}_names`;
    for (const name of field.names) list.append(Object.assign(element("option"), { value: name }));
    input.setAttribute("list", list.id);
    row.append(list);
  }
  const told = [];
  const tell = (className, text, suffix) => {
    const line = element("p", className, text);
    line.id = `${id}_${suffix}`;
    if (suffix === "problem") line.setAttribute("role", "alert");
    told.push(line.id);
    row.append(line);
  };
  if (field.hint) tell("hint", field.hint, "hint");
  if (field.problem) {
    tell("problem", field.problem, "problem");
    input.setAttribute("aria-invalid", "true");
  }
  if (field.theirs !== null) {
    const theirs = element("p", "theirs");
    const words = element("q", "", field.theirs);
    words.dir = "auto";
    theirs.append(element("b", "", `${view.others}: `), words, " ");
    const take = element("button", "take", "Take this");
    take.type = "button";
    take.onclick = () => on.theirs(field.name);
    theirs.append(take);
    theirs.id = `${id}_theirs`;
    told.push(theirs.id);
    row.append(theirs);
  }
  if (told.length) input.setAttribute("aria-describedby", told.join(" "));
  return [row, input];
}

export default function ({ data: view, parentElement, setTriggerValue }) {
  const root = parentElement.querySelector(".sheet");
  const state = (root._sheet ??= { number: null, fill: 0, inputs: [], sent: "" });
  const values = () => state.inputs.map((fields) => Object.fromEntries(Object.entries(fields).map(([k, i]) => [k, i.value])));
  const send = (what, more) => {
    clearTimeout(state.timer);
    const forms = values();
    state.sent = JSON.stringify(forms);
    setTriggerValue(what, { number: state.number, fill: state.fill, forms, ...more });
  };
  const flush = () => {
    clearTimeout(state.timer);
    if (JSON.stringify(values()) !== state.sent) send("typed");
  };
  state.on = {
    theirs: (field) => send("theirs", { field }),
    grow: () => send("grown"),
    drop: (at) => send("dropped", { at }),
    save: () => send("saved"),
    leave: () => send("left"),
    typed: () => {
      clearTimeout(state.timer);
      state.timer = setTimeout(flush, PAUSE_MS);
    },
  };
  // What is drawn depends on all but the values: those belong to whoever types.
  const shape = JSON.stringify({ ...view, fill_number: 0, fill_fields: [], forms: view.forms.map((form) => ({
    ...form, fields: form.fields.map((f) => ({ ...f, value: "" })), more: form.more.map((f) => ({ ...f, value: "" })) })) });
  if (state.shape !== shape) draw(root, view, state);
  state.shape = shape;
  const given = view.forms.map((form) => Object.fromEntries([...form.fields, ...form.more].map((f) => [f.name, f.value])));
  if (state.fill < view.fill_number) {
    for (const name of view.fill_fields) {
      const [at, field] = name.split(".");
      const input = state.inputs[at]?.[field];
      if (!input) continue;
      input.value = given[at][field];
      grow(input);
      input.closest("details")?.setAttribute("open", "");
      input.closest(".field").classList.add("filled");
      setTimeout(() => input.closest(".field")?.classList.remove("filled"), 1200);
    }
    state.sent = JSON.stringify(values());
  }
  state.fill = view.fill_number;

  // Whoever has just selected words in the article is not in the form, and saves all the same.
  const pressed = (event) => {
    if (event.defaultPrevented || event.isComposing || event.repeat) return;
    if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) state.on.save();
    else if (event.key === "Escape") state.on.leave();
  };
  const gone = () => { if (document.visibilityState === "hidden") flush(); };
  state.off?.();
  document.addEventListener("visibilitychange", gone);
  addEventListener("beforeunload", flush);
  addEventListener("keydown", pressed);
  state.off = () => {
    document.removeEventListener("visibilitychange", gone);
    removeEventListener("beforeunload", flush);
    removeEventListener("keydown", pressed);
  };
  return () => state.off();
}

function draw(root, view, state) {
  const isNew = state.number !== view.number;
  const kept = isNew ? [] : state.inputs.map((fields) => Object.fromEntries(Object.entries(fields).map(([k, i]) => [k, i.value])));
  const focused = isNew ? null : document.activeElement?.id;
  const unfolded = !isNew && Boolean(root.querySelector("details[open]"));
  state.number = view.number;
  if (isNew) state.fill = 0;
  const made = element("form");
  made.noValidate = true;
  made.setAttribute("aria-label", view.title);
  made.append(element("h2", "", view.title));
  for (const text of view.told) {
    const line = element("blockquote", "", text);
    line.dir = "auto";
    made.append(line);
  }
  state.inputs = view.forms.map((form, at) => {
    const fields = {};
    const box = element(view.forms.length > 1 ? "fieldset" : "div", "part");
    if (form.title) {
      const legend = element("legend", "", form.title);
      box.append(legend);
    }
    const put = (field, into) => {
      const [row, input] = fieldRow(field, at, view, state.on);
      if (kept[at]?.[field.name] !== undefined) input.value = kept[at][field.name];
      fields[field.name] = input;
      into.append(row);
    };
    for (const field of form.fields) put(field, box);
    if (form.more.length) {
      const fold = element("details");
      fold.append(element("summary", "", "More fields"));
      const inside = element("div", "more");
      for (const field of form.more) put(field, inside);
      fold.append(inside);
      fold.open = unfolded || form.more.some((f) => f.problem || f.theirs !== null);
      box.append(fold);
    }
    if (form.can_go) {
      const drop = element("button", "quiet", `Take part ${at + 1} out`);
      drop.type = "button";
      drop.onclick = () => state.on.drop(at);
      box.append(drop);
    }
    made.append(box);
    return fields;
  });
  const row = element("div", "row");
  const save = element("button", "save");
  save.type = "submit";
  save.append(view.save, element("kbd", "", "Ctrl ⏎"));
  const back = element("button", "quiet");
  back.type = "button";
  back.append("Back", element("kbd", "", "Esc"));
  back.onclick = () => state.on.leave();
  row.append(save);
  if (view.can_grow) {
    const more = element("button", "quiet", "One more part");
    more.type = "button";
    more.onclick = () => state.on.grow();
    row.append(more);
  }
  row.append(back);
  made.append(row);
  made.onsubmit = (event) => { event.preventDefault(); };
  // Enter in a line must not save by accident; only the button and Ctrl+Enter do.
  save.onclick = (event) => { event.preventDefault(); state.on.save(); };
  made.onkeydown = (event) => {
    if (event.isComposing || event.repeat) return;
    if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) {
      event.preventDefault();
      event.stopPropagation();
      state.on.save();
    } else if (event.key === "Escape") {
      event.stopPropagation();
      state.on.leave();
    } else if (event.key === "Enter" && event.target.tagName === "INPUT") event.preventDefault();
    else if (!event.ctrlKey && !event.metaKey && !event.altKey) event.stopPropagation();
  };
  made.oninput = (event) => { grow(event.target); state.on.typed(); };
  made.onfocusout = () => state.on.typed();
  root.replaceChildren(made);
  made.querySelectorAll("textarea").forEach(grow);
  state.sent = JSON.stringify(state.inputs.map((fields) => Object.fromEntries(Object.entries(fields).map(([k, i]) => [k, i.value]))));
  const again = focused && root.querySelector(`#${CSS.escape(focused)}`);
  const wrong = made.querySelector("[aria-invalid]");
  (again || wrong || (isNew && Object.values(state.inputs[0])[0]))?.focus({ preventScroll: !wrong });
}

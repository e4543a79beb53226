"use strict";
(() => {
  const runs = JSON.parse(document.getElementById("runs").textContent);
  const byId = (id) => document.getElementById(id);
  const list = byId("cards");
  const opened = new Set();

  // Everything from an article or a model goes through text nodes. Steering characters (control, direction, no
  // width) are written out: they can make a sentence read differently from what it says.
  const STEERING = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u061c\u200b\u200e\u200f\u2028-\u202e\u2060-\u2064\u2066-\u2069\ufeff]/g;
  const visible = (text) =>
    text.replace(STEERING, (c) => `[U+${c.codePointAt(0).toString(16).toUpperCase().padStart(4, "0")}]`);
  const el = (tag, attributes = {}, ...children) => {
    const node = document.createElement(tag);
    for (const [name, value] of Object.entries(attributes)) node.setAttribute(name, value);
    node.append(...children.map((c) => (typeof c === "string" ? visible(c) : c)));
    return node;
  };
  const classOf = (verdict) => `v-${verdict.replace(" ", "-")}`;

  // ---- what is wanted

  const wanted = () => ({
    system: Number(byId("system").value),
    show: byId("show").value,
    article: byId("article").value,
    words: byId("search").value.trim().toLowerCase(),
    order: byId("order").value,
  });
  const isWanted = (row, show) =>
    show === "all" || row.verdict === show || (show === "errors" && row.verdict !== "matched") ||
    (show === "changed" && row.change !== null);

  const hay = new Map();
  const searchable = (article, system) => {
    const key = `${system} ${article.id}`;
    if (!hay.has(key)) {
      const parts = [article.id, article.title, article.form, article.text];
      for (const { gold, predicted, reasons } of article.results[system]?.verdicts ?? []) {
        for (const claim of [gold, predicted]) if (claim) parts.push(claim.text, claim.source);
        parts.push(...reasons);
      }
      hay.set(key, parts.join("\n").toLowerCase());
    }
    return hay.get(key);
  };

  const chosen = (want) => {
    const kept = runs.articles.filter((article) => {
      if (want.article && article.id !== want.article) return false;
      const result = article.results[want.system];
      if (want.show === "failed") {
        if (!result?.error && !result?.n_lost_pieces) return false;
      } else if (want.show !== "all" && !result?.verdicts.some((row) => isWanted(row, want.show))) return false;
      return !want.words || searchable(article, want.system).includes(want.words);
    });
    const f1 = (article) => article.results[want.system]?.f1 ?? 2;
    if (want.order === "worst") kept.sort((a, b) => f1(a) - f1(b));
    return kept;
  };

  // ---- the text with its marks

  const marksOf = (verdicts, side, show) =>
    verdicts.flatMap((row, index) => {
      const claim = row[side];
      if (!claim) return [];
      const dim = show !== "failed" && !isWanted(row, show);
      const of = (kind, ranges) =>
        ranges.map(([start, end], k) => ({ start, end, kind, index, verdict: row.verdict, dim, first: k === 0 }));
      return [...of("content", claim.content), ...of("source", claim.mention), ...of("cue", claim.cue)];
    });

  const badge = (tag, verdict, told, attributes = {}) => el(tag, { class: `badge ${classOf(verdict)}`, ...attributes }, told);

  // One paragraph of one side: cut at every border of a mark, so that marks may overlap.
  const paragraph = (chars, start, end, marks) => {
    const here = marks.filter((m) => m.start < end && start < m.end);
    const cuts = new Set([start, end]);
    for (const m of here) cuts.add(Math.max(start, m.start)).add(Math.min(end, m.end));
    const borders = [...cuts].sort((a, b) => a - b);
    const p = el("p", { dir: "auto" });
    for (let k = 0; k + 1 < borders.length; k++) {
      const [from, to] = [borders[k], borders[k + 1]];
      const over = here.filter((m) => m.start <= from && to <= m.end);
      for (const m of over) {
        if (m.kind !== "content" || !m.first || m.start !== from || m.dim) continue;
        const told = m.verdict === "matched" ? `${m.index + 1}` : `${m.index + 1} ${m.verdict}`;
        p.append(badge("span", m.verdict, told));
      }
      const text = chars.slice(from, to).join("");
      if (!over.length) {
        p.append(visible(text));
        continue;
      }
      const classes = new Set(over.map((m) => m.kind));
      const contents = over.filter((m) => m.kind === "content");
      const gravest = contents.find((m) => !m.dim && m.verdict !== "matched") ?? contents.find((m) => !m.dim) ?? contents[0];
      if (gravest) classes.add(classOf(gravest.verdict));
      if (over.every((m) => m.dim)) classes.add("dim");
      const told = over.map((m) => `${m.kind} of claim ${m.index + 1}`).join(", ");
      p.append(el("mark", { class: [...classes].join(" "), "data-rows": over.map((m) => m.index).join(" "), title: told }, text));
    }
    return p;
  };

  const textOf = (article, result, want) => {
    const chars = Array.from(article.text); // Offsets count code points.
    const gold = marksOf(result.verdicts, "gold", want.show);
    const predicted = marksOf(result.verdicts, "predicted", want.show);
    const grid = el("div", { class: "text two" });
    const system = runs.systems[want.system];
    grid.append(el("div", { class: "head" }, "Gold"), el("div", { class: "head" }, `Predicted by ${system}`));
    let start = 0;
    for (let at = 0; at <= chars.length; at++) {
      if (at < chars.length && chars[at] !== "\n") continue;
      const touches = (m) => m.start < at && start < m.end;
      if (chars.slice(start, at).join("").trim()) {
        if (gold.some(touches) || predicted.some(touches)) {
          const [left, right] = [paragraph(chars, start, at, gold), paragraph(chars, start, at, predicted)];
          const same = left.innerHTML === right.innerHTML;
          const label = (text) => el("span", { class: "label" }, text);
          grid.append(
            el("div", {}, label(same ? "Gold and predicted alike" : "Gold"), left),
            el("div", { class: same ? "same" : "" }, label(`Predicted by ${system}`), right),
          );
        } else {
          const plain = paragraph(chars, start, at, []);
          plain.classList.add("both");
          grid.append(plain);
        }
      }
      start = at + 1;
    }
    return grid;
  };

  // ---- the list of claims

  const claimOf = (label, claim, otherwise) => {
    const text = claim
      ? el("p", { class: "claim", dir: "auto" }, claim.text)
      : el("p", { class: "none" }, otherwise);
    if (claim) text.append(el("span", { class: "who" }, `${claim.source}${claim.kind ? ` (${claim.kind})` : ""} · ${claim.quotation}`));
    return el("div", {}, el("span", { class: "side" }, label), text);
  };

  const CHANGES = { won: "does not find it", lost: "finds it", invented: "does not predict it" };
  const rowOf = (row, index, body) => {
    const button = badge("button", row.verdict, `${index + 1} ${row.verdict}`, { type: "button", "aria-pressed": "false", title: "Show in the text" });
    button.addEventListener("click", () => {
      const on = button.getAttribute("aria-pressed") !== "true";
      for (const other of body.querySelectorAll("button.badge")) other.setAttribute("aria-pressed", "false");
      for (const mark of body.querySelectorAll("mark.hot")) mark.classList.remove("hot");
      if (!on) return;
      button.setAttribute("aria-pressed", "true");
      const hot = [...body.querySelectorAll("mark")].filter((m) => m.dataset.rows.split(" ").includes(String(index)));
      for (const mark of hot) mark.classList.add("hot");
      (hot.find((m) => m.classList.contains("content")) ?? hot[0])?.scrollIntoView({ block: "center" });
    });
    const head = el("div", {}, button);
    if (row.reasons.length) head.append(el("span", { class: "reason" }, row.reasons.join("; ")));
    if (row.change) head.append(el("span", { class: "reason change" }, `${row.change}: ${runs.systems[0]} ${CHANGES[row.change]}`));
    const nearest = row.nearest ? `nearest: ${row.nearest}` : "–";
    const two = el("div", { class: "two" }, claimOf("Gold", row.gold, nearest), claimOf("Predicted", row.predicted, nearest));
    return el("li", { "data-verdict": row.verdict }, head, two);
  };

  const fill = (body, article, want) => {
    const result = article.results[want.system];
    body.replaceChildren();
    if (!result) {
      body.append(el("p", { class: "warning" }, "This system was not scored on the article."));
      return;
    }
    if (result.error) body.append(el("p", { class: "warning" }, `The extraction failed: ${result.error}`));
    if (result.n_lost_pieces) body.append(el("p", { class: "warning" }, `Pieces of the article that were lost: ${result.n_lost_pieces}`));
    const rows = result.verdicts.map((row, index) => ({ row, index })).filter(({ row }) => want.show === "failed" || isWanted(row, want.show));
    const errors = rows.filter(({ row }) => row.verdict !== "matched");
    const matched = rows.filter(({ row }) => row.verdict === "matched");
    const listOf = (some) => el("ol", { class: "claims" }, ...some.map(({ row, index }) => rowOf(row, index, body)));
    if (errors.length) body.append(listOf(errors));
    if (matched.length) {
      const more = el("details", { class: "more" }, el("summary", {}, `${matched.length} matched`), listOf(matched));
      more.open = want.show === "matched" || want.show === "changed";
      body.append(more);
    }
    if (!result.verdicts.length) body.append(el("p", { class: "note" }, "No gold claim, and none predicted."));
    body.append(textOf(article, result, want));
  };

  // ---- cards: a line each, the rest when it is opened and comes into sight

  const pending = new Map();
  const sight = new IntersectionObserver(
    (entries) => {
      for (const { isIntersecting, target } of entries) {
        if (!isIntersecting || !pending.has(target)) continue;
        const draw = pending.get(target);
        pending.delete(target);
        sight.unobserve(target);
        draw();
      }
    },
    { rootMargin: "800px" },
  );

  const card = (article, want) => {
    const result = article.results[want.system];
    const counts = result ? result.counts.filter((c) => c.n).map((c) => `${c.n} ${c.verdict}`).join(" · ") : "not scored";
    const about = [article.id, article.form, article.language, article.split].join(" · ");
    const summary = el(
      "summary",
      {},
      el("span", { class: "title", dir: "auto" }, article.title || article.id),
      el("span", { class: "score" }, result ? `F1 ${result.f1_text}` : ""),
      el("span", { class: "about" }, about),
      el("span", { class: "counts" }, result?.error ? `failed · ${counts}` : counts),
    );
    const body = el("div", { class: "body" });
    const details = el("details", { class: "card", "data-case": article.id }, summary, body);
    const draw = () => {
      if (body.childElementCount || pending.has(body)) return;
      pending.set(body, () => fill(body, article, want));
      sight.observe(body);
    };
    details.addEventListener("toggle", () => {
      if (details.open) opened.add(article.id);
      else opened.delete(article.id);
      if (details.open) draw();
    });
    details.open = opened.has(article.id);
    return details;
  };

  const draw = () => {
    const want = wanted();
    sight.disconnect();
    pending.clear();
    const articles = chosen(want);
    if (want.article) for (const article of articles) opened.add(article.id);
    list.replaceChildren(...articles.map((article) => card(article, want)));
    const n = articles.reduce(
      (sum, a) => sum + (a.results[want.system]?.verdicts.filter((row) => isWanted(row, want.show)).length ?? 0), 0);
    const kind = want.show === "all" ? "" : " of this kind";
    const claims = want.show === "failed" ? "" : `, ${n} ${n === 1 ? "claim" : "claims"}${kind}`;
    byId("shown").textContent = `${articles.length} of ${runs.articles.length} articles${claims}`;
  };

  // ---- controls

  const option = (value, text) => el("option", { value }, text);
  byId("system").append(...runs.systems.map((name, k) => option(k, name)));
  byId("show").append(
    option("all", "everything"), option("errors", "any error"),
    ...runs.verdicts.map((verdict) => option(verdict, verdict)), option("failed", "failed or partly lost articles"),
  );
  byId("article").append(option("", "all articles"), ...runs.articles.map((a) => option(a.id, a.title ? `${a.id}: ${a.title}` : a.id)));
  if (runs.systems.length > 1) byId("show").append(option("changed", `what differs from ${runs.systems[0]}`));
  for (const id of ["system", "show", "article", "order"]) byId(id).addEventListener("change", draw);
  let waiting;
  byId("search").addEventListener("input", () => {
    clearTimeout(waiting);
    waiting = setTimeout(draw, 120);
  });
  byId("open-all").addEventListener("click", () => {
    for (const details of list.children) details.open = true;
  });
  byId("close-all").addEventListener("click", () => {
    opened.clear();
    for (const details of list.children) details.open = false;
  });
  draw();
})();

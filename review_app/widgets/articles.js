// The list of articles. Every text is put on the page as a text node.

function element(tag, className, text) {
  const made = document.createElement(tag);
  if (className) made.className = className;
  if (text !== undefined) made.textContent = text;
  return made;
}

const plain = (event) => !event.ctrlKey && !event.metaKey && !event.shiftKey && !event.altKey && event.button === 0;

function row(line, open) {
  const made = element("li", "row");
  const main = element("div", "main");
  const title = element("a", "text", line.title);
  title.href = new URL(`?article=${encodeURIComponent(line.sha256)}`, location.href).href;
  title.dir = "auto";
  title.onclick = (event) => {
    if (!plain(event)) return;
    event.preventDefault();
    open(line.sha256);
  };
  main.append(title);
  const meta = element("p", "meta");
  if (line.about) meta.append(element("bdi", "", line.about));
  const came = element("span", line.about ? "about" : "", `came in ${line.came}`);
  came.title = line.came_at;
  meta.append(came);
  main.append(meta);
  if (line.reading) {
    const reading = element("p", "state");
    reading.append(element("bdi", line.is_loss ? "loss" : "", line.reading));
    main.append(reading);
  }
  made.append(main, element("div", "side", line.claims));
  return made;
}

export default function ({ data, parentElement, setTriggerValue }) {
  const root = parentElement.querySelector(".articles");
  const drawn = JSON.stringify(data);
  // What has not changed keeps its focus.
  if (root.dataset.drawn === drawn) return;
  root.dataset.drawn = drawn;
  const bar = element("div", "bar");
  if (data.lines.length) bar.append(element("span", "told", data.told));
  const list = element("ul", "rows");
  list.append(...data.lines.map((line) => row(line, (sha256) => setTriggerValue("opened", sha256))));
  list.onkeydown = (event) => {
    const steps = { j: 1, ArrowDown: 1, k: -1, ArrowUp: -1 };
    const at = event.target.closest(".row");
    if (!at || !(event.key in steps) || event.ctrlKey || event.metaKey || event.altKey) return;
    event.preventDefault();
    event.stopPropagation();
    list.children[[...list.children].indexOf(at) + steps[event.key]]?.querySelector(".text").focus();
  };
  root.replaceChildren(...(data.lines.length ? [bar, list] : []));
}

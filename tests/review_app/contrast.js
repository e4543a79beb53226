// Every visible text whose contrast with the ground behind it is below WCAG 2.2 AA.
() => {
  const canvas = document.createElement("canvas").getContext("2d", { willReadFrequently: true });
  const rgba = (css) => {
    canvas.clearRect(0, 0, 1, 1);
    canvas.fillStyle = css;
    canvas.fillRect(0, 0, 1, 1);
    const [r, g, b, a] = canvas.getImageData(0, 0, 1, 1).data;
    return [r, g, b, a / 255];
  };
  const over = ([r, g, b, a], [R, G, B]) => [r * a + R * (1 - a), g * a + G * (1 - a), b * a + B * (1 - a), 1];
  const luminance = (c) => {
    const [r, g, b] = c.map((v) => ((v /= 255) <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4));
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const up = (node) => node.parentElement ?? node.getRootNode().host ?? null;
  const ground = (node) => {
    const layers = [];
    for (let n = node; n; n = up(n)) layers.push(rgba(getComputedStyle(n).backgroundColor));
    return layers.reverse().reduce((below, layer) => over(layer, below), [255, 255, 255, 1]);
  };
  const opacity = (node) => {
    let product = 1;
    for (let n = node; n; n = up(n)) product *= Number(getComputedStyle(n).opacity);
    return product;
  };
  const roots = [document, ...[...document.querySelectorAll("*")].map((n) => n.shadowRoot).filter(Boolean)];
  const faint = [];
  for (const node of roots.flatMap((root) => [...root.querySelectorAll("*")])) {
    const own = [...node.childNodes].some((n) => n.nodeType === 3 && n.textContent.trim());
    const box = node.getBoundingClientRect();
    const style = getComputedStyle(node);
    if (!own || !box.width || !box.height || style.visibility === "hidden" || !document.body.contains(node) && !node.getRootNode().host) continue;
    if (["STYLE", "SCRIPT", "NOSCRIPT", "TITLE"].includes(node.tagName)) continue;
    const behind = ground(node);
    const [r, g, b, a] = rgba(style.color);
    const text = over([r, g, b, a * opacity(node)], behind);
    const [light, dark] = [luminance(text), luminance(behind)].sort((x, y) => y - x);
    const ratio = (light + 0.05) / (dark + 0.05);
    const size = parseFloat(style.fontSize);
    const large = size >= 24 || (size >= 18.66 && Number(style.fontWeight) >= 700);
    if (ratio < (large ? 3 : 4.5)) faint.push(`${node.tagName}.${node.className}: ${node.textContent.trim().slice(0, 30)} ${ratio.toFixed(2)}`);
  }
  return faint;
}

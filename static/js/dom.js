// Builds elements without ever parsing text as markup, so no record's words can become code.

const SVG = "http://www.w3.org/2000/svg";

/** An element with attributes, listeners (`onclick`) and children (nodes, text, or null). */
export function el(tag, attributes = {}, ...children) {
  return fill(document.createElement(tag), attributes, children);
}

/** The same for SVG. */
export function svg(tag, attributes = {}, ...children) {
  return fill(document.createElementNS(SVG, tag), attributes, children);
}

function fill(node, attributes, children) {
  for (const [name, value] of Object.entries(attributes)) {
    if (value === null || value === undefined || value === false) continue;
    if (name.startsWith("on")) node.addEventListener(name.slice(2), value);
    else if (name === "data") Object.assign(node.dataset, value);
    else if (name === "vars") for (const [key, to] of Object.entries(value)) node.style.setProperty(key, to);
    else if (name in node && ["checked", "value", "disabled", "open", "selected", "hidden"].includes(name)) node[name] = value;
    else node.setAttribute(name, value === true ? "" : value);
  }
  for (const child of children.flat(3)) {
    if (child !== null && child !== undefined && child !== false) node.append(child);
  }
  return node;
}

/** One of the icons of the page's sprite. */
export function icon(name, extra = "") {
  return svg("svg", { class: `icon ${extra}`, "aria-hidden": "true" }, svg("use", { href: `#i-${name}` }));
}

/** The mark of a record's kind: shape and colour, never colour alone. */
export function kindMark(kind) {
  return svg("svg", { class: `kind kind-${kind}`, "aria-hidden": "true" }, svg("use", { href: `#k-${kind}` }));
}

/** Text that keeps its own direction: numbers, codes and names. */
export function bdi(text, extra = "") {
  const own = el("bdi", {}, String(text));
  // The class goes on a wrapper: the isolate's own direction would turn the wrapper's start and end around.
  return extra ? el("span", { class: extra }, own) : own;
}

export const byId = (id) => document.getElementById(id);

export function replace(node, ...children) {
  node.replaceChildren(...children.flat(3).filter((child) => child !== null && child !== undefined && child !== false));
  return node;
}

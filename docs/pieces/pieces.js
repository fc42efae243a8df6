// What the interactive pieces share. Classic scripts without modules, requests or a build step,
// so that the pages also work when they are opened as files.
window.courseData = window.courseData || {};
window.coursePieces = window.coursePieces || {};

window.coursePieces.helpers = (() => {
  function fill(node, attributes, children) {
    for (const [name, value] of Object.entries(attributes)) {
      if (name.startsWith("on")) node.addEventListener(name.slice(2), value);
      else node.setAttribute(name, value);
    }
    node.append(...children);
    return node;
  }

  /** Return an HTML element; attributes that begin with "on" are listeners. */
  function element(tag, attributes = {}, ...children) {
    return fill(document.createElement(tag), attributes, children);
  }

  /** The same for SVG, which has a namespace of its own. */
  function shape(tag, attributes = {}, ...children) {
    return fill(document.createElementNS("http://www.w3.org/2000/svg", tag), attributes, children);
  }

  /** Write a number with a real minus sign, and never as −0. */
  function number(value, digits = 2) {
    const text = value.toFixed(digits);
    return Number(text) === 0 ? text.replace("-", "") : text.replace("-", "−");
  }

  function button(text, onclick, attributes = {}) {
    return element("button", { type: "button", onclick, ...attributes }, text);
  }

  /** Return {row, set, value}: a range with its name and its value. */
  function slider(text, { min, max, step, value }, changed) {
    const digits = (String(step).split(".")[1] || "").length;
    const input = element("input", { type: "range", min, max, step, value });
    const shown = element("output");
    const show = () => (shown.textContent = Number(input.value).toFixed(digits));
    input.addEventListener("input", () => {
      show();
      changed();
    });
    function set(next) { // raises no event
      input.value = next;
      show();
    }
    show();
    const name = element("span", {}, text);
    const row = element("label", { class: "piece-slider" }, name, shown, input);
    return { row, set, get value() { return Number(input.value); } };
  }

  /** Return {row, mark}: buttons of which one is pressed. mark(−1) releases all. */
  function choices(label, names, chosen) {
    const buttons = names.map((name, index) => button(name, () => {
      mark(index);
      chosen(index);
    }));
    function mark(index) {
      buttons.forEach((each, i) => each.setAttribute("aria-pressed", String(i === index)));
    }
    mark(0);
    const group = element("div", { class: "piece-row", role: "group", "aria-label": label });
    group.append(element("span", {}, label), ...buttons);
    return { row: group, mark };
  }

  function select(label, names, chosen) {
    const options = names.map((name, index) => element("option", { value: index }, name));
    const list = element("select", { onchange: () => chosen(Number(list.value)) }, ...options);
    return element("label", { class: "piece-row" }, element("span", {}, label), list);
  }

  /** Return {button, playing, stop}: calls tick until it returns false or someone stops it. */
  function player(milliseconds, tick) {
    let timer = 0;
    const toggle = button("Play", () => {
      if (timer) return stop();
      toggle.textContent = "Pause";
      timer = setInterval(() => tick() || stop(), milliseconds);
    });
    function stop() {
      clearInterval(timer);
      timer = 0;
      toggle.textContent = "Play";
    }
    return { button: toggle, stop, get playing() { return timer !== 0; } };
  }

  /** A line that a screen reader says when it changes. */
  function announcement() {
    const line = element("p", { class: "piece-result", "aria-live": "polite" });
    return { line, say: (text) => line.textContent !== text && (line.textContent = text) };
  }

  /** Put the piece in place of its picture. Without data the picture stays. */
  function start(name, build) {
    if (!window.courseData[name]) return;
    for (const figure of document.querySelectorAll(`figure[data-piece="${name}"]`)) {
      const picture = figure.querySelector("img");
      if (picture) figure.setAttribute("aria-label", picture.alt);
      figure.replaceChildren(build());
    }
  }

  return {
    element, shape, number, button, slider, choices, select, player, announcement, start,
  };
})();

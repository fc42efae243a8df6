// Cross-attention: which words of the source a sign of the target looks at.
(() => {
  const { element, shape, button, choices, select, announcement, start } =
    window.coursePieces.helpers;
  const data = window.courseData.attention;
  const rowHeight = 38;

  function build() {
    let [example, layer, head, target] = [0, 0, 0, 0];
    const lines = shape("svg", { preserveAspectRatio: "none", "aria-hidden": "true" });
    const words = element("div", { class: "piece-source" });
    const signs = element("div", { class: "piece-target" });
    const pairs = element("div", { class: "piece-pairs" }, words, lines, signs);
    const result = announcement();
    const numbered = (values) => values.map((_, i) => String(i + 1));
    const { weights } = data.examples[0]; // all examples are of one model
    const layers = choices("layer", numbered(weights), (chosen) => {
      layer = chosen;
      update();
    });
    const heads = choices("head", numbered(weights[0]), (chosen) => {
      head = chosen;
      update();
    });
    layers.row.hidden = weights.length === 1;
    const names = data.examples.map(({ source }) => source.join(" "));
    const examples = select("number", names, (chosen) => {
      example = chosen;
      target = 0;
      fill();
    });

    /** Write the tokens of another example. */
    function fill() {
      const { source, target: written } = data.examples[example];
      const height = rowHeight * Math.max(source.length, written.length);
      pairs.style.height = `${height}px`;
      lines.setAttribute("viewBox", `0 0 100 ${height}`);
      words.replaceChildren(...source.map((word) => element("span", {}, word)));
      signs.replaceChildren(...written.map((sign, index) => {
        const choose = () => {
          target = index;
          update();
        };
        return button(sign, choose, { onfocus: choose, onpointerenter: choose });
      }));
      update();
    }

    /** Show the weights of one sign. Only attributes change, so a button keeps its focus. */
    function update() {
      const { source, target: written, weights: all } = data.examples[example];
      const row = all[layer][head][target];
      const height = rowHeight * Math.max(source.length, written.length);
      const middle = (index, count) => ((index + 0.5) * height) / count;
      lines.replaceChildren(...row.map((weight, index) => shape("line", {
        x1: 0, y1: middle(index, source.length), x2: 100, y2: middle(target, written.length),
        // The root lets weights of a few hundredths be seen.
        "stroke-width": 1 + 6 * weight, "stroke-opacity": Math.sqrt(weight),
        "vector-effect": "non-scaling-stroke",
      })));
      row.forEach((weight, index) => words.children[index].style.setProperty("--weight", weight));
      [...signs.children].forEach((sign, index) =>
        sign.setAttribute("aria-pressed", String(index === target)));
      const largest = [...row.keys()].sort((a, b) => row[b] - row[a]).slice(0, 3)
        .filter((index) => row[index] >= 0.005);
      const said = largest.map((index) => `${source[index]} ${row[index].toFixed(2)}`).join(", ");
      result.say(`Writing ${written[target]} (character ${target + 1}), this head looks at: ${said}.`);
    }

    fill();
    const ends = ["reads", "writes"].map((name) => element("span", {}, name));
    const above = element("div", { class: "piece-ends" }, ...ends);
    return element(
      "div", { class: "piece-body" }, examples, layers.row, heads.row, above, pairs, result.line);
  }

  start("attention", build);
})();

// What temperature and nucleus do to the distribution of the next character.
(() => {
  const { element, button, slider, select, announcement, start } = window.coursePieces.helpers;
  const data = window.courseData.sampling;
  const [rows, draws] = [15, 50];

  const sum = (values) => values.reduce((total, value) => total + value, 0);
  const percent = (share) => `${(100 * share).toFixed(1)}%`;
  const visible = (text) => text.replaceAll(" ", "␣").replaceAll("\n", "↵");

  function softmax(logits, temperature) {
    const largest = Math.max(...logits); // the powers stay finite
    const powers = logits.map((logit) => Math.exp((logit - largest) / temperature));
    const total = sum(powers);
    return powers.map((power) => power / total);
  }

  /** Keep the smallest set of most probable characters with probability ≥ p, and renormalize. */
  function nucleus(probabilities, p) {
    if (p >= 1) return probabilities; // else rounding could drop the very last ones
    let [before, least] = [0, 1];
    for (const probability of [...probabilities].sort((a, b) => b - a)) {
      if (before >= p) break;
      least = probability;
      before += probability;
    }
    const kept = probabilities.map((probability) => (probability >= least ? probability : 0));
    const total = sum(kept);
    return kept.map((probability) => probability / total);
  }

  function probabilities(index, temperature, p) {
    return nucleus(softmax(data.contexts[index].logits, temperature), p);
  }

  function entropy(shares) {
    return sum(shares.map((share) => (share > 0 ? -share * Math.log2(share) : 0)));
  }

  /** A small generator with a seed (mulberry32): all readers draw the same. */
  function randomNumbers(seed) {
    return () => {
      seed = (seed + 0x6d2b79f5) | 0;
      let mixed = Math.imul(seed ^ (seed >>> 15), 1 | seed);
      mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
      return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
    };
  }

  function drawn(shares, random) {
    let rest = random();
    const found = shares.findIndex((share) => (rest -= share) < 0);
    return found >= 0 ? found : shares.indexOf(Math.max(...shares)); // rounding left a rest
  }

  /** Return a row of the table; gray if the character is never drawn. */
  function line(name, probability, share, count) {
    const bar = element("div", { style: `width: ${100 * probability}%` });
    return element(
      "tr", share > 0 ? {} : { class: "piece-out" },
      element("th", { scope: "row" }, name),
      element("td", { "aria-label": percent(probability) }, bar),
      element("td", {}, share > 0 ? percent(share) : "never"),
      element("td", {}, String(count)));
  }

  function build() {
    let index = 0;
    const random = randomNumbers(0);
    const temperature = slider("temperature T", { min: 0.1, max: 2, step: 0.05, value: 1 }, update);
    const p = slider("nucleus p", { min: 0.1, max: 1, step: 0.01, value: 0.9 }, update);
    const text = element("pre", { tabindex: 0, "aria-label": "The text so far" });
    const table = element("table", { class: "piece-bars", "aria-label": "The next character" });
    const letters = element("p", { class: "piece-letters" });
    const [result, summary] = [announcement(), announcement()];
    const contexts = select(
      "after the text",
      data.contexts.map((context, i) => `${i + 1}: …${visible(context.text.slice(-24))}`),
      (chosen) => {
        index = chosen;
        update();
      });

    function update() {
      show();
      letters.textContent = "";
      summary.say("");
    }

    function show(counts) {
      const { text: before, characters, logits } = data.contexts[index];
      const tempered = softmax(logits, temperature.value);
      const shares = probabilities(index, temperature.value, p.value);
      const order = [...characters.keys()].sort((a, b) => logits[b] - logits[a]);
      const ofOthers = (values) => sum(order.slice(rows).map((i) => values[i]));
      const heads = ["", "probability at T", "drawn with", `of ${draws}`];
      text.textContent = before;
      table.replaceChildren(
        element("tr", {}, ...heads.map((head) => element("th", { scope: "col" }, head))),
        ...order.slice(0, rows).map((i) =>
          line(visible(characters[i]), tempered[i], shares[i], counts ? counts[i] : "")),
        line("others", ...[tempered, shares].map(ofOthers), counts ? ofOthers(counts) : ""));
      const kept = shares.filter((share) => share > 0).length;
      result.say(`${kept} of ${characters.length} characters are kept; ` +
        `the entropy is ${entropy(shares).toFixed(2)} bits.`);
    }

    function draw() {
      const { characters } = data.contexts[index];
      const shares = probabilities(index, temperature.value, p.value);
      const counts = characters.map(() => 0);
      const found = Array.from({ length: draws }, () => drawn(shares, random));
      found.forEach((i) => counts[i]++);
      show(counts);
      letters.textContent = found.map((i) => visible(characters[i])).join(" ");
      const order = [...new Set(found)].sort((a, b) => counts[b] - counts[a]);
      const most = order.slice(0, 3).map((i) => `${visible(characters[i])} ${counts[i]} times`);
      summary.say(`${draws} draws for this one place: ${order.length} different, ` +
        `${most.join(", ")}.`);
    }

    update();
    return element(
      "div", { class: "piece-body" }, contexts, text, temperature.row, p.row, result.line, table,
      element("div", { class: "piece-row" }, button(`Draw ${draws}`, draw)), summary.line, letters);
  }

  window.coursePieces.sampling = { probabilities };
  start("sampling", build);
})();

// Gradient descent on J(θ) = (θ − 1)²: the path on the parabola, and θ by step.
(() => {
  const { element, shape, number, slider, choices, player, announcement, start } =
    window.coursePieces.helpers;
  const data = window.courseData.quadratic;

  const loss = (theta) => (theta - data.minimum) ** 2;
  const gradient = (theta) => 2 * (theta - data.minimum);

  /** Return θ₀, θ₁, …, computed in the notebook's order, so that no digit differs. */
  function path(rate) {
    const thetas = [data.start];
    for (let step = 0; step < data.steps; step++) {
      thetas.push(thetas[step] - rate * gradient(thetas[step]));
    }
    return thetas;
  }

  function behavior(rate, error) {
    if (rate === 0) return "Stands still";
    if (rate === 0.5) return "Arrives in one step";
    if (rate === 1) return "Oscillates for ever";
    if (rate > 1) return "Diverges";
    if (rate > 0.5) return "Overshoots and converges";
    return error > 0.01 ? "Creeps" : "Converges from one side";
  }

  function describe(rate, theta) {
    const what = behavior(rate, Math.abs(theta - data.minimum));
    const factor = number(1 - 2 * rate); // see the notebook: the errors are its powers
    return `${what}: each step multiplies the error by ${factor}; ` +
      `after ${data.steps} steps θ is ${number(theta, 4)}.`;
  }

  /** Return axes with a layer that is cut off at its edge, and the scales to draw on it. */
  function chart(title, xs, ys, xTicks, yTicks, xName, yName) {
    const [left, top, width, height] = [38, 26, 294, 190];
    const x = (value) => ((value - xs[0]) / (xs[1] - xs[0])) * width;
    const y = (value) => height - ((value - ys[0]) / (ys[1] - ys[0])) * height;
    const layer = shape("svg", { x: left, y: top, width, height, overflow: "hidden" });
    const text = (at, down, content, anchor = "middle") =>
      shape("text", { x: at, y: down, "text-anchor": anchor }, content);
    const svg = shape(
      "svg", { viewBox: "0 0 340 256", role: "img", "aria-label": title },
      text(left + width / 2, 16, title),
      shape("rect", { x: left, y: top, width, height, class: "piece-frame" }),
      ...xTicks.map((tick) => text(left + x(tick), top + height + 16, number(tick, 0))),
      ...yTicks.map((tick) => text(left - 6, top + y(tick) + 4, number(tick, 0), "end")),
      text(left + width / 2, 250, xName),
      text(left - 6, 16, yName, "end"),
      layer,
    );
    return { svg, layer, x, y };
  }

  function drawing(points) {
    const line = shape("polyline", { points: points.join(" "), class: "piece-path" });
    const dots = points.map(([cx, cy], index) =>
      shape("circle", { cx, cy, r: index === points.length - 1 ? 6 : 4, class: "piece-dot" }));
    return [line, ...dots];
  }

  function build() {
    const reach = [data.minimum - 2.2, data.minimum + 2.2];
    const bowl = chart(
      "steps on J(θ)", reach, [-0.2, 4.84], [-1, 0, 1, 2, 3], [0, 2, 4], "θ", "J");
    const time = chart(
      "θ by step", [-0.5, data.steps + 0.5], reach, [0, 5, 10, 15, 20], [-1, 0, 1, 2, 3],
      "step", "θ");
    const curve = Array.from({ length: 89 }, (_, i) => {
      const theta = reach[0] + i * 0.05;
      return [bowl.x(theta), bowl.y(loss(theta))];
    });
    const parabola = shape("polyline", { points: curve.join(" "), class: "piece-line" });
    const level = time.y(data.minimum);
    const ends = { x1: 0, x2: "100%", y1: level, y2: level };
    const goal = shape("line", { ...ends, class: "piece-line" });

    const rates = Object.keys(data.paths).map(Number).sort((a, b) => a - b);
    const rate = slider("step size α", { min: 0, max: 1.1, step: 0.01, value: 0.1 }, update);
    const steps = slider(
      "steps shown", { min: 0, max: data.steps, step: 1, value: data.steps },
      () => {
        play.stop();
        update();
      });
    const presets = choices("α =", rates.map(String), (index) => {
      rate.set(rates[index]);
      update();
    });
    const play = player(350, () => {
      steps.set(steps.value === data.steps ? 0 : steps.value + 1);
      update();
      return steps.value < data.steps;
    });
    const result = announcement();

    function update() {
      const thetas = path(rate.value);
      const shown = thetas.slice(0, steps.value + 1);
      presets.mark(rates.indexOf(rate.value));
      bowl.layer.replaceChildren(
        parabola, ...drawing(shown.map((theta) => [bowl.x(theta), bowl.y(loss(theta))])));
      time.layer.replaceChildren(
        goal, ...drawing(shown.map((theta, step) => [time.x(step), time.y(theta)])));
      result.say(describe(rate.value, thetas.at(-1)));
    }

    update();
    return element(
      "div", { class: "piece-body" },
      rate.row, presets.row, result.line,
      element("div", { class: "piece-charts" }, bowl.svg, time.svg),
      steps.row, element("div", { class: "piece-row" }, play.button));
  }

  window.coursePieces.quadratic = { path };
  start("quadratic", build);
})();

// A 3×3 filter slides over a digit and fills its output map.
(() => {
  const { element, number, button, choices, player, announcement, start } =
    window.coursePieces.helpers;
  const data = window.courseData.filter;
  const cell = 10; // canvas pixels for a number; CSS scales the canvas

  /** Return the nine products of the filter and the pixels under it. */
  function products(index, row, column) {
    return data.filters[index].kernel.flatMap((weights, i) =>
      weights.map((weight, j) => weight * (data.image[row + i][column + j] / 255)));
  }

  /** Return the whole map: the cross-correlation, at places where the filter fits. */
  function output(index) {
    const places = [...Array(data.image.length - 2).keys()];
    return places.map((row) => places.map((column) => sum(products(index, row, column))));
  }

  const sum = (values) => values.reduce((total, value) => total + value, 0);

  /** Blue is negative, white zero, red positive, as in the notebook. */
  function signedColor(share) {
    const end = share < 0 ? [33, 102, 172] : [178, 24, 43];
    const mixed = end.map((value) => Math.round(247 + (value - 247) * Math.abs(share)));
    return `rgb(${mixed.join(" ")})`;
  }

  function frame(context, row, column, size) {
    // Two lines, dark and bright: one of them is seen on every ground.
    for (const [color, width] of [["#000", 5], ["#ffb000", 3]]) {
      context.strokeStyle = color;
      context.lineWidth = width;
      context.strokeRect(column * cell, row * cell, size * cell, size * cell);
    }
  }

  function build() {
    const size = data.image.length;
    const last = size - 3; // the last place where the filter fits
    let [index, row, column] = [0, 8, 8];
    let map = output(index);
    const visited = map.map((line) => line.map(() => false));

    const digit = element("canvas", {
      width: size * cell, height: size * cell, class: "piece-digit",
      tabindex: 0, role: "application", // so that a screen reader leaves us the arrow keys
      "aria-label": "The digit. Arrow keys move the window of the filter.",
      onkeydown: pressed, onpointerdown: pointed, onpointermove: pointed,
    });
    const answer = element("canvas", {
      width: map.length * cell, height: map.length * cell, role: "img",
      "aria-label": "The output map, filled where the window has been.",
    });
    const weights = element("table", { "aria-label": "filter × pixels under it" });
    const terms = element("p", { class: "piece-sum" });
    const result = announcement();
    const filters = choices("filter", data.filters.map((filter) => filter.name), (chosen) => {
      index = chosen;
      map = output(index);
      update();
    });
    const play = player(40, () => {
      // Along the row, then to the next; after the last place from the start.
      const place = (row * (last + 1) + column + 1) % (last + 1) ** 2;
      move(Math.floor(place / (last + 1)), place % (last + 1));
      return !(row === last && column === last);
    });
    const fillAll = (value) => {
      play.stop();
      visited.forEach((line) => line.fill(value));
      update();
    };

    function move(nextRow, nextColumn) {
      row = Math.max(0, Math.min(last, nextRow));
      column = Math.max(0, Math.min(last, nextColumn));
      update();
    }

    function pressed(event) {
      const steps = { ArrowUp: [-1, 0], ArrowDown: [1, 0], ArrowLeft: [0, -1], ArrowRight: [0, 1] };
      const step = steps[event.key];
      if (!step) return;
      event.preventDefault(); // else the page scrolls
      play.stop();
      move(row + step[0], column + step[1]);
    }

    function pointed(event) {
      if (event.type === "pointerdown") digit.setPointerCapture(event.pointerId);
      if (!event.buttons) return;
      play.stop();
      const box = digit.getBoundingClientRect();
      const pixel = (distance) => Math.floor((distance / box.width) * size) - 1; // its middle
      move(pixel(event.clientY - box.top), pixel(event.clientX - box.left));
    }

    function update() {
      visited[row][column] = true;
      draw();
      const kernel = data.filters[index].kernel;
      const largest = Math.max(...kernel.flat().map(Math.abs));
      const cells = (line, i) => line.map((weight, j) => {
        const share = weight / largest;
        const ink = Math.abs(share) > 0.6 ? "#fff" : "#000";
        const pixel = number(data.image[row + i][column + j] / 255);
        const shown = element("b", {}, number(weight, Number.isInteger(weight) ? 0 : 2));
        const style = `background: ${signedColor(share)}; color: ${ink}`;
        return element("td", { style }, shown, element("br"), `× ${pixel}`);
      });
      weights.replaceChildren(...kernel.map((line, i) => element("tr", {}, ...cells(line, i))));
      const added = products(index, row, column).map((value) => number(value)).join(" + ");
      terms.textContent = `${added.replaceAll("+ −", "− ")} =`;
      // Forty places a second are too many to be read aloud.
      result.line.setAttribute("aria-live", play.playing ? "off" : "polite");
      result.say(`Output at row ${row}, column ${column}: ${number(map[row][column])}`);
    }

    function draw() {
      const image = digit.getContext("2d");
      data.image.forEach((line, i) => line.forEach((value, j) => {
        image.fillStyle = `rgb(${value} ${value} ${value})`;
        image.fillRect(j * cell, i * cell, cell, cell);
      }));
      frame(image, row, column, 3);
      const picture = answer.getContext("2d");
      const largest = Math.max(...map.flat().map(Math.abs)) || 1;
      picture.clearRect(0, 0, answer.width, answer.height);
      map.forEach((line, i) => line.forEach((value, j) => {
        if (!visited[i][j]) return;
        picture.fillStyle = signedColor(value / largest);
        picture.fillRect(j * cell, i * cell, cell, cell);
      }));
      frame(picture, row, column, 1);
    }

    update();
    const all = button("Show all", () => fillAll(true));
    const none = button("Clear", () => fillAll(false));
    const part = (name, ...content) => element("div", { class: `piece-${name}` }, ...content);
    return element(
      "div", { class: "piece-body" }, filters.row, part("row", play.button, all, none),
      part("maps",
        part("image", element("span", {}, `digit, ${size} × ${size}`), digit),
        part("middle", element("span", {}, "filter × pixels"), weights, terms, result.line),
        part("answer", element("span", {}, `output, ${map.length} × ${map.length}`), answer)),
      element("p", { class: "piece-note" }, "Blue is negative, white zero, red positive."));
  }

  window.coursePieces.filter = { output };
  start("filter", build);
})();

// A digit that the reader draws is read by the notebook's network, in the browser.
(() => {
  const { element, button, announcement, start } = window.coursePieces.helpers;
  const data = window.courseData.reader;
  const vendor = new URL("../vendor/", document.currentScript.src).href;
  const [drawn, box, size] = [280, 20, 28]; // the canvas, the digit in the image, the image
  let session = null; // the promise of the network
  let ready = false;

  function script(name) {
    return new Promise((onload, onerror) => {
      document.head.append(element("script", { src: `${vendor}${name}`, onload, onerror }));
    });
  }

  const bytes = (text) => Uint8Array.from(atob(text), (character) => character.charCodeAt(0));

  /** Load the runtime once, when it is first needed: it is several megabytes. Its parts come as
      scripts, not as files to fetch, so that it also runs in a page that is opened as a file. */
  function load() {
    session = session || script("ort.wasm.min.js").then(() => script("ort.embedded.js")).then(() => {
      const { glue, wasm } = window.ortEmbedded;
      const mjs = URL.createObjectURL(new Blob([bytes(glue)], { type: "text/javascript" }));
      // One thread: more need headers that a plain file server does not send.
      const settings = { numThreads: 1, wasmPaths: { mjs }, wasmBinary: bytes(wasm).buffer };
      Object.assign(window.ort.env.wasm, settings);
      window.ort.env.logLevel = "error";
      return window.ort.InferenceSession.create(bytes(data.model), { executionProviders: ["wasm"] });
    }).catch(() => {
      throw new Error("The network could not be loaded. Please load the page again.");
    });
    return session;
  }

  /** Return the promise of ten probabilities for 28×28 numbers 0 to 255. */
  async function probabilities(image) {
    const network = await load();
    ready = true;
    const pixels = Float32Array.from(image.flat());
    const input = new window.ort.Tensor("float32", pixels, [1, size, size, 1]);
    const results = await network.run({ [network.inputNames[0]]: input });
    const values = Array.from(results[network.outputNames[0]].data);
    if (data.output === "probabilities") return values;
    const powers = values.map((value) => Math.exp(value - Math.max(...values)));
    return powers.map((power) => power / powers.reduce((a, b) => a + b));
  }

  /** Prepare as MNIST was: the digit fits into 20×20, its center of mass lies in the middle.
      `ink` is a square of rows; returns 28×28 numbers, or null if nothing is drawn. */
  function prepare(ink) {
    const rows = [...ink.keys()].filter((i) => ink[i].some((value) => value > 25));
    const columns = [...ink.keys()].filter((j) => ink.some((line) => line[j] > 25));
    if (!rows.length) return null;
    const [top, left] = [rows[0], columns[0]];
    const [height, width] = [rows.at(-1) + 1 - top, columns.at(-1) + 1 - left];
    const scale = Math.max(height, width) / box; // pixels of the drawing for one of the image
    const small = (i, j) => { // the mean of the pixels that become one
      let [total, count] = [0, 0];
      for (let y = Math.floor(top + i * scale); y < top + (i + 1) * scale; y++) {
        for (let x = Math.floor(left + j * scale); x < left + (j + 1) * scale; x++) {
          total += y < top + height && x < left + width ? ink[y][x] : 0;
          count += 1;
        }
      }
      return total / count;
    };
    const places = [...Array(box).keys()];
    const digit = places.map((i) => places.map((j) => small(i, j)));
    let [mass, down, right] = [0, 0, 0];
    digit.forEach((line, i) => line.forEach((value, j) => {
      [mass, down, right] = [mass + value, down + value * i, right + value * j];
    }));
    // To pixel 14, counted from 0, where the digits of MNIST have it; and by whole pixels,
    // or the digit would be blurred.
    const shift = (moment) => Math.round(size / 2 - moment / mass);
    const [moveDown, moveRight] = [shift(down), shift(right)];
    const all = [...Array(size).keys()];
    return all.map((i) => all.map((j) => Math.round(digit[i - moveDown]?.[j - moveRight] ?? 0)));
  }

  const percent = (share) => `${(100 * share).toFixed(1)}%`;

  function paint(canvas, image) {
    const context = canvas.getContext("2d");
    image.forEach((line, i) => line.forEach((value, j) => {
      context.fillStyle = `rgb(${value} ${value} ${value})`;
      context.fillRect(j, i, 1, 1);
    }));
  }

  function small(label) {
    return element("canvas", { width: size, height: size, role: "img", "aria-label": label });
  }

  function build() {
    const canvas = element("canvas", {
      width: drawn, height: drawn, class: "piece-drawing", role: "img",
      "aria-label": "Draw a digit here. Without a pointer, choose one of the test digits.",
      onpointerdown: begin, onpointermove: stroke, onpointerup: end, onpointercancel: end,
    });
    const pen = canvas.getContext("2d", { willReadFrequently: true });
    const seen = small("what the network sees");
    const bars = element("table", { class: "piece-bars", "aria-label": "Probabilities" });
    const result = announcement();
    let [last, latest] = [null, 0];

    function place(event) {
      const rectangle = canvas.getBoundingClientRect();
      const zoom = drawn / rectangle.width;
      return [(event.clientX - rectangle.left) * zoom, (event.clientY - rectangle.top) * zoom];
    }

    function begin(event) {
      canvas.setPointerCapture(event.pointerId);
      load().catch(() => {}); // loads while the reader draws; an error is told when it reads
      last = place(event);
      stroke(event);
    }

    function stroke(event) {
      if (!last) return;
      const next = place(event);
      Object.assign(pen, { lineWidth: 20, lineCap: "round", strokeStyle: "#fff" });
      Object.assign(pen, { shadowColor: "#fff", shadowBlur: 5 }); // a soft edge
      pen.beginPath();
      pen.moveTo(...last);
      pen.lineTo(next[0] + 0.01, next[1]); // a line of length 0, from a tap, is not drawn
      pen.stroke();
      last = next;
    }

    function end() {
      if (last) read();
      last = null;
    }

    function clear() {
      latest += 1; // an answer that is still on its way is no longer wanted
      pen.shadowBlur = 0;
      pen.fillStyle = "#000";
      pen.fillRect(0, 0, drawn, drawn);
      paint(seen, Array(size).fill(Array(size).fill(0)));
      show(Array(10).fill(0));
      result.say("Draw a digit.");
    }

    function read() {
      const { data: values } = pen.getImageData(0, 0, drawn, drawn);
      const ink = Array.from({ length: drawn }, (_, i) =>
        Array.from({ length: drawn }, (_, j) => values[4 * (i * drawn + j)]));
      const image = prepare(ink);
      if (image) ask(image);
      else result.say("Nothing is drawn yet.");
    }

    async function ask(image) {
      const question = ++latest;
      paint(seen, image);
      if (!ready) result.say("The network is being loaded …");
      try {
        const answer = await probabilities(image);
        if (question !== latest) return;
        const [first, second] = [...answer.keys()].sort((a, b) => answer[b] - answer[a]);
        show(answer);
        result.say(`It reads ${first} (${percent(answer[first])}), ` +
          `then ${second} (${percent(answer[second])}).`);
      } catch (error) {
        if (question === latest) result.say(error.message);
      }
    }

    function show(answer) {
      const largest = Math.max(...answer);
      bars.replaceChildren(...answer.map((share, digit) => element(
        "tr", share > 0 && share === largest ? {} : { class: "piece-out" },
        element("th", { scope: "row" }, String(digit)),
        element("td", {}, element("div", { style: `width: ${100 * share}%` })),
        element("td", {}, largest > 0 ? percent(share) : ""))));
    }

    const examples = data.examples.map(({ image }, index) => {
      const picture = small(`test digit ${index + 1}`);
      paint(picture, image);
      return button(picture, () => {
        clear();
        ask(image);
      }, { "aria-label": `Read test digit ${index + 1}` });
    });

    clear();
    const row = (...content) => element("div", { class: "piece-row" }, ...content);
    return element(
      "div", { class: "piece-body" },
      element("div", { class: "piece-reader" },
        element("div", {}, canvas, row(button("Clear", clear), button("Read", read))),
        element("div", {}, row(element("span", {}, "what the network sees"), seen), bars)),
      result.line,
      row(element("span", {}, "or choose a test digit"), ...examples));
  }

  window.coursePieces.reader = { probabilities, prepare };
  start("reader", build);
})();

// Arrange each slide, draw its diagrams, make its text smaller where it would not fit its page, then show them.
(async function () {
  const HEIGHT = 900, MARGIN = 24, LARGEST = 28, SMALLEST = 16;
  const slides = [...document.querySelectorAll(".slides section section")];

  function column(kind, children) {
    const element = document.createElement("div");
    element.className = `column ${kind}`;
    element.append(...children);
    return element;
  }

  function arrange(slide) {
    slide.append(...slide.querySelectorAll("aside"));
    const children = [...slide.children].filter((child) => !child.matches("aside"));
    const isText = (child) => child.matches(".jp-MarkdownCell") || child.querySelector(".jp-MarkdownCell");
    const texts = children.filter(isText), codes = children.filter((child) => !isText(child));
    const wide = [...slide.querySelectorAll("img")].some((image) => image.naturalWidth > 1.9 * image.naturalHeight);
    const words = texts.map((child) => child.textContent).join(" ").split(/\s+/).length;
    const besides = texts.length && codes.length && !(wide && words < 90);
    slide.classList.add(besides ? "columns" : "rows");
    if (besides) slide.append(column("text", texts), column("code", codes));
    else slide.append(column("all", children));
  }

  async function draw() {
    mermaid.initialize({ startOnLoad: false, theme: "neutral", securityLevel: "strict" });
    for (const [number, block] of document.querySelectorAll(".jp-Mermaid").entries()) {
      const figure = document.createElement("div");
      figure.className = "diagram";
      figure.setAttribute("role", "img");
      figure.setAttribute("aria-label", `Diagram: ${block.textContent}`);
      figure.innerHTML = (await mermaid.render(`diagram-${number}`, block.textContent)).svg;
      block.replaceWith(figure);
    }
  }

  const tooHigh = (part) => part.offsetHeight > HEIGHT - 2 * MARGIN;

  const widthOf = (wide) => (wide.matches("table") ? wide : wide.firstElementChild).offsetWidth;

  const sizeOf = (element) => parseFloat(getComputedStyle(element).fontSize);

  // A long formula or a table gets more of the page, then smaller; where a slide is too high, its figure does, then its text.
  function fit(slide) {
    const wides = [...slide.querySelectorAll("mjx-container[display=true], .jp-RenderedHTMLCommon table")];
    const text = slide.querySelector(".text");
    if (text && wides.some((wide) => text.contains(wide) && widthOf(wide) > 1.2 * text.offsetWidth)) slide.classList.add("long");
    for (const part of slide.querySelectorAll(".column")) {
      for (const wide of wides.filter((wide) => part.contains(wide) && widthOf(wide) > part.offsetWidth)) {
        const own = sizeOf(wide) / sizeOf(wide.parentElement);
        wide.style.fontSize = `${(100 * own * part.offsetWidth) / widthOf(wide)}%`;
      }
      for (let height = 700; tooHigh(part) && part.querySelector("img") && height > 420; height -= 20) {
        part.style.setProperty("--figure", `${height}px`);
      }
      for (let size = LARGEST; tooHigh(part) && size > SMALLEST; size -= 1) part.style.setProperty("--size", `${size}px`);
    }
  }

  await Promise.all([...document.images].map((image) => image.decode()));
  slides.forEach(arrange);
  await draw();
  await MathJax.startup.promise;
  // All at once, before one is shown: the speaker view opens this page too, and sets the slide meanwhile.
  document.querySelector(".reveal").classList.add("measured");
  slides.forEach(fit);
  document.querySelector(".reveal").classList.remove("measured");
  await Reveal.initialize({
    width: 1600, height: HEIGHT, margin: 0, center: false, hash: true, slideNumber: "c/t", transition: "none",
    plugins: [RevealNotes],
  });
  document.body.dataset.ready = "true";
})();

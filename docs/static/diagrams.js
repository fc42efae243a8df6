// Draw each Mermaid block with the library that this site serves itself, again when light and dark are exchanged.
if (location.protocol === "file:" && window.DOCUMENTATION_OPTIONS) {
  DOCUMENTATION_OPTIONS.SHOW_SEARCH_SUMMARY = false; // it would fetch pages, which browsers refuse there
}
(function () {
  const dark = () => document.documentElement.dataset.theme === "dark";

  async function draw(figures) {
    mermaid.initialize({ startOnLoad: false, theme: dark() ? "dark" : "neutral", securityLevel: "strict" });
    for (const [number, { figure, text }] of figures.entries()) {
      const { svg } = await mermaid.render(`diagram-${number}`, text);
      figure.innerHTML = svg;
    }
  }

  document.addEventListener("DOMContentLoaded", () => {
    const figures = [...document.querySelectorAll(".highlight-mermaid")].map((block) => {
      const figure = document.createElement("div");
      const text = block.querySelector("pre").textContent;
      figure.className = "diagram";
      figure.setAttribute("role", "img");
      figure.setAttribute("aria-label", `Diagram: ${text}`);
      block.replaceWith(figure);
      return { figure, text };
    });
    if (!figures.length) return;
    draw(figures);
    new MutationObserver(() => draw(figures)).observe(document.documentElement, { attributeFilter: ["data-theme"] });
  });
})();

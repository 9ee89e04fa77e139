(function () {
  "use strict";
  // `ast`: expressions are interpreted, not compiled, so that the page needs no eval.
  const options = { mode: "vega-lite", renderer: "svg", actions: false, ast: true };
  for (const place of document.querySelectorAll("[data-chart]")) {
    const specification = JSON.parse(document.getElementById(place.dataset.chart).textContent);
    window.vegaEmbed(place, specification, options).then(
      function () {
        place.dataset.state = "drawn";
      },
      function (error) {
        place.dataset.state = "failed";
        place.textContent = "This figure could not be drawn (" + error.message + "). Its numbers are below.";
      }
    );
  }
})();

(function () {
  "use strict";
  const table = document.getElementById("probes");
  if (!table) return;
  const PAGE = 50;
  const CLASSES = { "right": "right", "right, but in another language": "elsewhere", "the rival": "rival", "wrong": "wrong" };
  const PARADIGMS = { "in-context": "in context", "fine-tuning": "fine-tuning", "untaught": "nothing" };
  const data = JSON.parse(document.getElementById("probes-data").textContent);
  const labels = JSON.parse(document.getElementById("language-labels").textContent);
  const columns = data.columns;
  const search = document.getElementById("search");
  const selects = Array.from(document.querySelectorAll("select[data-column]"));
  const searched = ["question", "reference", "rival", "answer"];
  for (const name of searched) columns[name].folded = columns[name].levels.map(fold);

  let found = [];
  let first = 0;

  function fold(text) {
    return text.normalize("NFKC").toLowerCase();
  }

  function value(name, row) {
    return columns[name].levels[columns[name].codes[row]];
  }

  // Texts are searched once for each distinct one, not once for each row.
  function matching(wanted) {
    return searched.map(function (name) {
      const hits = columns[name].folded.map(function (text) { return text.includes(wanted); });
      return function (row) { return hits[columns[name].codes[row]]; };
    });
  }

  function filter() {
    const wanted = fold(search.value.trim());
    const tests = wanted ? matching(wanted) : [];
    const chosen = selects
      .filter(function (select) { return select.value !== ""; })
      .map(function (select) { return [columns[select.dataset.column].codes, Number(select.value)]; });
    found = [];
    for (let row = 0; row < data.rows; row++) {
      if (chosen.every(function (pair) { return pair[0][row] === pair[1]; }) &&
          (!wanted || tests.some(function (test) { return test(row); }))) found.push(row);
    }
    first = 0;
    show();
  }

  // Answers are a model's words: they are set as text, never as markup.
  function cell(line, text, options) {
    const made = document.createElement("td");
    if (options.label) made.dataset.label = options.label;
    if (options.muted) made.className = "muted";
    if (options.lang) {
      made.lang = options.lang;
      made.dir = "auto";
    }
    made.textContent = text;
    line.appendChild(made);
    return made;
  }

  function below(place, words, text, lang) {
    const made = document.createElement("span");
    made.className = "below";
    made.textContent = words;
    if (text) {
      const said = document.createElement("bdi");
      said.lang = lang;
      said.textContent = text;
      made.appendChild(said);
    }
    place.appendChild(made);
  }

  function line(row) {
    const made = document.createElement("tr");
    const asked = value("asked", row);
    const verdict = document.createElement("span");
    verdict.className = "verdict verdict-" + CLASSES[value("verdict", row)];
    verdict.textContent = value("verdict_words", row);
    cell(made, "", {}).appendChild(verdict);
    cell(made, value("question", row), { lang: asked });
    const reference = cell(made, value("reference", row), { lang: asked, label: "Right answer" });
    const wrongly = value("lesson", row) === "wrong answers";
    if (value("rival", row)) below(reference, (wrongly ? "Taught wrongly: " : "Rival: "), value("rival", row), asked);
    const answer = value("answer", row);
    if (answer.trim()) cell(made, answer, { lang: value("answer_language", row), label: "The model’s answer" });
    else cell(made, "(nothing)", { muted: true, label: "The model’s answer" });
    const taught = value("taught", row);
    const against = value("against", row);
    const pair = cell(made, taught + (against ? " against " + against : "") + " → " + asked, { label: "Taught → asked" });
    pair.title = "Taught in " + labels[taught] + (against ? ", against " + labels[against] : "") + ", asked in " + labels[asked];
    if (against) {
      const swapped = value("lesson", row).startsWith("rivals");
      below(pair, taught + (swapped ? ": rivals, " : ": answers, ") + against + (swapped ? ": answers" : ": rivals"), "", "");
    } else if (wrongly) below(pair, "wrong answers", "", "");
    const paradigm = value("paradigm", row);
    const stage = paradigm === "untaught" ? "" : value("stage", row);
    const model = columns.model.levels.length > 1 ? ", " + value("model", row) : "";
    cell(made, PARADIGMS[paradigm] + (stage ? ", " + stage : "") + model, { muted: true });
    return made;
  }

  function show() {
    const last = Math.min(first + PAGE, found.length);
    table.tBodies[0].replaceChildren.apply(table.tBodies[0], found.slice(first, last).map(line));
    const all = data.rows.toLocaleString("en");
    const these = found.length === data.rows ? all : found.length.toLocaleString("en") + " of " + all;
    document.getElementById("count").textContent = found.length
      ? (first + 1).toLocaleString("en") + "–" + last.toLocaleString("en") + " of " + these + " answers"
      : "No answer of " + all + " fits";
    document.getElementById("previous").disabled = first === 0;
    document.getElementById("next").disabled = last === found.length;
  }

  function turn(by) {
    first += by;
    show();
    document.getElementById("filters").scrollIntoView({ block: "start" });
  }

  let waiting = 0;
  search.addEventListener("input", function () {
    window.clearTimeout(waiting);
    waiting = window.setTimeout(filter, 120);
  });
  for (const select of selects) select.addEventListener("change", filter);
  document.getElementById("filters").addEventListener("submit", function (event) { event.preventDefault(); });
  document.getElementById("previous").addEventListener("click", function () { turn(-PAGE); });
  document.getElementById("next").addEventListener("click", function () { turn(PAGE); });
  filter();
})();

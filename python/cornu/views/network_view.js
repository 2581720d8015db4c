// The picture of a traced step of training, and a slider over what it did. Pictures and texts come
// from Python; here one of them is shown.

function button(text, label) {
  const made = document.createElement("button");
  made.type = "button";
  made.textContent = text;
  made.setAttribute("aria-label", label);
  return made;
}

function labelled(input, text) {
  const label = document.createElement("label");
  const words = document.createElement("span");
  words.textContent = text;
  label.append(words, input);
  return label;
}

function range(name, most) {
  const input = document.createElement("input");
  input.type = "range";
  input.min = 0;
  input.max = most;
  input.step = 1;
  input.className = `cornu-${name}`;
  return input;
}

// What may be wider than the view: keys reach it and move it.
function scroller(tag, classes, label) {
  const made = document.createElement(tag);
  made.className = classes;
  made.tabIndex = 0;
  made.setAttribute("role", "group");
  made.setAttribute("aria-label", label);
  return made;
}

function render({ model, el }) {
  const count = model.get("_titles").length;
  const rows = model.get("_row_count");
  const root = document.createElement("div");
  root.className = "cornu-network-view cornu-themed";
  // The sliders' keys are theirs: JupyterLab, and what listens further out, would take them.
  root.setAttribute("data-lm-suppress-shortcuts", "true");
  root.addEventListener("keydown", (event) => event.stopPropagation());
  const controls = document.createElement("div");
  controls.className = "cornu-controls";
  const back = button("◀", "The step before");
  const next = button("▶", "The next step");
  const slider = range("step", count - 1);
  controls.append(back, labelled(slider, "Step"), next);
  const row = range("row", rows - 1);
  const rowNumber = document.createElement("output");
  const place = document.createElement("output");
  place.className = "cornu-place";
  controls.append(place);
  if (rows > 1) {
    controls.append(labelled(row, "Row"), rowNumber);
  }
  const picture = scroller("div", "cornu-picture cornu-wide cornu-themed", "The network");
  const details = document.createElement("details");
  const summary = document.createElement("summary");
  summary.textContent = "All figures of this step";
  const text = scroller("pre", "cornu-text", "All figures of this step");
  details.append(summary, text);
  root.append(controls, picture, details);
  el.append(root);

  function show() {
    const step = model.get("step");
    slider.value = step;
    back.disabled = step === 0;
    next.disabled = step === count - 1;
    row.value = model.get("row");
    rowNumber.textContent = `${model.get("row")} (0 to ${rows - 1})`;
    place.textContent = `${step + 1} of ${count}`;
    // The picture has the title too, for those who see it.
    slider.setAttribute("aria-valuetext", `${place.textContent}: ${model.get("_titles")[step]}`);
    picture.innerHTML = model.get("_pictures")[step];
    text.textContent = model.get("_texts")[step];
  }

  function go(name, value) {
    model.set(name, value);
    model.save_changes();
  }

  back.addEventListener("click", () => go("step", Math.max(model.get("step") - 1, 0)));
  next.addEventListener("click", () => go("step", Math.min(model.get("step") + 1, count - 1)));
  slider.addEventListener("input", () => go("step", Number(slider.value)));
  row.addEventListener("input", () => go("row", Number(row.value)));
  const watched = ["change:step", "change:row", "change:_pictures"];
  watched.forEach((event) => model.on(event, show));
  show();
  return () => watched.forEach((event) => model.off(event, show));
}

export default { render };

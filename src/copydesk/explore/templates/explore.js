"use strict";
// Narrows a list to the entries that hold all words sought and have the values chosen.
for (const form of document.querySelectorAll("form[data-filters]")) {
  const entries = [...document.querySelectorAll(form.dataset.filters)];
  const said = form.querySelector("output");
  const sought = entries.map((entry) => entry.textContent.toLowerCase());
  const narrow = () => {
    const fields = [...form.elements].filter((field) => field.name && field.value);
    let shown = 0;
    entries.forEach((entry, place) => {
      const fits = fields.every((field) =>
        field.name === "words"
          ? field.value.toLowerCase().split(/\s+/).every((word) => sought[place].includes(word))
          : entry.dataset[field.name].split(" ").includes(field.value)
      );
      entry.hidden = !fits;
      shown += fits;
    });
    said.textContent = `${shown.toLocaleString("en")} of ${entries.length.toLocaleString("en")}`;
  };
  form.hidden = false;
  form.addEventListener("input", narrow);
  form.addEventListener("submit", (event) => event.preventDefault());
  narrow();
}

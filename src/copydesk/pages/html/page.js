"use strict";
// Everything here makes pages quicker to use; without it they show the same.

// What is chosen in a form stands in the page's address, so that it can be passed on.
const fromAddress = () => new URLSearchParams(
  location.hash.includes("=") ? location.hash.slice(1) : ""
);
const toAddress = (form) => {
  const chosen = new URLSearchParams();
  for (const field of form.elements) if (field.name && field.value) chosen.set(field.name, field.value);
  const text = chosen.toString();
  if (text || location.hash.includes("="))
    history.replaceState(null, "", text ? `#${text}` : location.pathname + location.search);
};
const bind = (form, apply) => {
  const read = () => {
    const chosen = fromAddress();
    for (const field of form.elements) if (field.name) field.value = chosen.get(field.name) ?? "";
    apply();
  };
  form.hidden = false;
  form.addEventListener("input", () => { toAddress(form); apply(); });
  form.addEventListener("submit", (event) => event.preventDefault());
  addEventListener("hashchange", () => { if (location.hash.includes("=")) read(); });
  read();
};
const counted = (shown, all) => `${shown.toLocaleString("en")} of ${all.toLocaleString("en")}`;
const wordsOf = (text) => text.toLowerCase().split(/\s+/).filter(Boolean);

// Narrows a list to the entries that hold all words sought and have the values chosen.
for (const form of document.querySelectorAll("form[data-filters]")) {
  const entries = [...document.querySelectorAll(form.dataset.filters)];
  const said = form.querySelector("output");
  const sought = entries.map((entry) => entry.textContent.toLowerCase());
  bind(form, () => {
    const fields = [...form.elements].filter((field) => field.name && field.value);
    let shown = 0;
    entries.forEach((entry, place) => {
      const fits = fields.every((field) =>
        field.name === "words"
          ? wordsOf(field.value).every((word) => sought[place].includes(word))
          : entry.dataset[field.name].split(" ").includes(field.value)
      );
      entry.hidden = !fits;
      shown += fits;
    });
    said.textContent = counted(shown, entries.length);
  });
}

// The page of all sentences: they are in the page as JSON, and are shown as they are asked for.
const search = document.querySelector("#search");
if (search) {
  const STEP = 100;
  const data = JSON.parse(document.querySelector("#data").textContent);
  const results = document.querySelector("#results");
  const more = document.querySelector("#more");
  const pattern = document.querySelector("#result").content.firstElementChild;
  const known = data.rows.map(([article, number, zone, label, source, answers, text, flags]) => {
    const about = data.articles[article];
    const id = `${about.id}.${number}`;
    const votes = new Set();
    for (let at = 1; at < answers.length; at += 2) votes.add(answers[at]);
    return {
      id, text, answers, flags, votes, about, label: data.labels[label],
      zone: data.zones[zone], source: data.sources[source],
      agreement: answers.length < 4 ? "one answer" : votes.size > 1 ? "disputed" : "unanimous",
      sought: `${id} ${about.outlet} ${about.event} ${text ?? ""}`.toLowerCase(),
    };
  });
  const chip = (label) => {
    const mark = document.createElement("span");
    mark.className = `chip l-${label}`;
    mark.textContent = data.letters[label];
    return mark;
  };
  const entry = (row) => {
    const made = pattern.cloneNode(true);
    const [link, about] = made.querySelector(".kicker").children;
    link.href = `articles/${row.about.id}.html#${row.id}`;
    link.textContent = row.id;
    about.textContent = [row.about.outlet, row.zone, row.about.split].filter(Boolean).join(" · ");
    const words = made.querySelector(".t");
    if (row.text === null) {
      words.parentElement.replaceWith("[text withheld]");
    } else {
      words.textContent = row.text;
      words.parentElement.classList.add(`l-${row.label}`);
    }
    const verdict = made.querySelector(".verdict");
    verdict.append(chip(row.label), ` ${row.label} · ${row.source}`);
    if (row.answers.length || row.flags.length) {
      const who = document.createElement("span");
      who.className = "soft";
      const said = [];
      for (let at = 0; at < row.answers.length; at += 2)
        said.push(`${data.annotators[row.answers[at]]}: ${data.labels[row.answers[at + 1]]}`);
      for (let at = 0; at < row.flags.length; at += 2)
        said.push(`${data.annotators[row.flags[at]]}: ⚑ ${data.flags[row.flags[at + 1]]}`);
      who.textContent = said.join("; ");
      verdict.append(who);
    }
    return made;
  };
  let found = [];
  const show = () => {
    const next = found.slice(results.childElementCount, results.childElementCount + STEP);
    results.append(...next.map(entry));
    more.hidden = results.childElementCount >= found.length;
  };
  const plain = ["label", "zone", "source", "agreement"];
  bind(search, () => {
    const want = Object.fromEntries(
      [...search.elements].filter((f) => f.name && f.value).map((f) => [f.name, f.value])
    );
    const words = wordsOf(want.words ?? "");
    const who = want.annotator ? data.annotators.indexOf(want.annotator) : -1;
    const voted = want.voted ? data.labels.indexOf(want.voted) : -1;
    const flag = want.flag ? data.flags.indexOf(want.flag) : -1;
    found = known.filter((row) => {
      if (plain.some((name) => want[name] && row[name] !== want[name])) return false;
      if (want.split && row.about.split !== want.split) return false;
      if (want.collection && row.about.collection !== want.collection) return false;
      if (want.text && (want.text === "given") !== (row.text !== null)) return false;
      if (want.genre && row.about.genre !== want.genre) return false;
      if (want.flag && !row.flags.some((place, at) => at % 2 && place === flag)) return false;
      if (who >= 0) {
        let at = 0;
        while (at < row.answers.length && row.answers[at] !== who) at += 2;
        if (at >= row.answers.length || (voted >= 0 && row.answers[at + 1] !== voted)) return false;
      } else if (voted >= 0 && !row.votes.has(voted)) return false;
      return words.every((word) => row.sought.includes(word));
    });
    search.querySelector("output").textContent = counted(found.length, known.length);
    results.replaceChildren();
    show();
  });
  more.addEventListener("click", () => {
    const first = results.childElementCount;
    show();
    results.children[first].querySelector("a").focus();
  });
  document.querySelector(".filters-note").hidden = false;
}

// Keys. They do nothing while somebody types or holds another key.
const STOPS = ".page .s > a.chip, .greeked a, .dispute > .kicker a, .results .kicker a, "
  + ".utterance figure:first-child .kicker a, #list th a, [aria-labelledby=changes] summary";
const dialog = document.querySelector("#keys");
const step = (by) => {
  const stops = [...document.querySelectorAll(STOPS)].filter((e) => e.checkVisibility());
  if (!stops.length) return;
  const here = stops.indexOf(document.activeElement);
  const seen = stops.findIndex((e) => e.getBoundingClientRect().bottom > 0);
  const start = here >= 0 ? here + by : by > 0 ? seen : seen - 1;
  const next = stops[Math.min(Math.max(start, 0), stops.length - 1)];
  next.focus({ preventScroll: true });
  next.scrollIntoView({ block: "center" });
};
const follow = (rel) => document.querySelector(`a[rel=${rel}]`)?.click();
const find = () => {
  const field = [...document.querySelectorAll("input[type=search]")].find((e) => e.checkVisibility());
  if (field) field.focus();
  else location.href = document.querySelector("nav a[href$='sentences.html']").href;
};
const ACTIONS = {
  j: () => step(1), k: () => step(-1), n: () => follow("next"), p: () => follow("prev"),
  "/": find, "?": () => dialog.showModal(),
};
addEventListener("keydown", (event) => {
  const typing = event.target.closest("input:not([type=checkbox]),select,textarea,dialog");
  if (typing && event.key === "Escape" && event.target.type === "search") event.target.blur();
  if (typing || event.ctrlKey || event.altKey || event.metaKey || !ACTIONS[event.key]) return;
  event.preventDefault();
  ACTIONS[event.key]();
});
for (const button of document.querySelectorAll("button.keys")) {
  button.hidden = false;
  button.addEventListener("click", () => dialog.showModal());
}

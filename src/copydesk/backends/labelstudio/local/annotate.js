// What Label Studio's own pages lack for labelling sentences: a key that goes back, the next
// sentence after an answer (as an option), how far one is, and the guidelines beside the text.
// It works on the page's own store (`window.Htx`), sends nothing but what Label Studio sends, and
// asks no other server for anything.
(() => {
  "use strict";
  const TO_DO = /^to do$|\?$/;
  const OPTION = "copydesk: go on after an answer";
  const editor = () => (window.Htx && window.Htx.task ? window.Htx : null);
  const labelling = () => /\/projects\/\d+\/data/.test(location.pathname) && editor();
  const annotation = () => editor()?.annotationStore?.selected;
  const control = (name) => annotation()?.names?.get(name);
  const regions = () => annotation()?.regionStore?.regions ?? [];
  const goesOn = () => localStorage.getItem(OPTION) === "yes";
  const byArticle = () => control("label")?.type === "labels";

  // Sentences of an article

  const name = (region) => region.labels?.[0] ?? "";
  const toDo = (region) => TO_DO.test(name(region));
  const place = () => regions().findIndex((region) => region.selected);
  const select = (region) => region && annotation().selectArea(region);

  function step(by) {
    const all = regions();
    const at = place();
    if (at < 0) return select(by > 0 ? all[0] : all[all.length - 1]);
    return select(all[at + by]);
  }

  // Sentences that are tasks of their own

  function submit() {
    const store = editor();
    if (!annotation().pk) return store.submitAnnotation();
    store.updateAnnotation();
    // Label Studio stays with an answer that was changed; whoever went back goes on from there.
    const saved = setInterval(() => {
      if (editor() === store && store.isSubmitting) return;
      clearInterval(saved);
      sent = null;
      if (editor() === store && store.canGoNextTask) store.nextTask();
    }, 100);
  }

  // Labels by key

  const labelOf = (key) =>
    (control("label")?.children ?? []).find((child) => child.hotkey === key && child._value !== "to do");

  // A key gives the label and goes on in one step: what is pressed while the page is still drawing
  // belongs to the sentence after.
  let sent = null;
  function answer(label) {
    if (byArticle()) {
      if (place() < 0) return select(regions().find(toDo)); // none is chosen: show where one is
      label.onHotKey();
      if (!toDo(regions()[place()])) step(1);
      return;
    }
    const store = editor();
    if (sent?.task === store.task.id && Date.now() - sent.at < 5000) return; // it is on its way
    if (!label.sel) label.onHotKey();
    sent = { task: store.task.id, at: Date.now() };
    submit();
  }

  // The keyboard

  const typing = (target) =>
    /^(INPUT|TEXTAREA|SELECT)$/.test(target?.tagName ?? "") &&
    !/^(checkbox|radio|button)$/.test(target.type) || target?.isContentEditable;
  const inDialog = () => document.querySelector(".ant-modal-wrap:not([style*='none']), [class*=modal-ls_visible]");

  function comment() {
    const field = [...document.querySelectorAll("input[name=comment], textarea[name=comment]")].find(
      (one) => one.offsetParent,
    );
    if (field) field.focus();
    return Boolean(field);
  }

  const ours = {
    ".": () => (byArticle() ? step(1) : editor().canGoNextTask && editor().nextTask()),
    ",": () => (byArticle() ? step(-1) : editor().canGoPrevTask && editor().prevTask()),
    "?": () => show(document.querySelector(".copydesk-card")?.hidden ?? true),
    Enter: comment,
    u: () => {
      const unsure = control("flag")?.children?.find((choice) => /unsure/.test(choice._value));
      if (unsure && (!byArticle() || place() >= 0)) unsure.toggleSelected();
    },
    Backspace: () => {},
    Delete: () => {},
  };

  window.addEventListener(
    "keydown",
    (event) => {
      if (!labelling()) return;
      if (typing(event.target)) {
        if (event.target.name === "comment" && event.key === "Enter")
          setTimeout(() => document.activeElement?.blur?.(), 50);
        return;
      }
      if (inDialog() || event.altKey || event.metaKey) return;
      if (event.key === "Escape" && card && !card.hidden) {
        stop(event);
        return show(false);
      }
      if (event.ctrlKey) {
        if (/^(Backspace|d)$/.test(event.key)) stop(event);
        return;
      }
      const key = event.key.toLowerCase();
      const label = labelOf(event.shiftKey && /^[a-z]$/.test(key) ? `shift+${key}` : key);
      const own = ours[event.key];
      if (label && goesOn()) {
        stop(event);
        if (!event.repeat) answer(label);
      } else if (own && !label) {
        stop(event);
        if (!event.repeat || /[.,]/.test(event.key)) own();
      }
    },
    true,
  );

  function stop(event) {
    event.preventDefault();
    event.stopImmediatePropagation();
  }

  // How far one is, the option, and the guidelines

  const STYLE = `
    .copydesk-bar { position: fixed; z-index: 5; top: 48px; left: 0; right: 0; height: 26px; display: flex;
      gap: 20px; align-items: center; padding: 0 14px; font-size: 13px; white-space: nowrap; overflow-x: auto; background: var(--color-neutral-surface, #f5f5f2);
      color: var(--color-neutral-content, #222); border-bottom: 1px solid var(--color-neutral-border, #ddd); }
    .copydesk-bar output { font-variant-numeric: tabular-nums; }
    .copydesk-bar label { display: flex; gap: 6px; align-items: center; margin: 0; cursor: pointer; }
    .copydesk-bar kbd, .copydesk-card kbd { font: inherit; border: 1px solid currentColor; border-radius: 3px; padding: 0 4px; }
    .copydesk-bar button { margin-left: auto; font: inherit; background: none; border: 0; color: inherit; cursor: pointer; text-decoration: underline; }
    .copydesk-bar > * { flex: none; }
    @media (max-width: 800px) { .copydesk-bar { gap: 12px; padding: 0 8px; } .copydesk-bar span { display: none; } }
    body.copydesk-on .lsf-editor { padding-top: 26px; }
    .copydesk-card { position: fixed; z-index: 6; top: 74px; right: 0; bottom: 50px; width: 34em; max-width: 100vw; overflow: auto;
      padding: 12px 18px; font-size: 14px; line-height: 1.5; background: var(--color-neutral-background, #fff);
      color: var(--color-neutral-content, #222); border-left: 1px solid var(--color-neutral-border, #ddd); }
    .copydesk-card table { border-collapse: collapse; } .copydesk-card td, .copydesk-card th { border: 1px solid var(--color-neutral-border, #ddd); padding: 2px 6px; vertical-align: top; }
    .copydesk-end { max-width: 40em; margin: 16px auto; text-align: left; font-size: 15px; }`;

  let bar, card, project, asked;

  function make() {
    const style = document.createElement("style");
    style.textContent = STYLE;
    document.head.append(style);
    bar = document.createElement("div");
    bar.className = "copydesk-bar";
    bar.innerHTML =
      '<output aria-live="off"></output><label><input type="checkbox"> go on after an answer</label>' +
      '<span><kbd>.</kbd> next <kbd>,</kbd> back <kbd>Enter</kbd> comment ' +
      '<kbd>Ctrl</kbd>+<kbd>Enter</kbd> submit</span><button type="button">Guidelines <kbd>?</kbd></button>';
    bar.querySelector("input").checked = goesOn();
    bar.querySelector("input").addEventListener("change", (event) => {
      localStorage.setItem(OPTION, event.target.checked ? "yes" : "no");
      event.target.blur();
      start();
    });
    bar.querySelector("button").addEventListener("click", (event) => {
      ours["?"]();
      event.target.blur();
    });
    card = document.createElement("aside");
    card.className = "copydesk-card";
    card.hidden = true;
    card.setAttribute("aria-label", "Guidelines");
    document.body.append(bar, card);
  }

  function show(yes) {
    card.hidden = !yes;
    if (yes && project) card.innerHTML = project.expert_instruction ?? "";
  }

  // Label Studio's own pages ask these addresses too.
  async function ask(path) {
    const answer = await fetch(`${(window.APP_SETTINGS?.hostname ?? "").replace(/\/$/, "")}${path}`);
    return answer.ok ? answer.json() : null;
  }

  async function learn(number) {
    asked = number;
    const found = await ask(`/api/projects/${number}/`);
    if (asked === number) project = found;
  }

  // With the option on, an article begins at its first sentence that is to do.
  let begun = null;
  function start() {
    const task = editor()?.task?.id;
    if (sent && sent.task !== task) sent = null;
    if (!goesOn() || !byArticle() || begun === task || !regions().length || inDialog()) return;
    begun = task;
    if (place() < 0) select(regions().find(toDo));
  }

  function tell() {
    const number = location.pathname.match(/\/projects\/(\d+)\/data/)?.[1];
    const on = Boolean(number && new URLSearchParams(location.search).has("labeling") || (number && editor()));
    if (!bar && on) make();
    if (!bar) return;
    bar.hidden = !on;
    bar.style.display = on ? "" : "none";
    document.body.classList.toggle("copydesk-on", on);
    if (!on) return;
    if (asked !== number) learn(number);
    const words = [];
    if (labelling() && annotation()) {
      const all = regions();
      if (byArticle() && all.length) {
        const done = all.filter((region) => !toDo(region)).length;
        words.push(`${done} of ${all.length} sentences`);
      }
      const what = byArticle() ? "article" : "sentence";
      const at = where();
      if (at) words.push(`${what} ${at} of ${project.task_number}`);
    }
    const text = words.join(", ");
    const output = bar.querySelector("output");
    if (output.textContent !== text) output.textContent = text;
    start();
    end(number);
  }

  // A queue is worked through in order: what was submitted before this page was opened, then this
  // page's own history.
  let before = null;
  function where() {
    if (!project) return 0;
    const store = editor();
    const at = store.taskHistory.findIndex((one) => one.taskId === store.task.id);
    if (before?.project !== asked) before = { project: asked, done: project.num_tasks_with_annotations - at };
    return Math.min(before.done + at + 1, project.task_number);
  }

  // The last page says where to go on.
  let ended = false;
  async function end(number) {
    const heading = [...document.querySelectorAll("h1, h2, h3, h4, div")].find(
      (one) => !one.children.length && /No More Tasks Left in Queue/i.test(one.textContent),
    );
    if (!heading || ended) {
      ended = Boolean(heading);
      return;
    }
    ended = true;
    const key = (one) => (one?.description ?? "").match(/key: (\S+)/)?.[1]?.split(".") ?? [];
    const whose = key(project)[2];
    const list = whose ? ((await ask("/api/projects/?page_size=1000"))?.results ?? []) : [];
    const left = list.filter(
      (one) => String(one.id) !== number && key(one)[2] === whose && one.task_number > one.num_tasks_with_annotations,
    );
    const note = document.createElement("div");
    note.className = "copydesk-end";
    const said = document.createElement("p");
    said.textContent = left.length
      ? "This queue is done. Go on here:"
      : "Everything that was planned for you is done: you can close this page. Your round manager takes your answers from here.";
    note.append(said);
    left.forEach((one) => {
      const link = document.createElement("a");
      link.href = `${(window.APP_SETTINGS?.hostname ?? "").replace(/\/$/, "")}/projects/${one.id}/data?labeling=1`;
      link.textContent = `${one.title}: ${one.num_tasks_with_annotations} of ${one.task_number} done`;
      const line = document.createElement("p");
      line.append(link);
      note.append(line);
    });
    heading.after(note);
  }

  setInterval(tell, 300);
  setInterval(start, 60);
})();

// Dark or light: what the reader chose, else what the system says. Runs before anything is drawn.
"use strict";
window.statloom = { pages: {}, root: document.documentElement.dataset.root };
(function (s) {
  const html = document.documentElement;
  const system = matchMedia("(prefers-color-scheme: dark)");
  const listeners = [];

  // A browser may keep nothing for a page on a disk: what cannot be kept holds for this page.
  s.kept = (key, value) => {
    try {
      if (value === undefined) return localStorage.getItem("statloom." + key);
      localStorage.setItem("statloom." + key, value);
    } catch (e) { /* the choice holds for this page */ }
    return null;
  };

  let chosen = s.kept("theme");
  s.theme = () => html.dataset.theme;
  s.onTheme = (f) => listeners.push(f);
  const show = (theme) => {
    if (html.dataset.theme === theme) return;
    html.dataset.theme = theme;
    listeners.forEach((f) => f(theme));
  };
  const wanted = () => chosen === "dark" || chosen === "light" ? chosen : system.matches ? "dark" : "light";
  s.setTheme = (theme) => { chosen = theme; s.kept("theme", theme); show(wanted()); };
  system.addEventListener("change", () => show(wanted()));
  // Paper is white, and nothing on it can be opened.
  addEventListener("beforeprint", () => {
    document.querySelectorAll("details").forEach((d) => { d.open = true; });
    show("light");
  });
  addEventListener("afterprint", () => show(wanted()));
  html.dataset.theme = wanted();
})(window.statloom);

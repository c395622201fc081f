// Starts the page: the switches of language and theme, the footer, and the part that fills this kind of page.
"use strict";
(function (s) {
  const h = s.h;
  const html = document.documentElement;
  const main = document.getElementById("main");
  const page = s.pages[html.dataset.kind];

  const tools = () => {
    const language = (code, name) => h("button", { type: "button", "aria-pressed": String(s.lang() === code), lang: code, onclick: () => { s.setLanguage(code); focusOn(code); } }, name);
    const focusOn = (code) => { const b = document.querySelector('#tools [lang="' + code + '"]'); if (b) b.focus(); };
    const dark = s.theme() === "dark";
    const theme = h("button", { type: "button", id: "theme", onclick: () => { s.setTheme(dark ? "light" : "dark"); document.getElementById("theme").focus(); } }, h("span", { "aria-hidden": "true" }, dark ? "☀ " : "☾ "), s.t(dark ? "toLight" : "toDark"));
    s.fill(document.getElementById("tools"), h("div", { class: "switch", role: "group", "aria-label": s.t("language") }, language("vi", "Tiếng Việt"), language("en", "English")), theme);
  };

  const frame = (site) => {
    for (const e of document.querySelectorAll("[data-word]")) e.textContent = s.t(e.dataset.word);
    const brand = document.querySelector("[data-text-vi]");
    brand.textContent = s.pick([brand.dataset.textVi, brand.dataset.textEn]);
    document.getElementById("nav").setAttribute("aria-label", s.t("pagesNav"));
    const left = (site.left || []).map((l) => h("li", null, s.t("leftOut" + l.what[0].toUpperCase() + l.what.slice(1), { of: l.of, shown: s.number(l.shown), all: s.number(l.all) })));
    s.fill(document.getElementById("foot"), h("p", null, s.t("madeWith", { id: site.release, day: s.instant(site.created) })),
      left.length ? [h("p", null, s.t("leftOut") + ":"), h("ul", null, left)] : null);
  };

  const start = async () => {
    const [site, ...data] = await Promise.all([s.get("site"), ...page.data.map((n) => s.get(n.replace("{file}", html.dataset.file)))]);
    const draw = () => {
      tools();
      frame(site);
      const own = site.pages.find((p) => p.kind === html.dataset.kind && p.id === html.dataset.id);
      const title = own ? s.pick(own.name) : s.t(html.dataset.kind);
      document.title = title + " · " + s.pick(site.name);
      s.fill(main, h("h1", null, own && own.kind === "indicator" ? own.id + " · " + title : title));
      page.render(main, data, site);
      if (!document.body.dataset.ready) performance.mark("ready");
      document.body.dataset.ready = "true";
    };
    draw();
    s.onLanguage(draw);
    s.onTheme(tools);
    s.startTrace();
  };

  start().catch((e) => {
    s.fill(main, h("p", { class: "problem" }, s.t("failed", { what: e.message })));
    throw e;
  });
})(window.statloom);

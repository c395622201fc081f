// The page of a dataset.
"use strict";
(function (s) {
  const h = s.h;
  const state = { search: "", codes: [], revised: false, open: 0 };

  s.pages.dataset = {
    data: ["dataset/{file}"],
    render: (main, [d]) => {
      s.add(main, h("p", { class: "lead" }, s.pick(d.note), " ", s.madeUp(d.illustrative)), s.facts([
        [s.t("rows"), s.t("rowsLatest", { n: s.number(d.rows) }) + ", " + s.t("rowsAll", { n: s.number(d.history) })], [s.t("sources"), d.sources.join(", ")], [s.t("licence"), d.licence],
        d.quarantined ? [s.t("quarantine"), h("a", { href: s.root + "quality.html#quarantine" }, s.t("quarantinedIn", { n: s.number(d.quarantined) }))] : null,
      ]), d.left ? h("p", { class: "problem" }, s.t("leftOutObservations", { of: d.id, shown: s.number(d.left.shown), all: s.number(d.left.all) })) : null);
      if (d.kind === "series") s.seriesView(main, d, state);
      else s.recordsView(main, d, state).catch((e) => s.add(main, h("p", { class: "problem" }, s.t("failed", { what: e.message }))));
    },
  };
})(window.statloom);

// The lists of all indicators and of all datasets.
"use strict";
(function (s) {
  const h = s.h;

  const searchable = (main, rows, words, draw) => {
    const out = h("div");
    const id = s.id("search");
    const input = h("input", { id, type: "search", autocomplete: "off" });
    const show = () => {
      const want = s.fold(input.value).split(/\s+/).filter(Boolean);
      const found = rows.filter((r) => want.every((w) => words(r).includes(w)));
      s.fill(out, draw(found));
      if (input.value) s.say(s.t("found", { n: found.length }));
    };
    input.addEventListener("input", show);
    s.add(main, h("div", { class: "filters" }, h("div", null, h("label", { for: id }, s.t("search")), input)), out);
    show();
  };

  s.pages.indicators = {
    data: ["indicators"],
    render: (main, [list]) => searchable(main, list, (i) => s.fold(i.id + " " + i.name.join(" ") + " " + i.tags.join(" ")), (found) => s.table({
      caption: s.t("indicators"), rows: found, size: 100, columns: [
        { head: s.t("indicator"), row: true, sort: (i) => i.id, cell: (i) => [s.pageLink("indicator", i.file, i.id + " · " + s.pick(i.name)), " ", s.madeUp(i.illustrative), s.pick(i.place) ? h("p", { class: "note" }, s.pick(i.place)) : null] },
        { head: s.t("latest"), number: true, sort: (i) => i.v, cell: (i) => (i.period ? s.num(s.withUnit(i.v, i.decimals, i.unit), s.valueRef(i.id, i.period, i.dimensions, i.at)) : s.t("missing")) },
        { head: s.t("period"), sort: (i) => i.period, cell: (i) => (i.period ? s.period(i.period) : "") },
        { head: s.t("status"), cell: (i) => (i.s && i.s !== "A" ? s.of("statuses", i.s) : "") },
        { head: s.t("trendColumn"), cell: (i) => (i.spark.length > 1 ? s.spark(i.spark) : "") },
        { head: s.t("tags"), sort: (i) => i.tags.join(), cell: (i) => i.tags.join(", ") },
      ],
    })),
  };

  s.datasetTable = (list) => s.table({
    caption: s.t("datasets"), rows: list, size: 100, columns: [
      { head: s.t("dataset"), row: true, class: "wordy", sort: (d) => d.id, cell: (d) => [s.pageLink("dataset", d.file, s.pick(d.name)), " ", s.madeUp(d.illustrative), s.pick(d.note) ? [h("br"), h("span", { class: "note" }, s.pick(d.note))] : null] },
      { head: s.t("kind"), class: "tight", sort: (d) => d.kind, cell: (d) => s.t(d.kind === "series" ? "observations" : "records") },
      { head: s.t("rows"), number: true, sort: (d) => d.rows, cell: (d) => s.number(d.rows) },
      { head: s.t("vintages"), number: true, sort: (d) => d.history, cell: (d) => s.number(d.history) },
      { head: s.t("sources"), cell: (d) => d.sources.join(", ") },
      { head: s.t("licence"), cell: (d) => d.licence || "" },
    ],
  });

  s.pages.datasets = {
    data: ["datasets"],
    render: (main, [list]) => searchable(main, list, (d) => s.fold(d.id + " " + d.name.join(" ")), s.datasetTable),
  };
})(window.statloom);

// The first page: how the targets stand, what changed, how good the data are.
"use strict";
(function (s) {
  const h = s.h;

  const changes = (o) => {
    if (!o.previous) return h("p", null, s.t("firstRelease"));
    const say = (c) => [c.added && s.t("added", { n: s.number(c.added) }), c.revised && s.t("revised", { n: s.number(c.revised) }) + (c.largest ? " (" + s.t("largest", { percent: s.percent(c.largest, 2) }) + ")" : ""),
      c.status && s.t("statusChanged", { n: s.number(c.status) }), c.withdrawn && s.t("withdrawn", { n: s.number(c.withdrawn) })].filter(Boolean).join(", ");
    return [
      h("p", { class: "note" }, s.t("sinceLast", { day: s.instant(o.previous.created) })),
      o.new_books.length ? [h("h3", null, s.t("newBooks")), h("ul", null, o.new_books.map((b) => h("li", null, b)))] : null,
      o.method ? h("p", null, s.t("methodChanged")) : null,
      o.changed.length ? h("ul", { class: "moves" }, o.changed.map((c) => h("li", null, s.pageLink("indicator", c.file, c.id + " · " + s.pick(c.name)), ": " + say(c)))) : h("p", null, s.t("nothingChanged")),
    ];
  };

  const glance = (o) => [
    h("p", null, s.t("glance", { indicators: s.number(o.counts.indicators), datasets: s.number(o.counts.datasets), observations: s.number(o.counts.observations), books: s.number(o.books) }),
      o.latest ? ". " + s.t("newestData", { day: s.day(o.latest) }) : "", "."),
    h("ul", { class: "glance" },
      h("li", { class: "good" }, s.t("checksPassed", { n: s.number(o.checks.passed) })), o.checks.failed ? h("li", { class: "bad" }, s.t("checksFailed", { n: s.number(o.checks.failed) })) : null,
      h("li", { class: o.checks.warnings ? "warn" : "good" }, s.t("checksWarned", { n: s.number(o.checks.warnings) })), h("li", { class: o.checks.quarantined ? "warn" : "good" }, s.t("cellsAside", { n: s.number(o.checks.quarantined) })),
      h("li", { class: o.late.length ? "warn" : "good" }, s.t("lateDatasets", { n: s.number(o.late.length) })), o.unread ? h("li", { class: "bad" }, s.t("unreadBooks", { n: s.number(o.unread) })) : null),
    h("p", null, h("a", { href: s.root + "quality.html" }, s.t("quality"))),
  ];

  s.pages.overview = {
    data: ["overview"],
    render: (main, [o]) => {
      const first = o.targets.length ? s.section(s.t("targets"), h("div", { class: "cards" }, o.targets.map((t) => s.targetCard(t, o.previous)))) :
        s.section(s.t("datasets"), h("p", { class: "note" }, s.t("noTargets"), " ", o.counts.indicators ? h("a", { href: s.root + "indicators.html" }, s.t("indicators")) : s.t("howToTarget")), s.datasetTable(o.datasets || []));
      s.add(main, first,
        h("div", { class: "two" }, s.section(s.t("changes"), changes(o)), s.section(s.t("atAGlance"), glance(o))));
    },
  };
})(window.statloom);

// The page of data quality: checks, quarantine, what is late, how sources revise, what was corrected.
"use strict";
(function (s) {
  const h = s.h;
  const names = (site) => (kind, id) => { const p = site.pages.find((x) => x.kind === kind && x.id === id); return p ? s.pageLink(kind, p.file, s.pick(p.name)) : id; };
  const where = (x) => (x.book >= 0 ? h("a", { href: s.cellRef(x.book, x.sheet, x.cell) }, x.sheet + " › " + x.cell) : x.sheet ? x.sheet + " › " + x.cell : "");

  const result = (c) => h("span", { class: "standing " + (c.status === "passed" ? "reached" : c.severity === "error" ? "off_track" : "at_risk") }, h("span", { "aria-hidden": "true" }, c.status === "passed" ? "✓ " : "✕ "), s.of("results", c.status));

  const checks = (q) => s.section(s.t("checks"), s.table({
    caption: s.t("checks"), rows: q.checks, columns: [
      { head: s.t("check"), row: true, sort: (c) => c.id, cell: (c) => h("code", null, c.id) },
      { head: s.t("result"), sort: (c) => c.status, cell: (c) => [result(c), c.since ? h("span", { class: "note" }, " " + s.t("failingSince", { day: s.day(c.since) })) : null] },
      { head: s.t("severity"), sort: (c) => c.severity, cell: (c) => s.of("severities", c.severity) },
      { head: s.t("failures"), number: true, sort: (c) => c.failures || 0, cell: (c) => s.number(c.failures || 0) },
      { head: s.t("meaning"), class: "wordy", cell: (c) => [s.pick(c.note), s.pick(c.message) ? h("p", null, s.pick(c.message)) : null, c.not_checked ? h("p", { class: "note" }, s.t("notChecked", { n: s.number(c.not_checked) })) : null,
        c.examples ? h("details", null, h("summary", null, s.t("examples")), h("ul", null, c.examples.map((e) => h("li", null, s.pick(e.text), " ", where(e))))) : null] },
    ],
  }));

  const quarantine = (q, name) => {
    const part = s.section(s.t("quarantine"), h("p", { class: "note" }, s.t("quarantineNote"), q.quarantine.length < q.quarantined ? " " + s.t("shownOf", { shown: s.number(q.quarantine.length), all: s.number(q.quarantined) }) : ""), s.table({
      caption: s.t("quarantine"), rows: q.quarantine, columns: [
        { head: s.t("dataset"), row: true, sort: (x) => x.dataset, cell: (x) => name("dataset", x.dataset) },
        { head: s.t("textInCell"), class: "wordy", cell: (x) => x.text }, { head: s.t("reason"), sort: (x) => x.reason, cell: (x) => x.reason },
        { head: s.t("book"), sort: (x) => x.name, cell: (x) => x.name }, { head: s.t("place"), cell: where },
      ],
    }));
    part.id = "quarantine";
    return part;
  };

  const publishing = (q, name) => s.section(s.t("lateSources"), h("p", { class: "note" }, s.t("lateNote")), q.unread.length ? [h("h3", null, s.t("unread")), h("ul", null, q.unread.map((u) => h("li", null, u.book + " (" + u.dataset + ")")))] : null, s.table({
    caption: s.t("lateSources"), rows: q.publishing, columns: [
      { head: s.t("dataset"), row: true, sort: (p) => p.dataset, cell: (p) => name("dataset", p.dataset) }, { head: s.t("times"), number: true, sort: (p) => p.count, cell: (p) => s.number(p.count) },
      { head: s.t("latestPublication"), sort: (p) => p.latest, cell: (p) => s.day(p.latest) }, { head: s.t("usualGap"), number: true, sort: (p) => p.gap, cell: (p) => (p.gap ? s.t("days", { n: s.number(p.gap) }) : "–") },
      { head: s.t("due"), sort: (p) => p.due, cell: (p) => (p.due ? s.day(p.due) : "–") },
      { head: s.t("status"), sort: (p) => (p.late ? 1 : 0), cell: (p) => (p.gap ? h("span", { class: "standing " + (p.late ? "at_risk" : "reached") }, h("span", { "aria-hidden": "true" }, p.late ? "▲ " : "✓ "), s.t(p.late ? "late" : "onTime")) : s.t("unknown")) },
    ],
  }));

  const revisions = (q, name) => s.section(s.t("revisions"), h("p", { class: "note" }, s.t("revisionsNote")), s.table({
    caption: s.t("revisions"), rows: q.revisions, columns: [
      { head: s.t("dataset"), row: true, sort: (r) => r.dataset, cell: (r) => name("dataset", r.dataset) }, { head: s.t("series"), sort: (r) => r.series, cell: (r) => (r.series === "_T" ? h("strong", null, s.t("wholeDataset")) : r.series) },
      { head: s.t("observationsN"), number: true, sort: (r) => r.observations, cell: (r) => s.number(r.observations) }, { head: s.t("revisedN"), number: true, sort: (r) => r.revised, cell: (r) => s.number(r.revised) },
      { head: s.t("meanRevision"), number: true, sort: (r) => r.mean, cell: (r) => (r.mean === null ? "–" : s.signed(r.mean, 3)) }, { head: s.t("meanAbs"), number: true, sort: (r) => r.mean_abs, cell: (r) => s.number(r.mean_abs, 3) },
      { head: s.t("meanPercent"), number: true, sort: (r) => r.percent, cell: (r) => s.number(r.percent, 2) },
    ],
  }));

  const corrections = (q, name) => s.section(s.t("corrections"), s.table({
    caption: s.t("corrections"), rows: q.corrections, columns: [
      { head: s.t("corrections"), row: true, cell: (c) => c.id }, { head: s.t("dataset"), cell: (c) => [name("dataset", c.dataset), h("br"), h("span", { class: "note" }, c.key)] },
      { head: s.t("said"), number: true, cell: (c) => s.number(c.says === null ? c.expected : c.says) }, { head: s.t("corrected"), number: true, cell: (c) => s.number(c.value) },
      { head: s.t("reason"), class: "wordy", cell: (c) => s.pick(c.reason) }, { head: s.t("madeBy"), cell: (c) => c.made_by }, { head: s.t("since"), cell: (c) => s.day(c.since) }, { head: s.t("state"), cell: (c) => c.state }, { head: s.t("place"), cell: where },
    ],
  }));

  const changes = (q, name) => s.section(s.t("bookChanges"), q.changes.length < q.changed ? h("p", { class: "note" }, s.t("shownOf", { shown: s.number(q.changes.length), all: s.number(q.changed) })) : null, s.table({
    caption: s.t("bookChanges"), rows: q.changes, size: 25, columns: [
      { head: s.t("book"), row: true, sort: (c) => c.book, cell: (c) => c.book }, { head: s.t("dataset"), sort: (c) => c.dataset, cell: (c) => name("dataset", c.dataset) },
      { head: s.t("whatChanged"), cell: (c) => [c.note, c.grave ? h("span", { class: "badge made" }, s.t("grave") + (c.accepted ? ", " + s.t("accepted") : "")) : null] }, { head: s.t("was"), cell: (c) => c.was || "" }, { head: s.t("is"), cell: (c) => c.is || "" },
    ],
  }));

  s.pages.quality = {
    data: ["quality"],
    render: (main, [q], site) => {
      const name = names(site);
      s.add(main, checks(q), quarantine(q, name), publishing(q, name), revisions(q, name), corrections(q, name), changes(q, name));
    },
  };
})(window.statloom);

// The page of runs, releases and books.
"use strict";
(function (s) {
  const h = s.h;
  const short = (hash) => (hash ? h("code", { title: hash }, hash.slice(0, 12)) : "");
  const size = (n) => (n >= 1e6 ? s.number(n / 1e6, 1) + " MB" : s.number(n / 1e3, 0) + " kB");

  s.pages.runs = {
    data: ["runs", "books"],
    render: (main, [r, books]) => {
      const run = r.run;
      s.add(main, 
        s.section(s.t("thisRun"), s.facts([[s.t("release"), run.release], [s.t("run"), run.id], [s.t("started"), s.instant(run.created)], [s.t("program"), run.statloom], [s.t("config"), run.config], [s.t("inputsHash"), run.inputs], [s.t("asOf"), s.instant(run.as_of)]])),
        s.section(s.t("runHistory"), s.table({
          caption: s.t("runHistory"), rows: r.runs, size: 20, columns: [
            { head: s.t("run"), row: true, sort: (x) => x.id, cell: (x) => x.id }, { head: s.t("started"), sort: (x) => x.started, cell: (x) => s.instant(x.started) },
            { head: s.t("took"), number: true, sort: (x) => x.seconds, cell: (x) => (x.seconds === null ? "–" : s.t("seconds", { n: s.number(x.seconds, 1) })) },
            { head: s.t("result"), sort: (x) => x.status, cell: (x) => s.of("runStatus", x.status) }, { head: s.t("trigger"), cell: (x) => s.of("triggers", x.trigger) },
            { head: s.t("counters"), cell: (x) => Object.entries(x.counters || {}).filter(([, n]) => n).map(([k, n]) => s.number(n) + " " + s.of("counter", k)).join(", ") }, { head: s.t("message"), cell: (x) => x.message || "" },
          ],
        })),
        s.section(s.t("releases"), s.table({
          caption: s.t("releases"), rows: r.releases.slice().reverse(), size: 20, columns: [
            { head: s.t("release"), row: true, cell: (x) => x.id }, { head: s.t("started"), cell: (x) => s.instant(x.created) }, { head: s.t("booksUsed"), number: true, cell: (x) => s.number(x.books) },
            { head: s.t("program"), cell: (x) => x.statloom || "" }, { head: s.t("config"), cell: (x) => short(x.config) },
          ],
        })),
        s.section(s.t("booksUsed"), s.table({
          caption: s.t("booksUsed"), rows: books, size: 25, columns: [
            { head: s.t("book"), row: true, sort: (b) => b.name, cell: (b) => [b.name, h("br"), h("span", { class: "note" }, b.uri)] }, { head: s.t("source"), sort: (b) => b.source, cell: (b) => b.source },
            { head: s.t("producer"), sort: (b) => b.producer, cell: (b) => b.producer || "" }, { head: s.t("licence"), cell: (b) => b.licence || "" },
            { head: s.t("published"), sort: (b) => b.published, cell: (b) => s.day(b.published) }, { head: s.t("retrieved"), sort: (b) => b.retrieved, cell: (b) => s.instant(b.retrieved) },
            { head: s.t("bytes"), number: true, sort: (b) => b.bytes, cell: (b) => size(b.bytes) }, { head: "SHA-256", cell: (b) => short(b.snapshot) },
          ],
        })));
    },
  };
})(window.statloom);

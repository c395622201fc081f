// A dataset of observations: the list of its series, to search and filter, and each series with all its vintages.
"use strict";
(function (s) {
  const h = s.h;

  // The places of a series after its codes, as the data file has them.
  const UNIT = 0, PERIODS = 1, REVISED = 2, VALUE = 5, VALUE_OF = 6, STATUS = 7;

  const observation = (text, [p, v, st, c, book, sheet, cell, from, to, correction]) =>
    ({ period: text[p], v, status: text[st], comment: text[c], book, sheet: text[sheet], cell, from: text[from], to: text[to], correction: correction === undefined ? "" : text[correction] });

  const load = async (d, n) => {
    const file = d.files.find((f) => n >= f.first && n < f.first + f.count);
    const data = await s.get(file.name);
    return data.items[n - file.first].map((o) => observation(data.text, o));
  };

  s.seriesView = (main, d, state) => {
    const words = (k) => d.text[k];
    const all = (d.series || []).map((r, n) => {
      const codes = d.columns.map((c, i) => words(r[i]));
      const rest = r.slice(d.columns.length);
      return { n, codes, unit: words(rest[UNIT]), periods: rest[PERIODS], revised: rest[REVISED], v: rest[VALUE], of: words(rest[VALUE_OF]), status: words(rest[STATUS]),
        text: s.fold(codes.map((c, i) => c + " " + s.code(d.columns[i], c)).join(" ")) };
    });
    const varies = d.columns.map((c, i) => new Set(all.map((x) => x.codes[i])).size > 1);
    const units = new Set(all.map((x) => x.unit));
    const detail = h("div", { class: "detail" });
    const list = h("div");

    const name = (x) => d.columns.map((c, i) => (varies[i] && x.codes[i] ? s.codeWith(c, x.codes[i]) : null)).filter(Boolean).join(", ") || s.pick(d.name);
    const show = async (n, focus) => {
      state.open = n;
      const x = all[n];
      const obs = await load(d, n);
      s.fill(detail, h("section", { class: "part" }, h("h2", { tabindex: "-1" }, name(x)), one(d, x, name(x), obs)));
      if (focus) {
        detail.querySelector("h2").focus();
        detail.scrollIntoView({ block: "start" });
      }
    };
    const draw = () => {
      const want = s.fold(state.search).split(/\s+/).filter(Boolean);
      const found = all.filter((x) => want.every((w) => x.text.includes(w)) && d.columns.every((c, i) => !state.codes[i] || state.codes[i] === x.codes[i]) && (!state.revised || x.revised));
      s.fill(list, h("p", { class: "note", role: "status" }, s.t("found", { n: s.number(found.length) })), s.table({
        caption: s.t("series") + ": " + s.pick(d.name), rows: found, size: 12, columns: [
          ...d.columns.map((c, i) => varies[i] ? { head: s.dimension(c), sort: (x) => (x.codes[i] === "_T" ? "" : x.codes[i]) || " ", cell: (x) => s.codeWith(c, x.codes[i]) } : null).filter(Boolean).map((c, k) => ({ ...c, row: k === 0 })),
          { head: s.t("ofPeriod"), sort: (x) => s.at(x.of), cell: (x) => s.period(x.of) },
          { head: s.t("latestValue"), number: true, sort: (x) => x.v, cell: (x) => h("button", { type: "button", class: "plain num", "aria-label": s.t("openSeries") + " " + name(x) + ": " + s.number(x.v), onclick: () => show(x.n, true) }, s.number(x.v)) },
          ...(units.size > 1 ? [{ head: s.t("unit"), sort: (x) => x.unit, cell: (x) => s.unit(x.unit) }] : []),
          { head: s.t("periods"), number: true, sort: (x) => x.periods, cell: (x) => s.number(x.periods) },
          { head: s.t("revisedCount"), number: true, sort: (x) => x.revised, cell: (x) => s.number(x.revised) },
        ],
      }));
    };
    const same = d.columns.map((c, i) => (!varies[i] && all.length && all[0].codes[i] ? [s.dimension(c), s.codeWith(c, all[0].codes[i])] : null)).filter(Boolean);
    if (units.size === 1 && all.length && all[0].unit) same.push([s.t("unit"), s.unit(all[0].unit)]);
    if (same.length) s.add(main, s.facts(same));
    s.add(main, filters(d, all, varies, state, draw), list, detail);
    draw();
    if (all.length) show(Math.min(state.open || 0, all.length - 1), false).catch((e) => s.fill(detail, h("p", { class: "problem" }, s.t("failed", { what: e.message }))));
  };

  const filters = (d, all, varies, state, draw) => {
    const search = s.id("search"), revised = s.id("revised");
    const selects = d.columns.map((c, i) => {
      const codes = [...new Set(all.map((x) => x.codes[i]))];
      if (!varies[i] || codes.length > 400) return null;
      const id = s.id("filter");
      const select = h("select", { id, onchange: () => { state.codes[i] = select.value; draw(); } }, h("option", { value: "" }, s.t("all")), codes.filter(Boolean).map((code) => h("option", { value: code, selected: state.codes[i] === code }, s.codeWith(c, code))));
      return h("div", null, h("label", { for: id }, s.dimension(c)), select);
    });
    const input = h("input", { id: search, type: "search", autocomplete: "off", value: state.search, oninput: () => { state.search = input.value; draw(); } });
    const box = h("input", { id: revised, type: "checkbox", checked: state.revised, onchange: () => { state.revised = box.checked; draw(); } });
    return h("div", { class: "filters", role: "search", "aria-label": s.t("filter") }, h("div", null, h("label", { for: search }, s.t("search")), input), selects, h("div", { class: "check" }, box, h("label", { for: revised }, s.t("onlyRevised"))));
  };

  // one shows a series: chart, downloads, every observation with its vintages and where they stand.
  const one = (d, x, title, obs) => {
    const current = obs.filter((o) => !o.to);
    const periods = [...new Set(obs.map((o) => o.period))].map((id) => ({ id, at: s.at(id) })).filter((p) => !Number.isNaN(p.at)).sort((a, b) => a.at - b.at);
    const on = (list) => periods.map((p) => { const o = list.find((y) => y.period === p.id); return o ? o.v : null; });
    const unit = x.unit;
    const lines = [];
    const days = [...new Set(obs.filter((o) => o.to).map((o) => o.to))].sort().slice(-3);
    for (const day of days) {
      const then = obs.filter((o) => o.from < day && (!o.to || o.to >= day));
      const last = then.map((o) => o.from).sort().pop();
      lines.push({ name: s.t("publishedIn", { day: s.day(last) }), kind: "vintage", color: "grey", values: on(then) });
    }
    lines.push({ name: title.length < 60 ? title : s.t("current"), kind: "line", color: "accent", values: on(current) });
    if (current.some((o) => o.v !== null && o.status !== "A")) lines.push({ name: s.t("provisional"), kind: "points", color: "accent", values: on(current.filter((o) => o.status !== "A")) });
    const known = current.filter((o) => o.v !== null);
    const trend = known.length ? s.t("seriesTrend", { name: title, first: s.withUnit(known[0].v, undefined, unit), from: s.period(known[0].period), last: s.withUnit(known[known.length - 1].v, undefined, unit), to: s.period(known[known.length - 1].period) }) : s.t("noValues");
    const spec = { periods, lines, unit, label: s.t("chartLabel", { name: title, trend }), title, subtitle: s.pick(d.name) + (unit ? " · " + s.unit(unit) : ""), footer: d.illustrative ? s.t("madeUp") : "" };
    const csv = () => [[...d.columns.map((c) => c.id), "time_period", "obs_value", "obs_status", "unit", "obs_comment", "sheet", "cell", "vintage_from", "vintage_to"]].concat(obs.map((o) =>
      [...x.codes, o.period, o.v, o.status, unit, o.comment, o.sheet, o.cell, o.from, o.to]));
    const cell = (o) => (o.book < 0 ? s.number(o.v) : s.num(o.v === null ? s.t("missing") : s.number(o.v), s.cellRef(o.book, o.sheet, o.cell)));
    return [known.length ? s.chart(spec) : null, s.downloads(d.file + "-" + (x.n + 1), known.length ? spec : null, csv), h("h3", null, s.t("history")), s.table({
      caption: s.t("history") + ": " + title, rows: obs.slice().reverse(), size: 40, columns: [
        { head: s.t("period"), row: true, sort: (o) => s.at(o.period), cell: (o) => s.period(o.period) },
        { head: s.t("value") + (unit ? " (" + s.unit(unit) + ")" : ""), number: true, sort: (o) => o.v, cell },
        { head: s.t("status"), cell: (o) => [s.of("statuses", o.status), o.correction ? " · " + s.t("correctedBy", { id: o.correction }) : ""].join("") },
        { head: s.t("comment"), class: "wordy", cell: (o) => o.comment || "" },
        { head: s.t("knownFrom"), sort: (o) => o.from, cell: (o) => s.day(o.from) },
        { head: s.t("knownTo"), sort: (o) => o.to, cell: (o) => (o.to ? s.day(o.to) : s.t("current")) },
        { head: s.t("place"), cell: (o) => (o.sheet ? o.sheet + " › " + o.cell : "") },
      ],
    })];
  };
})(window.statloom);

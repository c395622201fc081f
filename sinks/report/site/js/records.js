// A register: its records, to search and filter, each with the vintages before it.
"use strict";
(function (s) {
  const h = s.h;
  const most = 12; // values of a column that is offered as a filter

  const record = (d, text, rows) => {
    const one = (r) => {
      const [book, sheet, cell, from, to] = r.slice(d.columns.length);
      return { values: r.slice(0, d.columns.length), book, sheet: text[sheet], cell, from: text[from], to: text[to] };
    };
    const [now, ...before] = rows.map(one);
    now.before = before;
    now.text = s.fold(now.values.map((v, i) => (v === null ? "" : typeof v === "number" ? String(v) : v + " " + s.code(d.columns[i], v))).join(" "));
    return now;
  };

  const shown = (d, i, v) => {
    if (v === null || v === undefined) return "–";
    if (d.numbers[i]) return s.number(v);
    return /^\d{4}-\d\d-\d\d$/.test(v) ? s.day(v) : s.codeWith(d.columns[i], v);
  };

  s.recordsView = async (main, d, state) => {
    const list = h("div", null, h("p", { class: "note" }, s.t("loading")));
    const host = h("div");
    s.add(main, host, list);
    const parts = await Promise.all(d.files.map((f) => s.get(f.name)));
    const all = parts.flatMap((p) => p.items.map((rows) => record(d, p.text, rows)));
    const codes = d.columns.map((c, i) => (d.numbers[i] ? [] : [...new Set(all.map((r) => r.values[i]))].filter((v) => v !== null)));

    const draw = () => {
      const want = s.fold(state.search).split(/\s+/).filter(Boolean);
      const found = all.filter((r) => want.every((w) => r.text.includes(w)) && d.columns.every((c, i) => !state.codes[i] || r.values[i] === state.codes[i]) && (!state.revised || r.before.length));
      s.fill(list, h("p", { class: "note", role: "status" }, s.t("found", { n: s.number(found.length) })), s.downloads(d.file, null, () =>
        [[...d.columns.map((c) => c.id), "sheet", "cell", "vintage_from", "vintage_to"]].concat(found.flatMap((r) => [r, ...r.before].map((x) => [...x.values, x.sheet, x.cell, x.from, x.to])))),
      s.table({
        caption: s.pick(d.name), rows: found, size: 25, class: "dense", columns: [
          ...d.columns.map((c, i) => ({
            head: s.dimension(c) + (c.unit ? " (" + s.unit(c.unit) + ")" : ""), number: d.numbers[i], row: i === 0, sort: (r) => r.values[i],
            cell: (r) => (d.numbers[i] && r.values[i] !== null && r.book >= 0 ? s.num(shown(d, i, r.values[i]), s.cellRef(r.book, r.sheet, r.cell)) : shown(d, i, r.values[i])),
          })),
          { head: s.t("place"), cell: (r) => (r.book < 0 ? "" : h("a", { href: s.cellRef(r.book, r.sheet, r.cell) }, r.sheet + " › " + r.cell)) },
          { head: s.t("knownFrom"), sort: (r) => r.from, cell: (r) => s.day(r.from) },
          ...(all.some((r) => r.before.length) ? [{ head: s.t("earlier"), cell: (r) => earlier(d, r) }] : []),
        ],
      }));
    };
    const search = s.id("search");
    const input = h("input", { id: search, type: "search", autocomplete: "off", value: state.search, oninput: () => { state.search = input.value; draw(); } });
    s.fill(host, h("div", { class: "filters", role: "search", "aria-label": s.t("filter") }, h("div", null, h("label", { for: search }, s.t("search")), input), d.columns.map((c, i) => {
      if (codes[i].length < 2 || codes[i].length > most || codes[i].some((v) => /^\d{4}-\d\d-\d\d$/.test(v))) return null;
      const id = s.id("filter");
      const select = h("select", { id, onchange: () => { state.codes[i] = select.value; draw(); } }, h("option", { value: "" }, s.t("all")), codes[i].sort().map((v) => h("option", { value: v, selected: state.codes[i] === v }, shown(d, i, v))));
      return h("div", null, h("label", { for: id }, s.dimension(c)), select);
    })));
    draw();
  };

  // earlier lists what the record said before: the columns that differ from the vintage after.
  const earlier = (d, r) => {
    if (!r.before.length) return "";
    return h("details", null, h("summary", null, s.number(r.before.length)), r.before.map((b, n) => {
      const next = n === 0 ? r : r.before[n - 1];
      const differ = d.columns.map((c, i) => (b.values[i] !== next.values[i] ? s.dimension(c) + ": " + shown(d, i, b.values[i]) : null)).filter(Boolean);
      return h("p", null, s.day(b.from) + " – " + s.day(b.to) + ": " + differ.join("; ") + " ", b.book < 0 ? null : h("a", { href: s.cellRef(b.book, b.sheet, b.cell) }, b.sheet + " › " + b.cell));
    }));
  };
})(window.statloom);
